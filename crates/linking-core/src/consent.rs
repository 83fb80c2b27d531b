//! Consent: which text a person agreed to, for which data, when, and until when.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, ConsentId},
    provider::{Claims, ProviderId},
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

impl ConsentText {
    /// Whether the text names this kind of data.
    #[must_use]
    pub fn names(&self, scope: DataScope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the text names all identity data of the claims (invariant 3). Contacts are a
    /// choice of their own: one that the text does not name is not offered.
    #[must_use]
    pub fn covers(&self, claims: &Claims) -> bool {
        (claims.name.is_none() || self.names(DataScope::Name))
            && (claims.snils.is_none() || self.names(DataScope::Snils))
            && (claims.birth_date.is_none() || self.names(DataScope::BirthDate))
    }

    /// Drops what the text does not name (`threats.md` H6).
    pub fn limit(&self, claims: &mut Claims) {
        if !self.names(DataScope::Name) {
            claims.name = None;
        }
        if !self.names(DataScope::Snils) {
            claims.snils = None;
        }
        if !self.names(DataScope::BirthDate) {
            claims.birth_date = None;
        }
        if !self.names(DataScope::Contacts) {
            claims.contacts = None;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{SNILS_A, date, name, snils};

    const ALL: [DataScope; 4] = [
        DataScope::Name,
        DataScope::Snils,
        DataScope::BirthDate,
        DataScope::Contacts,
    ];

    fn claims() -> Claims {
        Claims {
            name: Some(name("Дмитриева", "Светлана", "Вадимовна")),
            snils: Some(snils(SNILS_A)),
            birth_date: Some(date("23.04.1990")),
            ..Claims::default()
        }
    }

    fn text(scopes: &[DataScope]) -> ConsentText {
        ConsentText {
            version: "2026-03".to_owned(),
            digest: "0".repeat(64),
            scopes: scopes.to_vec(),
        }
    }

    #[test]
    fn h6_what_a_text_does_not_name_is_dropped() {
        for left_out in ALL {
            let scopes: Vec<DataScope> = ALL.into_iter().filter(|s| *s != left_out).collect();
            let text = text(&scopes);
            let mut claims = claims();
            assert_eq!(text.covers(&claims), left_out == DataScope::Contacts);
            text.limit(&mut claims);
            assert!(text.covers(&claims));
            assert_eq!(claims.name.is_none(), left_out == DataScope::Name);
            assert_eq!(claims.snils.is_none(), left_out == DataScope::Snils);
            assert_eq!(
                claims.birth_date.is_none(),
                left_out == DataScope::BirthDate
            );
        }
        let mut whole = claims();
        text(&ALL).limit(&mut whole);
        assert_eq!(whole, claims());
    }
}
