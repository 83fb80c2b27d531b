//! «Где вы вошли»: the sessions of an account, and ending them.

use axum::extract::State;
use linking_core::{
    ids::SessionId,
    region::ZoneOffset,
    session::{Session, SignInWay},
    time::Timestamp,
    usecase::SessionsEnd,
};

use crate::{
    i18n::{Args, Language},
    pages::frame::see,
    web::{
        cookies::{self, CookieName},
        fields::Form,
        problem::{PageResult, Problem},
        state::AppState,
        visit::SignedIn,
    },
};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) agent: String,
    pub(crate) here: bool,
    /// «Вход сегодня в 8:12, по паролю».
    pub(crate) since: String,
    pub(crate) seen: String,
    /// The button in full, for the ear.
    pub(crate) end_name: String,
}

impl SessionRow {
    /// The row of a session.
    pub(crate) fn of(
        app: &AppState,
        reader: Language,
        session: &Session,
        own: SessionId,
        now: Timestamp,
        offset: ZoneOffset,
    ) -> Self {
        let t = app.texts(reader);
        let way = match &session.way {
            SignInWay::Password => t.text("page-sessions-way-password"),
            SignInWay::Link { provider, .. } => app
                .texts_about(reader, provider)
                .text("page-sessions-way-provider"),
        };
        let agent = match session.agent.as_str() {
            "" => t.text("agent-unknown"),
            agent => agent.to_owned(),
        };
        let began = t.moment(session.started_at, now, offset);
        let since = t.text_with(
            "page-sessions-since",
            &Args::new().with("when", began.clone()),
        );
        let seen = t.moment(session.seen_at, now, offset);
        Self {
            id: session.id.to_string(),
            here: session.id == own,
            since: format!("{since}, {way}"),
            seen: t.text_with("page-sessions-seen", &Args::new().with("when", seen)),
            end_name: t.text_with(
                "page-sessions-end-name",
                &Args::new().with("agent", agent.clone()).with("when", began),
            ),
            agent,
        }
    }
}

/// POST `/settings/sessions/end`: one other session, or all others.
pub(crate) async fn end(
    State(app): State<AppState>,
    signed_in: SignedIn,
    form: Form,
) -> PageResult {
    let fields = form.only(&["session"])?;
    let which: Option<SessionId> = match fields.get("session") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| Problem::BadRequest)?),
    };
    Ok(
        match app.linking().end_sessions(&signed_in.actor, which).await? {
            SessionsEnd::Own => {
                let mut response = see("/signed-out");
                cookies::remove(response.headers_mut(), CookieName::Session);
                response
            }
            // One that is over already needs no other page.
            SessionsEnd::Others | SessionsEnd::NotThere => see("/settings?done=sessions#sessions"),
        },
    )
}
