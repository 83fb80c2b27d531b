//! The listener of its own: `/metrics` for Prometheus, `/readyz` with every check by name. It is no
//! page: nobody but the operator reaches it (`threats.md` J7).

use std::sync::Arc;

use axum::{
    Json, Router, extract::State, http::StatusCode, http::header, response::IntoResponse,
    routing::get,
};
use serde_json::{Map, Value, json};

use super::Metrics;
use crate::{
    providers::Connected,
    readiness::{Check, Readiness, is_ready},
};

/// What the two answers are made of.
#[derive(Debug)]
struct Private {
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
    connected: Arc<Connected>,
}

/// The routes of the private listener.
pub fn router(
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
    connected: Arc<Connected>,
) -> Router {
    Router::new()
        .route("/metrics", get(measures))
        .route("/readyz", get(ready))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(Arc::new(Private {
            metrics,
            readiness,
            connected,
        }))
}

async fn measures(State(private): State<Arc<Private>>) -> impl IntoResponse {
    let checks = private.readiness.checks().await;
    let installation = private.readiness.installation();
    let now = installation.clock.now();
    let certificates = private.connected.certificates(now).await;
    private
        .metrics
        .sample(installation, &checks, &certificates, now)
        .await;
    let form = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (form, private.metrics.text())
}

async fn ready(State(private): State<Arc<Private>>) -> impl IntoResponse {
    let checks = private.readiness.checks().await;
    let ready = is_ready(&checks);
    let told: Map<String, Value> = checks
        .iter()
        .map(|Check { name, result, .. }| {
            let told = result
                .as_ref()
                .map_or_else(Clone::clone, |()| "ok".to_owned());
            ((*name).to_owned(), told.into())
        })
        .collect();
    let now = private.readiness.installation().clock.now();
    let providers = private.connected.states(now).await;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = json!({ "ready": ready, "checks": told, "providers": providers });
    (status, Json(body))
}
