//! The step protocol between the core and an adapter (`architecture.md`, decision 1).

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    ids::FlowId,
    provider::{ProviderIdentity, Switch},
    secret::{Secret256, SecretBytes, SecretText},
    time::Timestamp,
};

/// Why a text is no address to send a browser to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "an address must be https (http only for loopback), printable ASCII, without a user part or \
     a backslash"
)]
pub struct HttpsUrlError;

/// An address to which a browser may be sent: `https`, or `http` on loopback (demo, tests).
#[derive(Clone, PartialEq, Eq)]
pub struct HttpsUrl(String);

impl HttpsUrl {
    /// The address. It may carry a state or a code: do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HttpsUrl {
    type Err = HttpsUrlError;

    fn from_str(text: &str) -> Result<Self, HttpsUrlError> {
        let (rest, loopback_only) =
            match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
                (Some(rest), _) => (rest, false),
                (None, Some(rest)) => (rest, true),
                (None, None) => return Err(HttpsUrlError),
            };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host);
        let sound = !authority.is_empty()
            && !authority.contains('@')
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && (!loopback_only || matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(HttpsUrlError)
        }
    }
}

impl fmt::Debug for HttpsUrl {
    /// Without the query: it carries the state.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HttpsUrl({})",
            self.0.split('?').next().unwrap_or_default()
        )
    }
}

/// The secret that leads an answer back to its flow; minted by the core, one for each trip to
/// the provider, in two outer forms. Needed, and never enough (`threats.md` A1, A6).
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(Secret256);

impl Ticket {
    /// Makes a ticket of a drawn secret.
    #[must_use]
    pub fn new(secret: Secret256) -> Self {
        Self(secret)
    }

    /// The ticket as 64 lower-case hex digits.
    #[must_use]
    pub fn as_token(&self) -> String {
        self.0.to_hex()
    }

    /// The ticket as a version 4 UUID: 122 of its bits. ESIA wants a UUID as `state`.
    #[must_use]
    pub fn as_uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(self.0.expose()) {
            *byte = *from;
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[ticket]")
    }
}

/// What the adapter must remember between steps; the store seals it, bound to the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderState(SecretBytes);

impl ProviderState {
    /// Takes the adapter's octets.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(SecretBytes::new(bytes))
    }

    /// The adapter's octets.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// What the flow wants to learn; an adapter asks its provider for no more (`threats.md` H6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Contacts for the contact choice.
    pub contacts: Switch,
}

/// Asks an adapter for the first step.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The flow, for correlation alone.
    pub flow: FlowId,
    /// Leads the answer back.
    pub ticket: Ticket,
    /// What to ask the provider for.
    pub wanted: Wanted,
    /// The present time.
    pub now: Timestamp,
}

/// Gives an adapter what came back.
#[derive(Debug, Clone)]
pub struct Resume {
    /// The flow, for correlation alone.
    pub flow: FlowId,
    /// What the adapter remembered.
    pub state: ProviderState,
    /// What came back.
    pub answer: Answer,
    /// When the flow began: no token may be older (`threats.md` B5).
    pub begun_at: Timestamp,
    /// The present time.
    pub now: Timestamp,
}

/// What the browser is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prompt {
    /// Go to the provider.
    Redirect {
        /// Where.
        to: HttpsUrl,
    },
}

/// What came back to us.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer {
    /// The provider sent the browser to our callback address.
    Callback(CallbackParams),
}

/// Why the query of a callback was not taken (`threats.md` A14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallbackParamsError {
    /// A parameter stands twice.
    #[error("a parameter stands twice")]
    Repeated,
    /// More than 16 parameters.
    #[error("more than 16 parameters")]
    TooMany,
}

/// The parameters of a callback, each once.
#[derive(Clone, Default)]
pub struct CallbackParams(BTreeMap<String, SecretText>);

impl CallbackParams {
    /// Collects decoded pairs.
    ///
    /// # Errors
    /// A repeated name, or too many of them.
    pub fn new(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, CallbackParamsError> {
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            if params.len() >= 16 {
                return Err(CallbackParamsError::TooMany);
            }
            if params.insert(name, SecretText::new(value)).is_some() {
                return Err(CallbackParamsError::Repeated);
            }
        }
        Ok(Self(params))
    }

    /// A parameter's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(SecretText::expose)
    }
}

impl fmt::Debug for CallbackParams {
    /// Names alone: values are codes and states.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why a person did not come back verified: an outcome, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decline {
    /// The person refused to hand the data over.
    ByPerson,
    /// The provider holds the person's account for too low.
    AssuranceTooLow,
    /// The person's account at the provider lacks something that only the provider mends (a
    /// second factor, an employment).
    AccountUnfit,
}

/// What an adapter answers.
#[derive(Debug)]
pub enum Step {
    /// Ask the browser for something.
    Ask {
        /// For what.
        prompt: Prompt,
        /// What the adapter needs when the answer comes.
        state: ProviderState,
    },
    /// The person is verified.
    Verified(Box<ProviderIdentity>),
    /// The person is not, and nothing is broken.
    Declined(Decline),
}

/// What kind of fault it is; says what the person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderErrorKind {
    /// Away, slow or overloaded: another try may work.
    Unavailable,
    /// The answer did not pass our checks: it is not believed (`provider-answer-invalid`).
    AnswerInvalid,
    /// The code is spent or too old: begin anew (`provider-unavailable`'s page with its button).
    Restart,
    /// Our own registration, key or clock is wrong: an alarm for the operator; for the person
    /// the provider is unavailable.
    Configuration,
}

/// A fault of a provider or of the way to it. Its text names causes and codes for the
/// operator's log, never a person's data, a token or an address with a query.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{cause}")]
pub struct ProviderError {
    /// What the person can do about it.
    pub kind: ProviderErrorKind,
    /// The cause in words and codes, for the operator.
    pub cause: String,
}

impl ProviderError {
    /// A fault with its cause.
    #[must_use]
    pub fn new(kind: ProviderErrorKind, cause: impl Into<String>) -> Self {
        Self {
            kind,
            cause: cause.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a13_addresses_with_tricks_are_refused() {
        for bad in [
            "http://esia.example/",
            "https://user@esia.example/",
            "https:///x",
            "https://a\\b",
            "javascript:alert(1)",
            "https://a/\n",
            "https://пример/",
            "http://127.0.0.1.evil.example/",
        ] {
            assert!(bad.parse::<HttpsUrl>().is_err(), "{bad}");
        }
        for good in [
            "https://esia.example/aas?x=1",
            "http://127.0.0.1:8081/",
            "http://localhost/",
        ] {
            assert!(good.parse::<HttpsUrl>().is_ok(), "{good}");
        }
    }

    #[test]
    fn a14_a_doubled_parameter_is_refused() {
        let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        assert_eq!(
            CallbackParams::new([pair("state", "1"), pair("state", "1")]).err(),
            Some(CallbackParamsError::Repeated)
        );
        let params = CallbackParams::new([pair("state", "s3cret")]).unwrap();
        assert_eq!(params.get("state"), Some("s3cret"));
        assert!(!format!("{params:?}").contains("s3cret"));
    }

    #[test]
    fn a_tickets_uuid_is_a_version_4_one() {
        let ticket = Ticket::new(Secret256::from_hex(&"ab".repeat(32)).unwrap());
        assert_eq!(ticket.as_uuid().get_version_num(), 4);
        assert_eq!(format!("{ticket:?}"), "[ticket]");
    }
}
