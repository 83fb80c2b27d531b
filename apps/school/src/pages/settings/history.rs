//! The own history: one line for each notice.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::{
    audit::{HistoryLine, Notice},
    ids::AuditId,
    provider::ProviderId,
    region::ZoneOffset,
    session::{AgentLabel, SignInWay},
    time::Timestamp,
};

use crate::{
    i18n::{Args, Language, Texts},
    pages::{
        frame::{Frame, page, show},
        profile::contact_list_accusative,
        settings::own_offset,
    },
    web::{fields::Query, problem::PageResult, state::AppState, visit::SignedIn},
};

/// Lines on a page.
const PAGE: u16 = 20;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryItem {
    pub(crate) icon: &'static str,
    pub(crate) text: String,
    /// «сегодня в 8:12 · Chrome, Windows».
    pub(crate) when: String,
}

impl HistoryItem {
    /// The line of a notice.
    pub(crate) fn of(
        app: &AppState,
        reader: Language,
        line: &HistoryLine,
        now: Timestamp,
        offset: ZoneOffset,
    ) -> Self {
        let (icon, text) = told(app, reader, &line.notice, offset);
        let t = app.texts(reader);
        let when = t.moment(line.at, now, offset);
        let when = match line.agent.as_ref().map(AgentLabel::as_str) {
            Some("") => format!("{when} · {}", t.text("agent-unknown")),
            Some(agent) => format!("{when} · {agent}"),
            None => when,
        };
        Self { icon, text, when }
    }
}

/// Sign and words of a notice.
pub(crate) fn told(
    app: &AppState,
    reader: Language,
    notice: &Notice,
    offset: ZoneOffset,
) -> (&'static str, String) {
    let t = app.texts(reader);
    let about = |provider: &ProviderId, key: &str| app.texts_about(reader, provider).text(key);
    match notice {
        Notice::SignedIn { way } => (
            "#i-enter",
            match way {
                SignInWay::Password => t.text("history-signed-in-password"),
                SignInWay::Link { provider, .. } => about(provider, "history-signed-in-provider"),
            },
        ),
        Notice::SignedOut => ("#i-enter", t.text("history-signed-out")),
        Notice::Linked { provider } => ("#i-knot", about(provider, "history-linked")),
        Notice::Unlinked { provider } => ("#i-knot", about(provider, "history-unlinked")),
        Notice::MovedAway { provider } => ("#i-knot", about(provider, "history-moved-away")),
        Notice::Replaced { provider } => ("#i-knot", about(provider, "history-replaced")),
        Notice::MismatchTried { provider } => {
            ("#i-stop", about(provider, "history-mismatch-tried"))
        }
        Notice::LinkRefused { provider, .. } => {
            ("#i-stop", about(provider, "history-link-refused"))
        }
        Notice::IdentityTriedElsewhere { provider } => (
            "#i-stop",
            about(provider, "history-identity-tried-elsewhere"),
        ),
        Notice::PasswordPaused { until } => {
            let time = Args::new().with("time", t.time(*until, offset));
            ("#i-stop", t.text_with("history-password-paused", &time))
        }
        Notice::SessionsEnded => ("#i-enter", t.text("history-sessions-ended")),
        Notice::ContactsChosen { kept } => {
            // The notice does not say whose contacts: the first provider of the installation.
            let leading = app.linking().policies().preset().providers.first().cloned();
            let t = leading.map_or(t, |provider| app.texts_about(reader, &provider));
            if kept.is_empty() {
                ("#i-person", t.text("history-contacts-erased"))
            } else {
                let list = Args::new().with("list", contact_list_accusative(kept, &t));
                ("#i-person", t.text_with("history-contacts-chosen", &list))
            }
        }
        Notice::DataParted { provider } => ("#i-stop", about(provider, "history-data-parted")),
        Notice::PasswordPrinted => ("#i-key", t.text("history-password-printed")),
        Notice::PasswordChanged => ("#i-key", t.text("history-password-changed")),
        Notice::RestoreSent => ("#i-key", t.text("history-restore-sent")),
        Notice::PasswordExposed => ("#i-stop", t.text("history-password-exposed")),
        Notice::NotMe => ("#i-stop", t.text("history-not-me")),
    }
}

#[derive(Debug, Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    frame: Frame,
    t: Texts,
    lines: Vec<HistoryItem>,
    more: Option<String>,
}

page!(HistoryPage);

/// GET `/settings/history?before=`.
pub(crate) async fn open(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Query(query): Query,
) -> PageResult {
    let before: Option<AuditId> = query.parsed("before");
    let page = app
        .linking()
        .history_page(&signed_in.actor, before, PAGE)
        .await?;
    let offset = own_offset(&signed_in);
    let now = app.linking().now();
    let reader = Language::from(&signed_in);
    let t = app.texts(reader);
    let more = page
        .next
        .map(|last| format!("/settings/history?before={last}"));
    let frame = Frame::new(
        &app,
        &signed_in.visit,
        "history",
        t.text("page-history-title"),
    )
    .back_to("/settings");
    let page = HistoryPage {
        lines: page
            .lines
            .iter()
            .map(|line| HistoryItem::of(&app, reader, line, now, offset))
            .collect(),
        more,
        frame,
        t,
    };
    show(&page, StatusCode::OK)
}
