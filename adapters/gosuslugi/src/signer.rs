//! Signs our requests (`gost.md` 6). The key is behind a port; each signature is checked with
//! our own certificate before it is sent.

mod command;
mod soft_key;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use gost_signature::{Certificate, SelfCheck, diagnose};
use linking_core::{
    provider::{ProviderError, ProviderErrorKind},
    secret::SecretText,
    time::Timestamp,
};
use thiserror::Error;

pub use command::CommandSigner;
pub use soft_key::SoftKey;

/// Makes raw GOST R 34.10-2012 signatures, wherever the key is.
#[async_trait]
pub trait RawSigner: fmt::Debug + Send + Sync {
    /// The signature of a message: what should be 64 octets, s then r, big-endian. The caller
    /// checks it.
    ///
    /// # Errors
    /// See [`SignError`].
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why there is no signature to send.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError {
    /// The signer could not be started or reached.
    #[error("the signer could not be started: {0}")]
    Unavailable(String),
    /// The signer did not answer in time.
    #[error("the signer did not answer in time")]
    Timeout,
    /// The signer ended with an error.
    #[error("the signer refused: {0}")]
    Rejected(String),
    /// The signature does not fit our certificate; says which mistake it is.
    #[error("{0}")]
    SelfCheck(SelfCheck),
    /// Our certificate is not in force.
    #[error("client-certificate is not valid now: renew it, and register the new one at ESIA")]
    CertificateNotValid,
}

impl From<SignError> for ProviderError {
    fn from(error: SignError) -> Self {
        let kind = match error {
            SignError::Timeout => ProviderErrorKind::Unavailable,
            SignError::Unavailable(_)
            | SignError::Rejected(_)
            | SignError::SelfCheck(_)
            | SignError::CertificateNotValid => ProviderErrorKind::Configuration,
        };
        Self::new(kind, format!("signing the request: {error}"))
    }
}

/// Our identity at ESIA: certificate and signer.
#[derive(Debug)]
pub struct ClientSigner {
    signer: Arc<dyn RawSigner>,
    certificate: Certificate,
    certificate_hash: String,
}

impl ClientSigner {
    /// A signer with the certificate that is registered for it.
    #[must_use]
    pub fn new(signer: Arc<dyn RawSigner>, certificate: Certificate) -> Self {
        let certificate_hash = certificate.hash_hex();
        Self {
            signer,
            certificate,
            certificate_hash,
        }
    }

    /// The value of `client_certificate_hash` (`esia.md` 3.5).
    #[must_use]
    pub fn certificate_hash(&self) -> &str {
        &self.certificate_hash
    }

    /// The last second of our certificate, since 1970-01-01 UTC.
    #[must_use]
    pub fn certificate_ends(&self) -> i64 {
        self.certificate.not_after()
    }

    /// The value of `client_secret` for a message: base64url of a signature that fits our
    /// certificate.
    ///
    /// # Errors
    /// See [`SignError`]; nothing that does not fit comes out, and nothing is put right silently.
    pub async fn client_secret(
        &self,
        message: &[u8],
        now: Timestamp,
    ) -> Result<SecretText, SignError> {
        if !self.certificate.is_valid_at(now.timestamp()) {
            return Err(SignError::CertificateNotValid);
        }
        let octets = self.signer.sign(message).await?;
        match diagnose(message, &octets, self.certificate.verifying_key()) {
            SelfCheck::Valid(signature) => Ok(SecretText::new(signature.to_base64url())),
            mistake @ (SelfCheck::Length { .. }
            | SelfCheck::ReversedOctets
            | SelfCheck::ExchangedHalves
            | SelfCheck::NotValid) => Err(SignError::SelfCheck(mistake)),
        }
    }
}

#[cfg(test)]
mod tests;
