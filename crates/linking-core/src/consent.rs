//! Consent: which text a person agreed to, for which data, when, and until when.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, ConsentId},
    provider::ProviderId,
    time::Timestamp,
};

/// A kind of data that the consent's text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataScope {
    /// Surname, given name, patronymic.
    Name,
    /// SNILS.
    Snils,
    /// Birth date.
    BirthDate,
    /// Telephones and e-mail, kept only where the person ticks them.
    Contacts,
}

/// A version of our consent text, with the SHA-256 of the text in hex, so that what was agreed
/// to can be read years later (`threats.md` H3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentText {
    /// For example `2026-11`.
    pub version: String,
    /// 64 lower-case hex digits.
    pub digest: String,
    /// What the text names.
    pub scopes: Vec<DataScope>,
}

/// What became of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentStatus {
    /// Given, and it stands.
    Granted,
    /// Refused at the provider's screen.
    Refused,
    /// Withdrawn at the time named.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// The record of a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its identifier.
    pub id: ConsentId,
    /// By whom and for whom: the owner of the account.
    pub account: AccountId,
    /// For which provider's data.
    pub provider: ProviderId,
    /// To which text.
    pub text: ConsentText,
    /// When the person pressed the button.
    pub given_at: Timestamp,
    /// What became of it.
    pub status: ConsentStatus,
}

/// A consent that the person gave inside a flow: becomes a [`Consent`] only in the change set
/// that links, so that an abandoned flow leaves none (`domain.md`, Consent).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedConsent {
    /// To which text.
    pub text: ConsentText,
    /// When the person pressed the button.
    pub at: Timestamp,
}
