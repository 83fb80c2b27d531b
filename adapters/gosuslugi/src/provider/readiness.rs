//! What the operator is told.

use std::fmt;

use chrono::{DateTime, TimeDelta};
use linking_core::{provider::ProviderError, time::Timestamp};
use linking_oidc::KeyFault;

use super::{Gosuslugi, configuration};
use crate::KeyFilesFault;

/// What the operator should see to. Nothing is broken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Our certificate ends within 30 days.
    ClientCertificateEnds(Timestamp),
    /// ESIA's last known certificate ends within 30 days.
    TokenCertificatesEnd(Timestamp),
    /// Certificate files cannot be read anew.
    KeyFiles(KeyFilesFault),
    /// These of ESIA's certificates are of no use, with the reason of each: no token is checked with
    /// them.
    CertificatesPassedOver(Vec<String>),
    /// ESIA's clock was that many seconds ahead of ours (negative: behind).
    ClocksDiffer(i32),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientCertificateEnds(at) => {
                write!(
                    f,
                    "client-certificate ends at {at}: order the next one and register it"
                )
            }
            Self::TokenCertificatesEnd(at) => {
                write!(
                    f,
                    "the last of token-certificates ends at {at}: add ESIA's next one"
                )
            }
            Self::KeyFiles(fault) => fault.fmt(f),
            Self::CertificatesPassedOver(which) => {
                write!(
                    f,
                    "token-certificates that no token is checked with: {}",
                    which.join("; ")
                )
            }
            Self::ClocksDiffer(seconds) => {
                write!(
                    f,
                    "ESIA's clock is {seconds} s ahead of this server's: set the clock"
                )
            }
        }
    }
}

/// A certificate is worth a warning this long before its end.
const WARN_BEFORE: TimeDelta = TimeDelta::days(30);

impl Gosuslugi {
    /// Whether sign-ins can work: signs a fixed text and checks the signature, and looks whether
    /// a certificate of ESIA is in force. Calls nobody but the signer. To be asked at the start
    /// and by a readiness check.
    ///
    /// # Errors
    /// What is broken.
    pub async fn ready(&self, now: Timestamp) -> Result<Vec<Warning>, ProviderError> {
        self.signer
            .client_secret(b"svyazka: self-test of the signer", now)
            .await?;
        self.settings.keys.current(now).await;
        let keys = self.settings.keys.report(now).await;
        // Also if the next certificate stands alone, before its time.
        if keys.in_force == 0 {
            return Err(configuration(KeyFault::NoKeyInForce.to_string()));
        }
        let mut warnings = Vec::new();
        let ours = DateTime::from_timestamp(self.signer.certificate_ends(), 0);
        if let Some(end) = ours.filter(|end| *end < now + WARN_BEFORE) {
            warnings.push(Warning::ClientCertificateEnds(end));
        }
        if keys.last_end < now + WARN_BEFORE {
            warnings.push(Warning::TokenCertificatesEnd(keys.last_end));
        }
        warnings.extend(keys.fault.map(Warning::KeyFiles));
        if !keys.passed_over.is_empty() {
            warnings.push(Warning::CertificatesPassedOver(keys.passed_over));
        }
        let offset = self.learned.get().seconds();
        if offset != 0 {
            warnings.push(Warning::ClocksDiffer(offset));
        }
        Ok(warnings)
    }
}
