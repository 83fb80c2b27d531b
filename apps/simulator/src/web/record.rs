//! The record of requests: which path, which answer, why. Never a value that came.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::outcome::Outcome;
use crate::simulator::Simulator;
use crate::state::RecordedRequest;

pub(super) async fn record(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let outcome = response
        .extensions()
        .get::<Outcome>()
        .cloned()
        .unwrap_or_default();
    if let (Some(code), Some(cause)) = (outcome.code, &outcome.cause) {
        tracing::info!(%code, cause, %path, "refused");
    }
    let at = simulator.now().timestamp();
    simulator.lock().record(RecordedRequest {
        at,
        method,
        path,
        status: response.status().as_u16(),
        code: outcome.code,
        cause: outcome.cause,
        client: outcome.client,
        grant: outcome.grant,
        parameters: outcome.parameters,
    });
    response
}
