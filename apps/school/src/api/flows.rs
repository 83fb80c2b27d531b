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
        body::{Exact, Fault, FaultCode, Json, Place, Text, Unfit, exact, request},
        caller::{Caller, Keeps, Owner},
        flow_answer::{FlowRef, answered, refuse, respond, stands},
        flow_shape::{FlowAnswerShape, FlowShape, OpenShape},
        places::OrganizationRef,
        problem::refused,
        session::{CredentialsRequest, Nothing, credentials},
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
        #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$")]
        provider: Exact<ProviderId>,
        #[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$")]
        region: Exact<RegionCode>,
        #[schema(value_type = Option<String>, pattern = "^org_[0-9a-f]{32}$")]
        organization: Option<OrganizationRef>,
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
    let place = PlaceHint {
        region: region.code,
        organization: request.organization.map(|id| id.0),
    };
    let scene_place = crate::web::place::Place {
        region: Some(place.region.clone()),
        organization: place.organization,
        ..crate::web::place::Place::default()
    };
    let outcome = app
        .linking()
        .start(
            caller.visitor(),
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
    Trouble::Unfit(Unfit {
        place: Place::Body,
        faults: vec![Fault::at(pointer.to_owned(), FaultCode::Unfit)],
    })
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
pub(super) async fn show(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
) -> ApiResult {
    let outcome = app
        .linking()
        .flow(caller.visitor(), caller.actor(), id)
        .await?;
    stands(&app, &caller, outcome).await
}

/// Agrees to our text. With another version than the present one nothing moves.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/agree", request_body = AgreeRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn agree(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(request): Json<AgreeRequest>,
) -> ApiResult {
    let version = &request.text_version.0;
    let outcome = app
        .linking()
        .agree(caller.visitor(), caller.actor(), id, version)
        .await?;
    answered(&app, &caller, outcome).await
}

/// «Да, это я» on a shared computer: lets in.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/enter", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn enter(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let outcome = app
        .linking()
        .enter(caller.visitor(), caller.actor(), id)
        .await?;
    answered(&app, &caller, outcome).await
}

/// The local login and password: the right ones make the link and a session.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/prove", request_body = CredentialsRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn prove(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(request): Json<CredentialsRequest>,
) -> ApiResult {
    let view = match app
        .linking()
        .flow(caller.visitor(), caller.actor(), id)
        .await?
    {
        Outcome::Done(view) => view,
        Outcome::Refused(refusal) => return refuse(&app, &caller, &refusal).await,
    };
    let organization = request.organization.0;
    let outcome = match credentials(&request) {
        Ok(credentials) => {
            let chosen = app.directory().organization(organization).await?;
            app.linking()
                .prove_at(
                    caller.visitor(),
                    caller.actor(),
                    id,
                    chosen.as_ref(),
                    credentials,
                )
                .await?
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(advance) => respond(&app, &caller, StatusCode::OK, advance).await,
        Outcome::Refused(
            refusal @ (Refusal::FlowNotYours | Refusal::FlowExpired | Refusal::FlowFinished),
        ) => refuse(&app, &caller, &refusal).await,
        Outcome::Refused(refusal) => {
            let scene = Scene::in_flow(&app, &caller.visit, &view);
            let flow = FlowShape::of(&app, &caller, &view).await?;
            refused(&scene, &refusal, Some(flow)).await
        }
    }
}

/// The flow waits for an hour while the person gets a new password; once.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/await-password", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn await_password(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let outcome = app
        .linking()
        .await_password(caller.visitor(), caller.actor(), id)
        .await?;
    stands(&app, &caller, outcome).await
}

/// «Связать» on the question «Это вы?», with consent to the text of that version.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/confirm", request_body = AgreeRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn confirm(
    State(app): State<AppState>,
    owner: Owner,
    FlowRef(id): FlowRef,
    Json(request): Json<AgreeRequest>,
) -> ApiResult {
    let version = &request.text_version.0;
    let outcome = app
        .linking()
        .confirm(owner.caller.visitor(), &owner.actor, id, version)
        .await?;
    answered(&app, &owner.caller, outcome).await
}

/// Which of the provider's contacts the diary keeps.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/contacts", request_body = KeepRequest,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn contacts(
    State(app): State<AppState>,
    owner: Owner,
    FlowRef(id): FlowRef,
    Json(request): Json<KeepRequest>,
) -> ApiResult {
    let keep = request.keep.into_iter().collect();
    let outcome = app
        .linking()
        .choose_contacts(owner.caller.visitor(), &owner.actor, id, &keep)
        .await?;
    answered(&app, &owner.caller, outcome).await
}

/// To the provider once more.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/retry", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn retry(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let outcome = app
        .linking()
        .ask_again(caller.visitor(), caller.actor(), id)
        .await?;
    answered(&app, &caller, outcome).await
}

/// Out of the provider's session, to come back under another name by `retry`.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/other-identity", request_body = Nothing,
    responses((status = 200, body = OpenShape)))]
pub(super) async fn other_identity(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    // In the system's browser a program's flow has no page.
    let page = match caller.keeps {
        Keeps::Cookies => page_address(id, FlowPage::Again),
        Keeps::Tokens => "/signed-out".to_owned(),
    };
    let back = app
        .site()
        .public_address
        .join(&page)
        .ok_or(Problem::Contradiction("an address of ours does not read"))?;
    let outcome = app
        .linking()
        .switch_identity(caller.visitor(), caller.actor(), id, &back)
        .await?;
    match outcome {
        Outcome::Done(address) => Ok(json(StatusCode::OK, &OpenShape::from(address))?),
        Outcome::Refused(refusal) => refuse(&app, &caller, &refusal).await,
    }
}

/// «Ещё 15 минут», once.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/prolong", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn prolong(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let outcome = app
        .linking()
        .prolong(caller.visitor(), caller.actor(), id)
        .await?;
    stands(&app, &caller, outcome).await
}

/// Leaves the flow. Whoever leaves the contact choice stays linked.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/cancel", request_body = Nothing,
    responses((status = 200, body = FlowAnswerShape)))]
pub(super) async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    FlowRef(id): FlowRef,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let outcome = app
        .linking()
        .cancel(caller.visitor(), caller.actor(), id)
        .await?;
    stands(&app, &caller, outcome).await
}
