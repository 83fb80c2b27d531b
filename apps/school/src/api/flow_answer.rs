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
    session::{Actor, Visitor},
    usecase::{Advance, FlowStep, FlowView, Linking, Outcome},
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

/// A request in the flow of its address; what is no identifier belongs to no flow.
#[derive(Debug)]
pub(super) struct InFlow {
    pub(super) app: AppState,
    pub(super) caller: Caller,
    pub(super) id: FlowId,
}

impl FromRequestParts<AppState> for InFlow {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let named = Path::<String>::from_request_parts(parts, app).await;
        if let Some(id) = named.ok().and_then(|Path(text)| exact(&text)) {
            let app = app.clone();
            return Ok(Self { app, caller, id });
        }
        let refused = refuse(app, &caller, &Refusal::FlowNotYours).await;
        Err(refused.unwrap_or_else(IntoResponse::into_response))
    }
}

impl InFlow {
    pub(super) fn linking(&self) -> &Linking {
        self.app.linking()
    }

    pub(super) fn visitor(&self) -> &Visitor {
        self.caller.visitor()
    }

    pub(super) fn actor(&self) -> Option<&Actor> {
        self.caller.actor()
    }

    /// Answers with what an act led to.
    pub(super) async fn answered(&self, outcome: Outcome<Advance>) -> ApiResult {
        answered(&self.app, &self.caller, outcome).await
    }

    /// Answers an act that asks for login and password: why they do not do is told with the flow,
    /// which waits as it did.
    pub(super) async fn proved(&self, before: &FlowView, outcome: Outcome<Advance>) -> ApiResult {
        match outcome {
            Outcome::Refused(refusal) if !refusal.code().is_of_the_flow() => {
                let scene = Scene::in_flow(&self.app, &self.caller.visit, before);
                let flow = FlowShape::of(&self.app, &self.caller, before).await?;
                refused(&scene, &refusal, Some(flow)).await
            }
            outcome => self.answered(outcome).await,
        }
    }

    /// Answers with where the flow stands.
    pub(super) async fn stands(&self, outcome: Outcome<FlowView>) -> ApiResult {
        match outcome {
            Outcome::Done(view) => {
                let flow = FlowShape::of(&self.app, &self.caller, &view).await?;
                let shape = FlowAnswerShape {
                    flow,
                    open: None,
                    session: None,
                };
                Ok(json(StatusCode::OK, &shape)?)
            }
            Outcome::Refused(refusal) => self.refuse(&refusal).await,
        }
    }

    pub(super) async fn refuse(&self, refusal: &Refusal) -> ApiResult {
        refuse(&self.app, &self.caller, refusal).await
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
    let session = advance.session.as_ref();
    // Whoever this very request let in is told how it ended.
    let reader = session
        .map(|new| new.session.account)
        .or_else(|| caller.actor().map(Actor::account));
    let flow = FlowShape::seen_by(reader, app, caller, view).await?;
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

pub(super) async fn refuse(app: &AppState, caller: &Caller, refusal: &Refusal) -> ApiResult {
    refused(&Scene::remembered(app, &caller.visit), refusal, None).await
}
