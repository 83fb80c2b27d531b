//! PostgreSQL finds its rows by indexes too.

use super::{
    plans::READ_WHOLE,
    stand::{InPostgres, StandOn},
};
use crate::{record::Columns, sql, statement::Query};

/// How many placeholders a text has.
fn placeholders(text: &str) -> usize {
    (1..=20)
        .filter(|number| text.contains(&format!("${number}")))
        .count()
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let stand = StandOn::<InPostgres>::empty().await;
    let mut unit = stand.storage.begin().await.unwrap();
    // An empty table is read whole for its emptiness; and the plan is for any values.
    for setting in [
        "SET LOCAL enable_seqscan = off",
        "SET LOCAL plan_cache_mode = force_generic_plan",
    ] {
        unit.write("setting", Query::of_schema(setting.to_owned()))
            .await
            .unwrap();
    }
    let mut seen = 0;
    for (name, text) in sql::all() {
        let prepare = format!("PREPARE p AS {text}");
        unit.write("plan", Query::of_schema(prepare)).await.unwrap();
        let nulls = vec!["NULL"; placeholders(text)].join(", ");
        let nulls = if nulls.is_empty() {
            nulls
        } else {
            format!("({nulls})")
        };
        let explain = format!("EXPLAIN (FORMAT TEXT) EXECUTE p{nulls}");
        let rows = unit.rows(Query::of_schema(explain)).await.unwrap();
        let plan: Vec<String> = rows
            .iter()
            .map(|row| row.text("QUERY PLAN").unwrap())
            .collect();
        let whole = plan.iter().any(|line| line.contains("Seq Scan"));
        assert!(
            !whole || READ_WHOLE.contains(&name),
            "{name} reads a table whole: {plan:#?}"
        );
        unit.write("plan", Query::of_schema("DEALLOCATE p".to_owned()))
            .await
            .unwrap();
        seen += 1;
    }
    assert!(seen > 60, "{seen} statements were walked");
}
