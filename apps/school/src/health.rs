//! `/healthz`: the process answers. `/readyz`: the database answers and has its present form.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use axum::{Router, extract::State, http::StatusCode, routing::get};
use linking_core::ports::StoreError;

/// What must answer before people are let in.
#[async_trait]
pub trait Readiness: fmt::Debug + Send + Sync {
    /// Says whether it can be used.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self) -> Result<(), StoreError>;
}

/// The two routes. They say one word and nothing of the installation.
pub fn router(readiness: Arc<dyn Readiness>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(readiness)
}

async fn ready(State(readiness): State<Arc<dyn Readiness>>) -> (StatusCode, &'static str) {
    match readiness.check().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    #[derive(Debug)]
    struct Is(Result<(), StoreError>);
    #[async_trait]
    impl Readiness for Is {
        async fn check(&self) -> Result<(), StoreError> {
            self.0.clone()
        }
    }

    async fn status(path: &str, readiness: Result<(), StoreError>) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router(Arc::new(Is(readiness)))
            .oneshot(request)
            .await
            .unwrap()
            .status()
    }

    #[tokio::test]
    async fn a_server_without_its_database_is_healthy_and_not_ready() {
        let down = || Err(StoreError::Unavailable("disk".into()));
        assert_eq!(status("/healthz", down()).await, StatusCode::OK);
        assert_eq!(
            status("/readyz", down()).await,
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(status("/readyz", Ok(())).await, StatusCode::OK);
    }
}
