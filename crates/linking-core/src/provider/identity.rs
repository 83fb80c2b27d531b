//! What a provider says of a person at one sign-in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    account::ContactValue,
    person::{BirthDate, Gender, RegisteredName, Snils},
    time::Timestamp,
};

/// The text is empty, too long, or has characters that it may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what} must be 1 to {most} {alphabet}")]
pub struct IdentityTextError {
    what: &'static str,
    most: usize,
    alphabet: &'static str,
}

/// A provider's name in configuration and addresses, for example `gosuslugi`: lower-case Latin
/// letters, digits and hyphens, 1 to 32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderId(String);

/// Who issued a subject, exactly as configured and as the provider's tokens say; part of a
/// link's key (`threats.md` C2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

/// A person at an issuer: opaque, compared octet by octet, never trimmed or folded (C2).
/// 1 to 255 bytes of printable characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(String);

macro_rules! text {
    ($name:ident, $what:literal, $most:literal, $alphabet:literal, $allowed:expr) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = IdentityTextError;
            fn from_str(text: &str) -> Result<Self, IdentityTextError> {
                let allowed: fn(char) -> bool = $allowed;
                if text.is_empty() || text.len() > $most || !text.chars().all(allowed) {
                    let (what, most, alphabet) = ($what, $most, $alphabet);
                    return Err(IdentityTextError {
                        what,
                        most,
                        alphabet,
                    });
                }
                Ok(Self(text.to_owned()))
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdentityTextError;
            fn try_from(text: String) -> Result<Self, IdentityTextError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

text!(
    ProviderId,
    "a provider id",
    32,
    "lower-case Latin letters, digits, hyphens",
    |c| { c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' }
);
text!(
    Issuer,
    "an issuer",
    255,
    "printable ASCII characters",
    |c| c.is_ascii_graphic()
);
text!(
    Subject,
    "a subject",
    255,
    "bytes without control characters",
    |c| !c.is_control()
);

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(•••)")
    }
}

/// The key of an identity: issuer and subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentityKey {
    /// Who issued the subject.
    pub issuer: Issuer,
    /// The person there.
    pub subject: Subject,
}

/// How well the provider knows the person. Levels are a set for each decision, not an order
/// (`identity-data.md`, The same person).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssuranceLevel {
    /// The person typed everything in; also what an unknown level counts as.
    Simplified,
    /// Documents were checked by the provider.
    Standard,
    /// The person was identified in person or by an equal means.
    Verified,
    /// A child's account, made by a verified guardian.
    Child,
}

impl AssuranceLevel {
    /// Every level.
    pub const ALL: [Self; 4] = [
        Self::Simplified,
        Self::Standard,
        Self::Verified,
        Self::Child,
    ];

    /// The stable name in stores and message keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Simplified => "simplified",
            Self::Standard => "standard",
            Self::Verified => "verified",
            Self::Child => "child",
        }
    }

    /// Reads a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// How the person signed in at the provider, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthenticationMethod {
    /// By a password.
    Password,
    /// By an electronic signature.
    ElectronicSignature,
    /// By something else.
    Other,
}

/// Whether the provider has checked a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// Checked there.
    Verified,
    /// Not checked there.
    Unverified,
}

/// A contact as the provider gave it. Display data only: it neither finds nor proves an account
/// (`threats.md` C1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactClaim {
    /// The contact.
    pub value: ContactValue,
    /// Whether the provider has checked it.
    pub verification: Verification,
}

/// What a provider says of the person. A part that it did not say is unknown, never equal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Claims {
    /// The name; unsound ones equal nothing.
    pub name: Option<RegisteredName>,
    /// The SNILS.
    pub snils: Option<Snils>,
    /// The birth date.
    pub birth_date: Option<BirthDate>,
    /// The gender.
    pub gender: Option<Gender>,
    /// Contacts, at most one of a kind; an empty list says that there are none, `None` that nobody
    /// knows: not asked for, or not to be had just now.
    pub contacts: Option<Vec<ContactClaim>>,
}

/// A verified identity: an adapter makes it only from an answer whose signature it has checked
/// (`threats.md` B11). Lives in the flow alone, sealed (invariant 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderIdentity {
    /// Issuer and stable subject.
    pub key: IdentityKey,
    /// How well the provider knows the person.
    pub assurance: AssuranceLevel,
    /// What it says of the person.
    pub claims: Claims,
    /// The signed time of the sign-in there; absent where the provider does not sign one.
    pub authenticated_at: Option<Timestamp>,
    /// How the person signed in there.
    pub methods: Vec<AuthenticationMethod>,
}

impl ProviderIdentity {
    /// «Светлана В. Д.», or dots where the provider gave no sound name.
    #[must_use]
    pub fn masked_name(&self) -> String {
        self.claims
            .name
            .as_ref()
            .map_or_else(|| "•••".to_owned(), RegisteredName::masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_subjects_are_compared_octet_by_octet() {
        let subject = |text: &str| text.parse::<Subject>().unwrap();
        for (one, other) in [
            ("1", " 1"),
            ("A", "a"),
            ("е", "ё"),
            ("1", "1 "),
            ("01", "1"),
        ] {
            assert_ne!(subject(one), subject(other), "{one:?} {other:?}");
        }
        assert!("a".repeat(256).parse::<Subject>().is_err());
        assert!("a".repeat(255).parse::<Subject>().is_ok());
        assert!("".parse::<Subject>().is_err());
        assert!("1\n".parse::<Subject>().is_err());
    }

    #[test]
    fn h1_a_subject_does_not_print() {
        assert_eq!(
            format!("{:?}", "1000000001".parse::<Subject>().unwrap()),
            "Subject(•••)"
        );
    }
}
