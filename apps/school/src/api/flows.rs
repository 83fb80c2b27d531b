//! Flows: the way to a provider and back, step by step. A flow is its caller's alone: the
//! provider's answer counts only where the caller that began brings it (RFC 8252,
//! `threats.md` A1–A3, A18).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    account::ContactKind,
    link::PlaceHint,
    provider::{Answer, CallbackParams, ProviderId},
    refusal::Refusal,
    region::RegionCode,
    usecase::{Outcome, StartOrder},
};

use crate::{
    api::{
        body::{Exact, Json, Text, Unfit, exact, request},
        caller::{Caller, Keeps, Owner},
        flow_answer::{InFlow, answered, refuse, respond},
        flow_shape::{FlowAnswerShape, OpenShape},
        places::OrganizationRef,
        problem::refused,
        session::{CredentialsRequest, Nothing, PasswordRequest, credentials, password},
        shapes::json,
        trouble::{ApiResult, Trouble},
    },
    flow_response::{FlowPage, page_address},
    pages::refusal::Scene,
    web::{fields::Fields, problem::Problem, state::AppState},
};

request! {
    /// The beginning of a sign-in through a provider.
    BeginRequest {
        #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$", example = "gosuslugi")]
        provider: Exact<ProviderId>,
        #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$", example = "sakhalin")]
        region: Exact<RegionCode>,
        #[schema(value_type = Option<String>, pattern = "^org_[0-9a-f]{32}$")]
        organization: Option<OrganizationRef>,
        /// «Это общий компьютер»: the session is short, and the person is asked who they are.
        shared: Option<bool>,
    }
}

request! {
    /// What the provider sent back: everything after `?` in the address to which it led.
    AnswerRequest {
        #[schema(value_type = String, min_length = 1, max_length = 8192)]
        query: Text<8192>,
    }
}

request! {
    /// To which text the person agrees.
    AgreeRequest {
        #[schema(value_type = String, min_length = 1, max_length = 64)]
        text_version: Text<64>,
    }
}

request! {
    /// Which contacts the diary keeps; none is an answer.
    KeepRequest {
        #[schema(value_type = Vec<ContactKindShape>)]
        keep: Vec<ContactKind>,
    }
}

/// A kind of contact, for the file alone.
#[derive(utoipa::ToSchema)]
#[schema(as = ContactKind, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it describes the core's type")]
pub(super) enum ContactKindShape {
    Mobile,
    Home,
    Email,
}

/// Begins a sign-in through a provider. `open` is the address for the system's browser.
#[utoipa::path(post, path = "/api/v1/flows", request_body = BeginRequest,
    responses((status = 201, body = FlowAnswerShape)))]
pub(super) async fn begin(
    State(app): State<AppState>,
    caller: Caller,
    Json(request): Json<BeginRequest>,
) -> ApiResult {
    let Some(region) = app.directory().region(&request.region.0).await? else {
        return Err(unfit("/region"));
    };
    let provider = request.provider.0;
    let computer = app.computer(request.shared, Some(&region.code));
    let place = PlaceHint {
        region: region.code,
        organization: request.organization.map(|id| id.0),
    };
    let scene_place = crate::web::place::Place {
        region: Some(place.region.clone()),
        organization: place.organization,
        ..crate::web::place::Place::default()
    };
    app.admit_start(caller.visitor().network)?;
    let outcome = app
        .linking()
        .start(
            &caller.visitor().on(computer),
            caller.actor(),
            StartOrder::SignIn,
            &provider,
            place,
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => respond(&app, &caller, StatusCode::CREATED, advance).await,
        Outcome::Refused(refusal) => {
            let scene = Scene::at(&app, &caller.visit, &scene_place).about(&provider);
            refused(&scene, &refusal, None).await
        }
    }
}

fn unfit(pointer: &str) -> Trouble {
    Trouble::Unfit(Unfit::at(pointer))
}

/// Takes up what the provider sent back. Only the caller that began the flow can bring it.
#[utoipa::path(post, path = "/api/v1/providers/{provider}/answer", request_body = AnswerRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn answer(
    State(app): State<AppState>,
    caller: Caller,
    Path(provider): Path<String>,
    Json(request): Json<AnswerRequest>,
) -> ApiResult {
    let provider: ProviderId = exact(&provider).ok_or(Problem::NotFound)?;
    if app.linking().provider(&provider).is_none() {
        return Err(Problem::NotFound.into());
    }
    let fields = Fields::parse(request.query.0.as_bytes()).ok_or_else(|| unfit("/query"))?;
    let params = CallbackParams::new(fields.pairs()).map_err(|_| unfit("/query"))?;
    let state = params.get("state").unwrap_or_default().to_owned();
    if state.is_empty() {
        return refuse(&app, &caller, &Refusal::FlowNotYours).await;
    }
    let outcome = app
        .linking()
        .answer(
            caller.visitor(),
            caller.actor(),
            &provider,
            &state,
            Answer::Callback(params),
        )
        .await?;
    answered(&app, &caller, outcome).await
}

/// Where a flow stands.
#[utoipa::path(get, path = "/api/v1/flows/{flow}",
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn show(at: InFlow) -> ApiResult {
    let outcome = at.linking().flow(at.visitor(), at.actor(), at.id).await?;
    at.stands(outcome).await
}

