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

/// The texts of a provider to which people can agree today: one, and its translations, which name
/// the same data. A consent records the very text that the person saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentTexts {
    main: ConsentText,
    translations: Vec<ConsentText>,
}

impl ConsentTexts {
    /// The text and its translation under a version and a digest of its own. What it names is
    /// what the main text names.
    #[must_use]
    pub fn translated(mut self, version: String, digest: String) -> Self {
        let scopes = self.main.scopes.clone();
        self.translations.push(ConsentText {
            version,
            digest,
            scopes,
        });
        self
    }

    /// The text that binds.
    #[must_use]
    pub const fn main(&self) -> &ConsentText {
        &self.main
    }

    /// What every one of the texts names.
    #[must_use]
    pub fn scopes(&self) -> &[DataScope] {
        &self.main.scopes
    }

    /// The text of a version, if people can agree to it today.
    #[must_use]
    pub fn of_version(&self, version: &str) -> Option<&ConsentText> {
        std::iter::once(&self.main)
            .chain(&self.translations)
            .find(|text| text.version == version)
    }
}

impl From<ConsentText> for ConsentTexts {
    fn from(main: ConsentText) -> Self {
        Self {
            main,
            translations: Vec::new(),
        }
    }
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
