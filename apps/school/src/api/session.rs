//! Signing in by password, who is signed in, and ending sessions.

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use linking_core::{
    ids::SessionId,
    person::Login,
    refusal::Refusal,
    secret::{Password, Secret256},
    session::Session,
    time::RECENT,
    usecase::{LocalCredentials, NewSession, Outcome, SessionsEnd},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        body::{Hidden, Json, Text, exact, new_password, request},
        caller::{Caller, Keeps, Owner},
        places::OrganizationRef,
        problem::refused,
        shapes::{MembershipShape, NewSessionShape, WayShape, json, moment},
        trouble::{ApiResult, Trouble},
    },
    pages::refusal::Scene,
    web::{
        cookies::{self, CookieName},
        problem::Problem,
        state::AppState,
    },
};

request! {
    /// Nothing: an empty object.
    Nothing {}
}

request! {
    /// Login and password, and where.
    CredentialsRequest {
        #[schema(value_type = String, pattern = "^org_[0-9a-f]{32}$")]
        organization: OrganizationRef,
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        login: Text<200>,
        #[schema(value_type = String, min_length = 1, max_length = 1024, format = Password)]
        password: Hidden<1024>,
    }
}

request! {
    /// Login and password, where, and on whose computer.
    SignInRequest {
        #[schema(value_type = String, pattern = "^org_[0-9a-f]{32}$")]
        organization: OrganizationRef,
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        login: Text<200>,
        #[schema(value_type = String, min_length = 1, max_length = 1024, format = Password)]
        password: Hidden<1024>,
        /// «Это общий компьютер»: the session is short.
        shared: Option<bool>,
    }
}

request! {
    /// The password that is to be.
    NewPasswordRequest {
        #[schema(value_type = String, min_length = 1, max_length = 1024, format = Password)]
        new_password: Hidden<1024>,
    }
}

request! {
    /// The password once more.
    PasswordRequest {
        #[schema(value_type = String, min_length = 1, max_length = 1024, format = Password)]
        password: Hidden<1024>,
    }
}

/// Login and password as they can be tried; what no account can have fits nobody
/// (`threats.md` F3).
pub(super) fn credentials(request: &CredentialsRequest) -> Result<LocalCredentials, Refusal> {
    let login: Option<Login> = request.login.0.parse().ok();
    match (login, password(&request.password)) {
        (Some(login), Some(password)) => Ok(LocalCredentials {
            organization: request.organization.0,
            login,
            password,
        }),
        (None, _) | (_, None) => Err(Refusal::WrongCredentials),
    }
}

pub(super) fn password(typed: &Hidden<1024>) -> Option<Password> {
    Password::new(typed.0.expose().to_owned())
}

/// A program's own secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Client)]
pub(super) struct ClientShape {
    /// For the header `Svyazka-Client`: 64 hex digits. Kept as safely as a session.
    client: String,
}

/// Gives a program its own secret, to which its flows and sessions are bound.
#[utoipa::path(post, path = "/api/v1/clients", request_body = Nothing,
    responses((status = 201, body = ClientShape)))]
pub(super) async fn client(State(app): State<AppState>, Json(_): Json<Nothing>) -> ApiResult {
    let client = Secret256::draw(app.linking().random()).to_hex();
    Ok(json(StatusCode::CREATED, &ClientShape { client })?)
}

/// A session that began.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignedIn)]
pub(super) struct SignedInShape {
    session: NewSessionShape,
}

/// The answer that a session began, or goes by a new secret.
pub(super) fn began(caller: &Caller, status: StatusCode, session: &NewSession) -> ApiResult {
    let shape = SignedInShape {
        session: NewSessionShape::of(caller, session),
    };
    let mut response = json(status, &shape)?;
    NewSessionShape::cookie(caller, session, &mut response);
    Ok(response)
}

/// Signs in by login and password. The session that this caller had is over.
#[utoipa::path(post, path = "/api/v1/session", request_body = SignInRequest,
    responses((status = 201, body = SignedInShape)))]
pub(super) async fn sign_in(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<SignInRequest>,
) -> ApiResult {
    let organization = app.directory().organization(request.organization.0).await?;
    let region = organization.as_ref().map(|found| &found.region.code);
    let visitor = caller.visitor().on(app.computer(request.shared, region));
    let typed = CredentialsRequest {
        organization: request.organization,
        login: request.login,
        password: request.password,
    };
    let outcome = match credentials(&typed) {
        Ok(credentials) => {
            app.linking()
                .sign_in_locally(&visitor, caller.actor(), credentials)
                .await?
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(session) => began(&caller, StatusCode::CREATED, &session),
        Outcome::Refused(refusal) => {
            refused(&Scene::remembered(&app, &caller.visit), &refusal, None).await
        }
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Session)]
pub(super) struct SessionShape {
    id: String,
    /// Whether it is the one that asks.
    here: bool,
    way: WayShape,
    /// What the browser or program calls itself, shortened.
    agent: String,
    #[schema(format = DateTime)]
    started_at: String,
    /// To within a few minutes.
    #[schema(format = DateTime)]
    seen_at: String,
}

impl SessionShape {
    fn of(session: &Session, own: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            here: session.id == own,
            way: WayShape::from(&session.way),
            agent: session.agent.as_str().to_owned(),
            started_at: moment(session.started_at),
            seen_at: moment(session.seen_at),
        }
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WhoAmI)]
pub(super) struct WhoShape {
    account: String,
    /// The own name, masked.
    name: String,
    memberships: Vec<MembershipShape>,
    session: SessionShape,
    /// Whether it began on a shared computer: then it is short.
    shared: bool,
    /// If it is not used, it is over then.
    #[schema(format = DateTime)]
    idle_until: String,
    /// It is over then in any case.
    #[schema(format = DateTime)]
    ends_at: String,
    /// Until when the last proof counts as recent; after that `step-up` comes before a link or
    /// its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    recent_until: Option<String>,
}

