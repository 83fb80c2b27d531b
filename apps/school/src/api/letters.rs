//! What letters lead to: a forgotten password, «Это не я». The letter's ticket stands in bodies
//! alone, never in an address; the answer to whoever asks for a letter is one, whether anybody is
//! called so or not (`threats.md` F3, F4).

use axum::{extract::State, http::StatusCode};
use linking_core::{
    account::ContactKind,
    refusal::Refusal,
    secret::Secret256,
    time::RESTORE_LIFE,
    usecase::{NotMeDone, NotMeView, Outcome},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        body::{Hidden, Json, Text, new_password, request},
        caller::Caller,
        flow_answer::{InFlow, refuse},
        flow_shape::{FlowAnswerShape, FlowShape},
        shapes::{WayShape, json},
        trouble::{ApiResult, Trouble},
    },
    pages::restore::{LETTER_MINUTES, ticket_of},
    web::state::AppState,
};

request! {
    /// To whom the letter goes.
    AskRequest {
        /// The login, or the e-mail that the school keeps.
        #[schema(value_type = String, min_length = 1, max_length = 300)]
        login: Text<300>,
    }
}

request! {
    /// The ticket of a letter: the last part of the address in it.
    TicketRequest {
        #[schema(value_type = String, min_length = 1, max_length = 64)]
        ticket: Hidden<64>,
    }
}

request! {
    /// The new password, by a letter's ticket.
    RestoreRequest {
        #[schema(value_type = String, min_length = 1, max_length = 64)]
        ticket: Hidden<64>,
        #[schema(value_type = String, min_length = 1, max_length = 1024, format = Password)]
        new_password: Hidden<1024>,
    }
}

/// What whoever asked for a letter may wait for. The same for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LetterAsked)]
pub(super) struct AskedShape {
    /// In how many minutes the letter is there, if there is one.
    arrives_within_minutes: u32,
    /// For how many minutes its address opens the page.
    valid_minutes: i64,
}

/// Asks for a letter with the way to a new password.
#[utoipa::path(post, path = "/api/v1/restore", request_body = AskRequest,
    responses((status = 202, body = AskedShape)))]
pub(super) async fn ask(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<AskRequest>,
) -> ApiResult {
    if !app.site().writes_letters {
        return Err(Trouble::NoLetters);
    }
    let typed = &request.login.0;
    app.linking()
        .ask_restore(caller.visitor(), typed, None)
        .await?;
    let shape = AskedShape {
        arrives_within_minutes: LETTER_MINUTES,
        valid_minutes: RESTORE_LIFE.num_minutes(),
    };
    Ok(json(StatusCode::ACCEPTED, &shape)?)
}

/// Asks for a letter in a flow that stands at `prove`; it goes on after the new password. At
/// another step nobody is written to. `await-password` gives the flow the time.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/restore", request_body = AskRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn ask_in_flow(at: InFlow, Json(request): Json<AskRequest>) -> ApiResult {
    let linking = at.linking();
    if !at.app.site().writes_letters {
        // Whose flow it is comes first.
        return match linking.flow(at.visitor(), at.actor(), at.id).await? {
            Outcome::Done(_) => Err(Trouble::NoLetters),
            Outcome::Refused(refusal) => at.refuse(&refusal).await,
        };
    }
    let typed = &request.login.0;
    let outcome = linking
        .ask_restore_in_flow(at.visitor(), at.actor(), at.id, typed)
        .await?;
    at.stands(outcome).await
}

fn read(ticket: &Hidden<64>) -> Result<Secret256, Refusal> {
    ticket_of(ticket.0.expose())
}

/// What a letter's ticket opens.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreOffer)]
pub(super) struct RestoreOfferShape {
    /// Whose password it is, for password managers.
    login: String,
}

/// Whether a letter's ticket still sets a new password. Looking uses nothing up.
#[utoipa::path(post, path = "/api/v1/restore/look", request_body = TicketRequest,
    responses((status = 200, body = RestoreOfferShape)))]
