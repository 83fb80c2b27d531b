//! Signs our requests (`gost.md` 6). The key is behind a port; each signature is checked with
//! our own certificate before it is sent.

mod command;
mod output;
mod service;
mod soft_key;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use gost_signature::{
    Certificate, SelfCheck, Signature,
    cms::{CmsError, SignedAttributes, ToBeSigned, verify_detached_by},
    diagnose,
};
use linking_core::{
    provider::{ProviderError, ProviderErrorKind, Switch},
    secret::SecretText,
    time::Timestamp,
};
use linking_http::{TransportError, TransportErrorKind};
use thiserror::Error;

use crate::MaterialError;

pub use command::CommandSigner;
pub use output::{OutputEncoding, SignatureOrder};
pub(crate) use service::check_token;
pub use service::{HttpSigner, MessageEncoding, ServiceSettings};
pub use soft_key::SoftKey;

/// Makes GOST R 34.10-2012 signatures, wherever the key is.
#[async_trait]
pub trait RawSigner: fmt::Debug + Send + Sync {
    /// The signature of a message: what should be 64 octets, s then r, big-endian, or a finished
    /// CMS where the settings say so. The caller checks it.
    ///
    /// # Errors
    /// See [`SignError`].
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why there is no signature to send. Holds no key, no token and nothing of what a service said.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError {
    /// The signer could not be started.
    #[error("the signer could not be started: {0}")]
    Unavailable(String),
    /// The signer did not answer in time.
    #[error("the signer did not answer in time")]
    Timeout,
    /// The signer ended with an error.
    #[error("the signer refused: {0}")]
    Rejected(String),
    /// The signing service was not reached.
    #[error("the signing service: {0}")]
    Unreachable(#[from] TransportError),
    /// The signing service has a fault of its own.
    #[error("the signing service is away: status {0}")]
    Away(u16),
    /// The signing service does not let us in.
    #[error("the signing service does not let us in: check token-file and client-identity")]
    Denied,
    /// The signing service's answer is of another form.
    #[error("the signing service's answer has {0}")]
    Answer(&'static str),
    /// The token for the signing service cannot be used.
    #[error("{0}")]
    Secret(MaterialError),
    /// What the signer wrote is not in its encoding.
    #[error("what the signer wrote is no {0}: check encoding and output")]
    Encoding(&'static str),
    /// The signing service names another certificate than ours.
    #[error("the signing service signs with another certificate than client-certificate")]
    OtherCertificate,
    /// The signature does not fit our certificate; says which mistake it is.
    #[error("{0}")]
    SelfCheck(SelfCheck),
    /// The CMS does not fit our certificate or is of another form.
    #[error("{0}")]
    Cms(#[from] CmsError),
    /// Our certificate is not in force.
    #[error("client-certificate is not valid now: renew it, and register the new one at ESIA")]
    CertificateNotValid,
}

impl SignError {
    /// Whether another key of ours may do better: this one does not fit, or not any more.
    pub(crate) const fn is_of_the_key(&self) -> bool {
        matches!(
            self,
            Self::SelfCheck(_)
                | Self::Cms(_)
                | Self::OtherCertificate
                | Self::CertificateNotValid
                | Self::Rejected(_)
        )
    }

    /// Whether it may be over by itself.
    const fn is_passing(&self) -> bool {
        match self {
            Self::Timeout | Self::Away(_) => true,
            Self::Unreachable(error) => !matches!(
                error.kind(),
                TransportErrorKind::Forbidden(_) | TransportErrorKind::Tls
            ),
            _ => false,
        }
    }
}

impl From<SignError> for ProviderError {
    fn from(error: SignError) -> Self {
        let kind = if error.is_passing() {
            ProviderErrorKind::Unavailable
        } else {
            ProviderErrorKind::Configuration
        };
        Self::new(kind, format!("signing the request: {error}"))
    }
}

/// What `client_secret` is made of (`esia.md` 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretForm {
    /// The raw signature: the present protocol.
    Raw,
    /// A detached CMS round the raw signature: the older protocol.
    Cms {
        /// Whether it has signed attributes.
        attributes: Switch,
    },
    /// A detached CMS that the signer has made itself: the older protocol.
    FinishedCms,
}

/// Our identity at ESIA: certificate and signer.
#[derive(Debug)]
pub struct ClientSigner {
    signer: Arc<dyn RawSigner>,
    certificate: Certificate,
    certificate_hash: String,
    form: SecretForm,
}

impl ClientSigner {
    /// A signer with the certificate that is registered for it.
    #[must_use]
    pub fn new(signer: Arc<dyn RawSigner>, certificate: Certificate, form: SecretForm) -> Self {
        let certificate_hash = certificate.hash_hex();
        Self {
            signer,
            certificate,
            certificate_hash,
            form,
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

    /// The value of `client_secret` for a message: base64url of a signature, or a CMS, that fits
    /// our certificate.
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
        match self.form {
            SecretForm::Raw => {
                let signature = self.signature(message).await?;
                Ok(SecretText::new(signature.to_base64url()))
            }
            SecretForm::Cms { attributes } => {
                let attributes = match attributes {
                    Switch::On => SignedAttributes::Present {
                        signing_time: now.timestamp(),
                    },
                    Switch::Off => SignedAttributes::None,
                };
                let prepared = ToBeSigned::new(&self.certificate, message, attributes)?;
                let signature = self.signature(prepared.message()).await?;
                Ok(base64url(&prepared.finish(&signature)?))
            }
            SecretForm::FinishedCms => {
                let cms = self.signer.sign(message).await?;
                verify_detached_by(&cms, message, &self.certificate)?;
                Ok(base64url(&cms))
            }
        }
    }

    /// A raw signature that fits our certificate.
    async fn signature(&self, message: &[u8]) -> Result<Signature, SignError> {
        let octets = self.signer.sign(message).await?;
        match diagnose(message, &octets, self.certificate.verifying_key()) {
            SelfCheck::Valid(signature) => Ok(signature),
            mistake @ (SelfCheck::Length { .. }
            | SelfCheck::ReversedOctets
            | SelfCheck::ExchangedHalves
            | SelfCheck::NotValid) => Err(SignError::SelfCheck(mistake)),
        }
    }
}

fn base64url(octets: &[u8]) -> SecretText {
    SecretText::new(URL_SAFE_NO_PAD.encode(octets))
}

#[cfg(test)]
mod tests;
