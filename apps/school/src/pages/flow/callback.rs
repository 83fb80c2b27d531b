//! GET `/auth/{provider}/callback`: what a provider sends back. The address is never logged, and
//! the answer always leads to a clean one (`threats.md` A1, A8, A14, A19, G11).

use axum::{
    extract::{Path, State},
    http::{Method, StatusCode, Uri},
};
use linking_core::{
    provider::{Answer, CallbackParams, ProviderId},
    refusal::Refusal,
    usecase::{FlowName, Outcome},
};

use crate::{
    flow_response,
    pages::{
        flow::is_of_another_profile,
        problem::other_profile,
        refusal::{self, Scene},
    },
    web::{
        fields::Fields,
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// Takes an answer up.
pub(crate) async fn callback(
    State(app): State<AppState>,
    visit: Visit,
    Path(provider): Path<String>,
    method: Method,
    uri: Uri,
) -> PageResult {
    // A look ahead must not use the answer up.
    if method == Method::HEAD {
        return Err(Problem::MethodNotAllowed);
    }
    let provider: ProviderId = provider.parse().map_err(|_| Problem::NotFound)?;
    if app.linking().provider(&provider).is_none() {
        return Err(Problem::NotFound);
    }
    let scene = Scene::remembered(&app, &visit).about(&provider);
    let Some(fields) = Fields::parse(uri.query().unwrap_or_default().as_bytes()) else {
        return refusal::without_flow(&scene, StatusCode::BAD_REQUEST);
    };
    let Ok(params) = CallbackParams::new(fields.pairs()) else {
        return refusal::without_flow(&scene, StatusCode::BAD_REQUEST);
    };
    let state = params.get("state").unwrap_or_default().to_owned();
    if state.is_empty() {
        return refusal::without_flow(&scene, StatusCode::FORBIDDEN);
    }
    let outcome = app
        .linking()
        .answer(
            visit.visitor(),
            visit.actor(),
            &provider,
            &state,
            Answer::Callback(params),
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => flow_response::respond(advance),
        Outcome::Refused(Refusal::FlowNotYours)
            if is_of_another_profile(&app, &visit, FlowName::Ticket(&state)).await? =>
        {
            other_profile(&app, &visit)
        }
        Outcome::Refused(refusal) => refusal::page(&scene, &refusal).await,
    }
}