pub(super) async fn look(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<TicketRequest>,
) -> ApiResult {
    let outcome = match read(&request.ticket) {
        Ok(secret) => app.linking().restore_view(&secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(view) => {
            let login = view.login.as_str().to_owned();
            Ok(json(StatusCode::OK, &RestoreOfferShape { login })?)
        }
        Outcome::Refused(refusal) => refuse(&app, &caller, &refusal).await,
    }
}

/// A contact of the profile, as whoever restores its password sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KnownContact)]
pub(super) struct KnownContactShape {
    /// `mobile`, `home` or `email`.
    kind: &'static str,
    /// Masked.
    masked: String,
}

impl From<&(ContactKind, String)> for KnownContactShape {
    fn from((kind, masked): &(ContactKind, String)) -> Self {
        Self {
            kind: kind.code(),
            masked: masked.clone(),
        }
    }
}

/// The password is changed. What else opens the profile is told, so that a stranger's is seen
/// (`threats.md` D3).
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Restored)]
pub(super) struct RestoredShape {
    /// By what one can sign in today.
    ways: Vec<WayShape>,
    contacts: Vec<KnownContactShape>,
    /// The flow of this caller that waited for it: `prove` goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<FlowShape>,
}

/// Sets the new password, once. Every session and letter of before is dead; nobody is signed in.
#[utoipa::path(post, path = "/api/v1/restore/password", request_body = RestoreRequest,
    responses((status = 200, body = RestoredShape)))]
pub(super) async fn set(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<RestoreRequest>,
) -> ApiResult {
    let linking = app.linking();
    let (visitor, actor) = (caller.visitor(), caller.actor());
    let password = new_password(&request.new_password)?;
    let outcome = match read(&request.ticket) {
        Ok(secret) => linking.restore(visitor, &secret, password).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(done) => {
            let flow = match linking.waiting_flow(visitor, actor, done.flow).await? {
                Some(view) => Some(FlowShape::of(&app, &caller, &view).await?),
                None => None,
            };
            let shape = RestoredShape {
                ways: done.ways.iter().map(WayShape::from).collect(),
                contacts: done.contacts.iter().map(KnownContactShape::from).collect(),
                flow,
            };
            Ok(json(StatusCode::OK, &shape)?)
        }
        Outcome::Refused(refusal) => refuse(&app, &caller, &refusal).await,
    }
}

/// What «Это не я» stands at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotMeOffer)]
pub(super) struct NotMeOfferShape {
    /// Whether it was done before.
    done: bool,
}

/// Whether a letter's «Это не я» still works. Looking changes nothing.
#[utoipa::path(post, path = "/api/v1/not-me/look", request_body = TicketRequest,
    responses((status = 200, body = NotMeOfferShape)))]
pub(super) async fn not_me_look(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<TicketRequest>,
) -> ApiResult {
    let outcome = match read(&request.ticket) {
        Ok(secret) => app.linking().not_me_view(&secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(view) => {
            let done = view == NotMeView::DoneAlready;
            Ok(json(StatusCode::OK, &NotMeOfferShape { done })?)
        }
        Outcome::Refused(refusal) => refuse(&app, &caller, &refusal).await,
    }
}

/// The profile is safe.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Protected)]
pub(super) struct ProtectedShape {
    /// Whether it was done before.
    done_before: bool,
    /// A ticket for `restore/password`: the way to a new password at once. Without one a letter
    /// or the school gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
}

/// «Это не я»: ends the link of which the letter told, all sessions, flows and other letters, and
/// asks for a new password.
#[utoipa::path(post, path = "/api/v1/not-me", request_body = TicketRequest,
    responses((status = 200, body = ProtectedShape)))]
pub(super) async fn not_me(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<TicketRequest>,
) -> ApiResult {
    let outcome = match read(&request.ticket) {
        Ok(secret) => app.linking().not_me(caller.visitor(), &secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    let shape = match outcome {
        Outcome::Done(NotMeDone::Protected { restore }) => ProtectedShape {
            done_before: false,
            ticket: restore.map(|secret| secret.to_hex()),
        },
        Outcome::Done(NotMeDone::DoneAlready) => ProtectedShape {
            done_before: true,
            ticket: None,
        },
        Outcome::Refused(refusal) => return refuse(&app, &caller, &refusal).await,
    };
    Ok(json(StatusCode::OK, &shape)?)
}
