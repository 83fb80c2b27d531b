//! The port of identity providers.

use std::fmt;

use async_trait::async_trait;

use crate::provider::{Begin, HttpsUrl, Manifest, ProviderError, Resume, Step};

/// An identity provider behind an adapter. It keeps nothing in memory between steps: any server
/// takes the next one.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdentityProvider: fmt::Debug + Send + Sync {
    /// What the adapter states of its provider.
    fn manifest(&self) -> &Manifest;

    /// Begins a sign-in there.
    ///
    /// # Errors
    /// The provider, the way to it, or our registration there is at fault.
    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError>;

    /// Judges what came back.
    ///
    /// # Errors
    /// As [`Self::begin`], or the answer did not pass the checks.
    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError>;

    /// The address that ends the person's session at the provider and then leads back, where
    /// the provider has one.
    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl>;
}
