//! What travels between the two steps, sealed by the core into the flow.

use linking_core::provider::{ProviderError, ProviderErrorKind, ProviderState, Switch};
use linking_oidc::CodeVerifier;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{clock::ClockOffset, settings::Protocol};

/// What the second step must know of the first. Settings may have changed since.
#[derive(PartialEq, Eq)]
pub(crate) struct FlowState {
    /// The `state` of the request: the ticket's UUID form.
    pub(crate) state: Uuid,
    /// The PKCE verifier, if PKCE is on.
    pub(crate) verifier: Option<CodeVerifier>,
    /// The scope string, sent again octet by octet.
    pub(crate) scope: String,
    /// Whether contacts are wanted.
    pub(crate) contacts: Switch,
    /// The redirect address, sent again octet by octet.
    pub(crate) redirect_uri: String,
    /// The protocol of the first step; the second must speak it too.
    pub(crate) protocol: Protocol,
    /// How far ESIA's clock was known to be from ours.
    pub(crate) offset: ClockOffset,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    version: u8,
    state: Uuid,
    verifier: Option<String>,
    scope: String,
    contacts: Switch,
    redirect_uri: String,
    protocol: Protocol,
    offset_seconds: i32,
}

const VERSION: u8 = 2;

impl FlowState {
    pub(crate) fn write(&self) -> Result<ProviderState, ProviderError> {
        let record = Record {
            version: VERSION,
            state: self.state,
            verifier: self
                .verifier
                .as_ref()
                .map(|verifier| verifier.expose().to_owned()),
            scope: self.scope.clone(),
            contacts: self.contacts,
            redirect_uri: self.redirect_uri.clone(),
            protocol: self.protocol,
            offset_seconds: self.offset.seconds(),
        };
        serde_json::to_vec(&record)
            .map(ProviderState::new)
            .map_err(|_| unreadable())
    }

    pub(crate) fn read(state: &ProviderState) -> Result<Self, ProviderError> {
        let record: Record = serde_json::from_slice(state.expose()).map_err(|_| unreadable())?;
        if record.version != VERSION {
            return Err(unreadable());
        }
        let verifier = match record.verifier {
            Some(text) => Some(CodeVerifier::from_text(&text).ok_or_else(unreadable)?),
            None => None,
        };
        Ok(Self {
            state: record.state,
            verifier,
            scope: record.scope,
            contacts: record.contacts,
            redirect_uri: record.redirect_uri,
            protocol: record.protocol,
            offset: ClockOffset::from_seconds(i64::from(record.offset_seconds))
                .ok_or_else(unreadable)?,
        })
    }
}

fn unreadable() -> ProviderError {
    // Another version of the program began the flow: the person begins anew.
    ProviderError::new(
        ProviderErrorKind::Restart,
        "the flow's state is of another version",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_the_state_survives_a_restart_and_does_not_print() {
        let text = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let state = FlowState {
            state: Uuid::from_u128(7),
            verifier: CodeVerifier::from_text(text),
            scope: "openid fullname".to_owned(),
            contacts: Switch::On,
            redirect_uri: "https://school.example/callback".to_owned(),
            protocol: Protocol::V1,
            offset: ClockOffset::from_seconds(-600).unwrap(),
        };
        let written = state.write().unwrap();
        assert!(!format!("{written:?}").contains("dBjf"));
        assert!(FlowState::read(&written).unwrap() == state);
    }

    #[test]
    fn a_state_of_another_version_asks_to_begin_anew() {
        for text in ["", "{}", r#"{"version":1}"#, "null"] {
            let error = FlowState::read(&ProviderState::new(text.as_bytes().to_vec()))
                .err()
                .unwrap();
            assert_eq!(error.kind, ProviderErrorKind::Restart, "{text}");
        }
    }
}
