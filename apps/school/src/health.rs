//! `/healthz`: the process answers. `/readyz`: people may be let in.

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::readiness::{Readiness, is_ready};

/// The two routes. They say one word and nothing of the installation (`threats.md` J7).
pub fn router(readiness: Arc<Readiness>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(readiness)
}

async fn ready(State(readiness): State<Arc<Readiness>>) -> (StatusCode, &'static str) {
    if is_ready(&readiness.checks().await) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    }
}
