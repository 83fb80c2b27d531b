//! What is not known about the real ESIA, as one setting each (`esia.md 13.4`): when a fact
//! becomes known, the default changes here, in one line.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::code::EsiaCode;
use crate::settings::TokenAlgorithm;

/// Which text a refresh request signs (`esia.md 3.3`; sources disagree).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshSigning {
    /// `client_id + scope + [scope_org] + timestamp + state + redirect_uri`.
    #[default]
    WithoutToken,
    /// `client_id + scope + timestamp + state + refresh_token`.
    WithToken,
}

/// What the simulator does with PKCE (RFC 7636); ESIA's own method name is unconfirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pkce {
    /// `S256` is accepted, and checked if it was used.
    #[default]
    Checked,
    /// A challenge is accepted and never checked (`threats.md` A7).
    Ignored,
    /// A request with a challenge is refused with ESIA-007003.
    Refused,
}

/// Whether a token request may repeat the `state` of the authorisation request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepeatedState {
    /// Accepted, with a warning in the log.
    #[default]
    Allowed,
    /// Refused with ESIA-007003.
    Refused,
}

/// Settings of the simulated ESIA, changeable while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own, by name"
)]
pub struct Knobs {
    /// Seconds from issue to end of an authorisation code. Default 240.
    pub code_lifetime: u32,
    /// Seconds from issue to end of access and id tokens. Default 3600.
    pub access_lifetime: u32,
    /// Seconds from issue to end of a refresh token. Default 30 days.
    pub refresh_lifetime: u32,
    /// Seconds that a browser's sign-in at the provider lasts. Default 3 hours.
    pub session_lifetime: u32,
    /// Seconds that an SMS code is good for. Default 300 (`esia.md 10`).
    pub sms_lifetime: u32,
    /// Wrong SMS codes before sign-in starts anew. Default 3 (`esia.md 10`).
    pub sms_attempts: u32,
    /// Seconds that `timestamp` may differ from the simulator's clock, either way. Default 300.
    pub timestamp_window: u32,
    /// With which algorithm codes are signed, which are tokens too. Default: none of its own, the
    /// client's (`esia.md 4.1` does not say).
    pub code_algorithm: Option<TokenAlgorithm>,
    /// What a refresh request signs. Default: without the token.
    pub refresh_signing: RefreshSigning,
    /// PKCE. Default: accepted and checked.
    pub pkce: Pkce,
    /// The same `state` at the authorisation and the token request. Default: allowed.
    pub repeated_state: RepeatedState,
    /// Whether `client_certificate_hash` must be upper case. Default: no.
    pub hash_case_sensitive: bool,
    /// HTTP status of ESIA-005029. Default 403.
    pub scope_not_allowed_status: u16,
    /// Code when `acc_kid` or `acc_not_kid` refuses an account. Default ESIA-007055.
    pub child_filter_code: EsiaCode,
    /// Whether a child's account counts as verified (`is_tru`, `trusted`). Default: no.
    pub child_is_trusted: bool,
    /// OAuth `error` that goes with ESIA-007055. Default `access_denied`.
    pub not_verified_error: String,
    /// Whether sign-out at the provider revokes the tokens of that session. Default: no.
    pub logout_revokes_tokens: bool,
    /// `urn:esia:sbj:lvl` of a verified account. Default `PR`.
    pub level_of_verified: String,
    /// Whether an empty `scope_org` is accepted. Default: yes.
    pub empty_scope_org: bool,
    /// Whether the retired v1 paths answer. Default: yes.
    pub v1: bool,
    /// Whether a signature in CryptoPro's byte order is refused. Default: yes.
    pub strict_byte_order: bool,
    /// The person's OID as text instead of a number in tokens. Default: no.
    pub oid_as_text: bool,
    /// `expires_in` as text instead of a number. Default: no.
    pub expires_in_as_text: bool,
    /// Error texts in Russian. Default: no.
    pub russian_texts: bool,
    /// Unknown claims, fields and parameters in every answer. Default: no.
    pub extra_fields: bool,
    /// The callback's parameters in the other order. Default: no.
    pub reversed_callback: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            code_lifetime: 240,
            access_lifetime: 3_600,
            refresh_lifetime: 30 * 24 * 3_600,
            session_lifetime: 3 * 3_600,
            sms_lifetime: 300,
            sms_attempts: 3,
            timestamp_window: 300,
            code_algorithm: None,
            refresh_signing: RefreshSigning::default(),
            pkce: Pkce::default(),
            repeated_state: RepeatedState::default(),
            hash_case_sensitive: false,
            scope_not_allowed_status: 403,
            child_filter_code: EsiaCode::NotVerified,
            child_is_trusted: false,
            not_verified_error: "access_denied".to_owned(),
            logout_revokes_tokens: false,
            level_of_verified: "PR".to_owned(),
            empty_scope_org: true,
            v1: true,
            strict_byte_order: true,
            oid_as_text: false,
            expires_in_as_text: false,
            russian_texts: false,
            extra_fields: false,
            reversed_callback: false,
        }
    }
}

/// A setting in seconds as a span of time.
pub(crate) fn seconds(number: u32) -> TimeDelta {
    TimeDelta::seconds(i64::from(number))
}
