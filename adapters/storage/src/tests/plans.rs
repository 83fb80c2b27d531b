//! Every statement goes by an index (`architecture.md`, Speed by design).

use sqlx::{AssertSqlSafe, Row as _};

use super::fixture::Stand;
use crate::sql;

/// Tables that a statement may read whole: regions are a few dozen, and the page lists them all;
/// migrations and keys are a handful; and what operators do with a whole database.
pub(super) const READ_WHOLE: [&str; 9] = [
    "REGIONS",
    "SCHEMA_VERSION",
    "KEYS",
    "UNDER_KEY",
    "END_SESSIONS_UNDER_KEY",
    "END_FLOWS_UNDER_KEY",
    "END_EVERY_SESSION",
    "END_EVERY_FLOW",
    "OUTBOX",
];

/// The lines of a plan.
async fn plan(stand: &Stand, text: &str) -> Vec<String> {
    let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(text).fetch_all(stand.writer()).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// A line that reads a table from end to end, or sorts it by building an index for itself.
fn reads_whole(line: &str) -> bool {
    (line.starts_with("SCAN") && line != "SCAN CONSTANT ROW") || line.contains("AUTOMATIC")
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let stand = Stand::empty().await;
    let mut seen = 0;
    for (name, text) in sql::all() {
        let plan = plan(&stand, text).await;
        let whole = plan
            .iter()
            .filter(|line| reads_whole(line))
            .collect::<Vec<_>>();
        // What an `IN` gathered is no table.
        let whole = whole
            .iter()
            .filter(|line| !line.contains("SUBQUERY"))
            .collect::<Vec<_>>();
        assert!(
            whole.is_empty() || READ_WHOLE.contains(&name),
            "{name} reads a table whole: {plan:#?}"
        );
        seen += 1;
    }
    assert!(seen > 60, "{seen} statements were walked");
}

#[tokio::test]
async fn a_statement_without_an_index_is_found() {
    let stand = Stand::empty().await;
    let plan = plan(&stand, "SELECT id FROM account WHERE status = $1").await;
    assert!(plan.iter().any(|line| reads_whole(line)), "{plan:#?}");
}

#[tokio::test]
async fn the_look_ups_of_a_sign_in_use_their_own_indexes() {
    let stand = Stand::empty().await;
    for (text, index) in [
        (sql::flow::BY_TICKET, "flow_ticket_token"),
        (sql::flow::BY_TICKET, "flow_ticket_uuid"),
        (sql::flow::PRUNE, "flow_of_browser"),
        (sql::flow::SWEEP, "flow_end"),
        (sql::flow::END_OF_ACCOUNT, "flow_of_account"),
        (sql::link::IDENTITY, "link_of_identity"),
        (sql::link::IDENTITY, "membership_of_account"),
        (sql::link::OF_ACCOUNT, "link_of_account_and_provider"),
        (sql::session::BY_SECRET, "session_secret"),
        (sql::session::SWEEP, "session_end"),
        (sql::session::SWEEP_ATTEMPTS, "attempt_end"),
        (sql::repeats::SWEEP, "request_end"),
        (sql::session::SWEEP_KNOWN, "known_browser_end"),
        (sql::session::KNOWS, "account_login"),
        (sql::account::BY_LOGIN, "account_login"),
        (sql::account::BY_SNILS, "account_by_snils"),
        (sql::account::BY_EMAIL, "account_by_email"),
        (sql::letter::TAKE_EVENTS, "outbox_due"),
        (sql::letter::TAKE_EVENTS, "outbox_due_of_account"),
        (sql::letter::SWEEP_TICKETS, "ticket_end"),
        (sql::account::FAMILY, "guardianship_of_pupil"),
        (sql::directory::OF_REGION, "organization_by_name"),
        (sql::directory::OF_LOCALITY, "organization_by_locality"),
    ] {
        let plan = plan(&stand, text).await;
        assert!(
            plan.iter().any(|line| line.contains(index)),
            "{index}: {plan:#?}"
        );
    }
}
