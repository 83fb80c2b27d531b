//! What the operator is told.

use std::fmt;

use chrono::TimeDelta;
use linking_core::{provider::ProviderError, time::Timestamp};
use linking_oidc::KeyFault;

use super::{Gosuslugi, configuration};
use crate::{KeyFilesFault, SignError, own_keys::KeyState};

/// How near the end of a certificate is. Each step is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closeness {
    /// Within 60 days: order the next one.
    Days60,
    /// Within 30 days.
    Days30,
    /// Within 7 days: sign-ins will stop soon.
    Days7,
}

impl Closeness {
    /// How near an end is; `None` more than 60 days before it.
    fn of(end: Timestamp, now: Timestamp) -> Option<Self> {
        let steps = [(7, Self::Days7), (30, Self::Days30), (60, Self::Days60)];
        steps
            .into_iter()
            .find(|(days, _)| end < now + TimeDelta::days(*days))
            .map(|(_, step)| step)
    }
}

impl fmt::Display for Closeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = match self {
            Self::Days60 => 60,
            Self::Days30 => 30,
            Self::Days7 => 7,
        };
        write!(f, "in less than {days} days")
    }
}

/// Whose certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateOf {
    /// Ours.
    Client,
    /// Our next one.
    Next,
    /// ESIA's last one for tokens.
    Tokens,
}

/// How long a certificate is still in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateLife {
    /// Whose.
    pub of: CertificateOf,
    /// Its last second.
    pub ends: Timestamp,
    /// Whole days until then; negative when it is over.
    pub days_left: i64,
}

/// What the operator should see to. Nothing is broken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The last certificate of ours ends soon.
    ClientCertificateEnds(Timestamp, Closeness),
    /// ESIA's last known certificate ends soon.
    TokenCertificatesEnd(Timestamp, Closeness),
    /// Our key, or the next one (`next`), cannot sign; the other one does.
    OwnKeyFails(&'static str, SignError),
    /// What the files of our key, or of the next one, hold now is not used, and why.
    OwnKeyNotTaken(&'static str, String),
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
            Self::ClientCertificateEnds(at, near) => {
                write!(
                    f,
                    "client-certificate ends at {at}, {near}: order the next one and register it"
                )
            }
            Self::TokenCertificatesEnd(at, near) => {
                write!(
                    f,
                    "the last of token-certificates ends at {at}, {near}: add ESIA's next one"
                )
            }
            Self::OwnKeyFails(which, error) => {
                write!(
                    f,
                    "{which}: this key cannot sign, the other one does: {error}"
                )
            }
            Self::OwnKeyNotTaken(which, why) => {
                write!(
                    f,
                    "{which}: what its files hold now is not used, the last good key is: {why}"
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

/// The names of our keys in the settings, in their order.
const NAMES: [&str; 2] = ["client-certificate and signer", "next"];

impl Gosuslugi {
    /// Whether sign-ins can work: reads our keys anew, signs a fixed text and checks the
    /// signature, and looks whether a certificate of ESIA is in force. Calls nobody but the
    /// signers. To be asked at the start and by a readiness check.
    ///
    /// # Errors
    /// What is broken.
    pub async fn ready(&self, now: Timestamp) -> Result<Vec<Warning>, ProviderError> {
        let own = self.own.look(now).await;
        if let Some(fault) = breaking(&own) {
            return Err(fault.clone().into());
        }
        self.settings.keys.current(now).await;
        let keys = self.settings.keys.report(now).await;
        // Also if the next certificate stands alone, before its time.
        if keys.in_force == 0 {
            return Err(configuration(KeyFault::NoKeyInForce.to_string()));
        }
        let mut warnings = Vec::new();
        let last = own
            .iter()
            .filter(|key| key.is_of_use(now))
            .map(|key| key.ends)
            .max();
        if let Some(end) = last
            && let Some(near) = Closeness::of(end, now)
        {
            warnings.push(Warning::ClientCertificateEnds(end, near));
        }
        if let Some(near) = Closeness::of(keys.last_end, now) {
            warnings.push(Warning::TokenCertificatesEnd(keys.last_end, near));
        }
        for (name, key) in NAMES.into_iter().zip(own) {
            let waits = key.is_of_use(now);
            if let Some(error) = key.fault.filter(|_| !waits) {
                warnings.push(Warning::OwnKeyFails(name, error));
            }
            if let Some(why) = key.not_taken {
                warnings.push(Warning::OwnKeyNotTaken(name, why));
            }
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

    /// How long each certificate is still in force, as numbers. Asks nobody and reads no file.
    pub async fn certificates(&self, now: Timestamp) -> Vec<CertificateLife> {
        let life = |of, ends: Timestamp| CertificateLife {
            of,
            ends,
            days_left: ends.signed_duration_since(now).num_days(),
        };
        let own = [CertificateOf::Client, CertificateOf::Next].into_iter();
        let mut all: Vec<CertificateLife> = own
            .zip(self.own.ends(now))
            .map(|(of, ends)| life(of, ends))
            .collect();
        let tokens = self.settings.keys.report(now).await;
        all.push(life(CertificateOf::Tokens, tokens.last_end));
        all
    }
}

/// Why no request could be signed, by the rule of [`crate::own_keys::OwnKeys::client_secret`].
fn breaking(own: &[KeyState]) -> Option<&SignError> {
    let mut first = None;
    for key in own {
        match &key.fault {
            None => return None,
            Some(error) if error.is_of_the_key() => first = first.or(Some(error)),
            Some(error) => return Some(error),
        }
    }
    first
}