/// Who is signed in, since when, and how long it lasts.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = WhoShape)))]
pub(super) async fn show(owner: Owner) -> Answer<WhoShape> {
    let session = &owner.actor.session.value;
    let account = owner.actor.sheet.account();
    Answer(WhoShape {
        account: account.id.to_string(),
        name: account.profile.name.value.masked(),
        memberships: owner
            .actor
            .sheet
            .memberships
            .iter()
            .map(MembershipShape::from)
            .collect(),
        session: SessionShape::of(session, session.id),
        shared: session.computer.is_shared(),
        idle_until: moment(session.ends_at()),
        ends_at: moment(session.lasts_until()),
        recent_until: session.proved_at.map(|at| moment(at + RECENT)),
    })
}

fn signed_out(caller: &Caller) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if caller.keeps == Keeps::Cookies {
        forget_session(response.headers_mut());
    }
    response
}

fn forget_session(headers: &mut HeaderMap) {
    cookies::remove(headers, CookieName::Session);
    cookies::remove(headers, CookieName::Next);
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
pub(super) async fn sign_out(State(app): State<AppState>, owner: Owner) -> ApiResult {
    app.linking().sign_out(&owner.actor).await?;
    Ok(signed_out(&owner.caller))
}

/// The password once more, before an act that asks for a recent proof.
#[utoipa::path(post, path = "/api/v1/session/step-up", request_body = PasswordRequest,
    responses((status = 200, body = SignedInShape)))]
pub(super) async fn step_up(
    State(app): State<AppState>,
    owner: Owner,
    Json(request): Json<PasswordRequest>,
) -> ApiResult {
    let caller = &owner.caller;
    let outcome = match password(&request.password) {
        Some(password) => {
            app.linking()
                .step_up(caller.visitor(), &owner.actor, password)
                .await?
        }
        None => Outcome::Refused(Refusal::WrongCredentials),
    };
    match outcome {
        Outcome::Done(session) => began(caller, StatusCode::OK, &session),
        Outcome::Refused(refusal) => {
            refused(&Scene::remembered(&app, &caller.visit), &refusal, None).await
        }
    }
}

/// Sets a new password. Asks for a recent proof; all other sessions and letters are dead, this
/// session goes by a new secret.
#[utoipa::path(post, path = "/api/v1/session/password", request_body = NewPasswordRequest,
    responses((status = 200, body = SignedInShape)))]
pub(super) async fn change_password(
    State(app): State<AppState>,
    owner: Owner,
    Json(request): Json<NewPasswordRequest>,
) -> ApiResult {
    let caller = &owner.caller;
    let password = new_password(&request.new_password)?;
    let outcome = app
        .linking()
        .change_password(caller.visitor(), &owner.actor, password)
        .await?;
    match outcome {
        Outcome::Done(session) => began(caller, StatusCode::OK, &session),
        Outcome::Refused(refusal) => {
            refused(&Scene::remembered(&app, &caller.visit), &refusal, None).await
        }
    }
}

/// Sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Sessions)]
pub(super) struct SessionsShape {
    sessions: Vec<SessionShape>,
}

/// The sessions of the account, the last used first.
#[utoipa::path(get, path = "/api/v1/sessions", responses((status = 200, body = SessionsShape)))]
pub(super) async fn list(
    State(app): State<AppState>,
    owner: Owner,
) -> Result<Answer<SessionsShape>, Trouble> {
    let own = owner.actor.session.value.id;
    let sessions = app.linking().sessions(&owner.actor).await?;
    Ok(Answer(SessionsShape {
        sessions: sessions
            .iter()
            .map(|session| SessionShape::of(session, own))
            .collect(),
    }))
}

/// Ends all other sessions of the account.
#[utoipa::path(delete, path = "/api/v1/sessions", responses((status = 204)))]
pub(super) async fn end_others(State(app): State<AppState>, owner: Owner) -> ApiResult {
    app.linking().end_sessions(&owner.actor, None).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends a session of the account.
#[utoipa::path(delete, path = "/api/v1/sessions/{session}", responses((status = 204)))]
pub(super) async fn end(
    State(app): State<AppState>,
    owner: Owner,
    Path(session): Path<String>,
) -> ApiResult {
    let session: SessionId = exact(&session).ok_or(Problem::NotFound)?;
    let ended = app
        .linking()
        .end_sessions(&owner.actor, Some(session))
        .await?;
    match ended {
        SessionsEnd::Own => Ok(signed_out(&owner.caller)),
        SessionsEnd::Others => Ok(StatusCode::NO_CONTENT.into_response()),
        SessionsEnd::NotThere => Err(Problem::NotFound.into()),
    }
}
