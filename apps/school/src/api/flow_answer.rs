//! How a flow is named in an address, and how the API answers with one.

use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use linking_core::{
    ids::FlowId,
    link::FlowEnd,
    provider::Prompt,
    refusal::Refusal,
    usecase::{Advance, FlowStep, FlowView, Outcome},
};

use crate::{
    api::{
        body::exact,
        caller::Caller,
        flow_shape::{FlowAnswerShape, FlowShape},
        problem::refused,
        shapes::{NewSessionShape, json},
        trouble::ApiResult,
    },
    flow_response,
    pages::refusal::Scene,
    web::{problem::Problem, state::AppState},
};

/// The flow of an address; what is no identifier belongs to no flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlowRef(pub(super) FlowId);

impl FromRequestParts<AppState> for FlowRef {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let named = Path::<String>::from_request_parts(parts, app).await;
        let named = named.ok().and_then(|Path(text)| exact(&text));
        if let Some(id) = named {
            return Ok(Self(id));
        }
        let caller = Caller::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let refused = refuse(app, &caller, &Refusal::FlowNotYours).await;
        Err(refused.unwrap_or_else(IntoResponse::into_response))
    }
}

/// Answers with a flow, or with why it does not go on.
pub(super) async fn respond(
    app: &AppState,
    caller: &Caller,
    status: StatusCode,
    advance: Advance,
) -> ApiResult {
    flow_response::log_fault(&advance);
    let view = &advance.view;
    let flow = FlowShape::of(app, caller, view).await?;
    let refusal = match &view.step {
        FlowStep::TryAgain(refusal) | FlowStep::Done(FlowEnd::Refused(refusal)) => {
            Some(refusal.clone())
        }
        FlowStep::Taken { way, .. } => Some(way.refusal()),
        _ => None,
    };
    if let Some(refusal) = &refusal {
        let scene = Scene::in_flow(app, &caller.visit, view);
        return refused(&scene, refusal, Some(flow)).await;
    }
    let open = match &advance.prompt {
        Some(Prompt::Redirect { to }) => Some(to.as_str().to_owned()),
        Some(_) => {
            return Err(Problem::Contradiction("a prompt that the API cannot hand on").into());
        }
        None => None,
    };
    let session = advance.session.as_ref();
    let shape = FlowAnswerShape {
        flow,
        open,
        session: session.map(|session| NewSessionShape::of(caller, session)),
    };
    let mut response = json(status, &shape)?;
    if let Some(session) = session {
        NewSessionShape::cookie(caller, session, &mut response);
    }
    Ok(response)
}

pub(super) async fn answered(
    app: &AppState,
    caller: &Caller,
    outcome: Outcome<Advance>,
) -> ApiResult {
    match outcome {
        Outcome::Done(advance) => respond(app, caller, StatusCode::OK, advance).await,
        Outcome::Refused(refusal) => refuse(app, caller, &refusal).await,
    }
}

pub(super) async fn stands(
    app: &AppState,
    caller: &Caller,
    outcome: Outcome<FlowView>,
) -> ApiResult {
    match outcome {
        Outcome::Done(view) => {
            let flow = FlowShape::of(app, caller, &view).await?;
            Ok(json(
                StatusCode::OK,
                &FlowAnswerShape {
                    flow,
                    open: None,
                    session: None,
                },
            )?)
        }
        Outcome::Refused(refusal) => refuse(app, caller, &refusal).await,
    }
}

pub(super) async fn refuse(app: &AppState, caller: &Caller, refusal: &Refusal) -> ApiResult {
    refused(&Scene::remembered(app, &caller.visit), refusal, None).await
}