/// Agrees to our text. With another version than the present one nothing moves.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/agree", request_body = AgreeRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn agree(at: InFlow, Json(request): Json<AgreeRequest>) -> ApiResult {
    let version = &request.text_version.0;
    let outcome = at
        .linking()
        .agree(at.visitor(), at.actor(), at.id, version)
        .await?;
    at.answered(outcome).await
}

/// «Да, это я» on a shared computer: lets in.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/enter", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn enter(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    let outcome = at.linking().enter(at.visitor(), at.actor(), at.id).await?;
    at.answered(outcome).await
}

/// The local login and password: the right ones make the link and a session.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/prove", request_body = CredentialsRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn prove(at: InFlow, Json(request): Json<CredentialsRequest>) -> ApiResult {
    let linking = at.linking();
    let view = match linking.flow(at.visitor(), at.actor(), at.id).await? {
        Outcome::Done(view) => view,
        Outcome::Refused(refusal) => return at.refuse(&refusal).await,
    };
    let organization = request.organization.0;
    let outcome = match credentials(&request) {
        Ok(credentials) => {
            let chosen = at.app.directory().organization(organization).await?;
            let chosen = chosen.as_ref();
            linking
                .prove_at(at.visitor(), at.actor(), at.id, chosen, credentials)
                .await?
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    at.proved(&view, outcome).await
}

/// «Это тоже мой профиль»: login and password of the other profile move its link here. Asks for a
/// recent proof.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/move", request_body = CredentialsRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn move_link(
    owner: Owner,
    at: InFlow,
    Json(request): Json<CredentialsRequest>,
) -> ApiResult {
    let linking = at.linking();
    let view = match linking.flow(at.visitor(), at.actor(), at.id).await? {
        Outcome::Done(view) => view,
        Outcome::Refused(refusal) => return at.refuse(&refusal).await,
    };
    let outcome = match credentials(&request) {
        Ok(credentials) => {
            linking
                .move_link(at.visitor(), &owner.actor, at.id, credentials)
                .await?
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    at.proved(&view, outcome).await
}

/// «Заменить связь»: the profile's password lets its link give way to one to this identity.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/replace", request_body = PasswordRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn replace(at: InFlow, Json(request): Json<PasswordRequest>) -> ApiResult {
    let linking = at.linking();
    let view = match linking.flow(at.visitor(), at.actor(), at.id).await? {
        Outcome::Done(view) => view,
        Outcome::Refused(refusal) => return at.refuse(&refusal).await,
    };
    let outcome = match password(&request.password) {
        Some(password) => {
            linking
                .replace_link(at.visitor(), at.actor(), at.id, password)
                .await?
        }
        None => Outcome::Refused(Refusal::WrongCredentials),
    };
    at.proved(&view, outcome).await
}

/// The flow waits for an hour while the person gets a new password; once.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/await-password", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn await_password(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    let outcome = at
        .linking()
        .await_password(at.visitor(), at.actor(), at.id)
        .await?;
    at.stands(outcome).await
}

/// «Связать» on the question «Это вы?», with consent to the text of that version.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/confirm", request_body = AgreeRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn confirm(
    owner: Owner,
    at: InFlow,
    Json(request): Json<AgreeRequest>,
) -> ApiResult {
    let version = &request.text_version.0;
    let outcome = at
        .linking()
        .confirm(at.visitor(), &owner.actor, at.id, version)
        .await?;
    at.answered(outcome).await
}

/// Which of the provider's contacts the diary keeps.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/contacts", request_body = KeepRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn contacts(
    owner: Owner,
    at: InFlow,
    Json(request): Json<KeepRequest>,
) -> ApiResult {
    let keep = request.keep.into_iter().collect();
    let outcome = at
        .linking()
        .choose_contacts(at.visitor(), &owner.actor, at.id, &keep)
        .await?;
    at.answered(outcome).await
}

/// To the provider once more.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/retry", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn retry(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    at.app.admit_start(at.visitor().network)?;
    let outcome = at
        .linking()
        .ask_again(at.visitor(), at.actor(), at.id)
        .await?;
    at.answered(outcome).await
}

/// Out of the provider's session, to come back under another name by `retry`.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/other-identity", request_body = Nothing,
    responses((status = 200, body = OpenShape)))]
pub(super) async fn other_identity(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    // In the system's browser a program's flow has no page.
    let page = match at.caller.keeps {
        Keeps::Cookies => page_address(at.id, FlowPage::Again),
        Keeps::Tokens => "/signed-out".to_owned(),
    };
    let back = at
        .app
        .site()
        .public_address
        .join(&page)
        .ok_or(Problem::Contradiction("an address of ours does not read"))?;
    let outcome = at
        .linking()
        .switch_identity(at.visitor(), at.actor(), at.id, &back)
        .await?;
    match outcome {
        Outcome::Done(address) => Ok(json(StatusCode::OK, &OpenShape::from(address))?),
        Outcome::Refused(refusal) => at.refuse(&refusal).await,
    }
}

/// «Ещё 15 минут», once.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/prolong", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn prolong(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    let outcome = at
        .linking()
        .prolong(at.visitor(), at.actor(), at.id)
        .await?;
    at.stands(outcome).await
}

/// Leaves the flow. Whoever leaves the contact choice stays linked.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/cancel", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn cancel(at: InFlow, Json(_): Json<Nothing>) -> ApiResult {
    let outcome = at.linking().cancel(at.visitor(), at.actor(), at.id).await?;
    at.stands(outcome).await
}
