//! An adapter whose steps are counted.

use std::sync::Arc;

use async_trait::async_trait;
use linking_core::{
    ports::IdentityProvider,
    provider::{Begin, HttpsUrl, Manifest, ProviderError, ProviderErrorKind, Resume, Step},
};
use tokio::time::Instant;

use super::{Metrics, PROVIDER_CALLS, PROVIDER_SECONDS};

/// Passes everything on, and counts it.
#[derive(Debug)]
pub struct Counted {
    adapter: Arc<dyn IdentityProvider>,
    metrics: Arc<Metrics>,
}

impl Counted {
    /// Counts the steps of an adapter.
    #[must_use]
    pub fn new(adapter: Arc<dyn IdentityProvider>, metrics: Arc<Metrics>) -> Self {
        Self { adapter, metrics }
    }

    fn count(&self, step: &str, started: Instant, done: &Result<Step, ProviderError>) {
        let provider = self.adapter.manifest().id.as_str();
        let outcome = done.as_ref().map_or_else(
            |error| match error.kind {
                ProviderErrorKind::Unavailable => "unavailable",
                ProviderErrorKind::Restart => "restart",
                ProviderErrorKind::AnswerInvalid => "answer-invalid",
                ProviderErrorKind::Configuration => "configuration",
            },
            |_| "ok",
        );
        self.metrics
            .counter(PROVIDER_CALLS, &[provider, step, outcome])
            .increment(1);
        self.metrics
            .histogram(PROVIDER_SECONDS, &[provider])
            .record(started.elapsed());
    }
}

#[async_trait]
impl IdentityProvider for Counted {
    fn manifest(&self) -> &Manifest {
        self.adapter.manifest()
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        let started = Instant::now();
        let done = self.adapter.begin(begin).await;
        self.count("begin", started, &done);
        done
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        let started = Instant::now();
        let done = self.adapter.advance(resume).await;
        self.count("advance", started, &done);
        done
    }

    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl> {
        self.adapter.sign_out(return_to)
    }
}
