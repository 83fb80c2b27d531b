//! What an adapter states of its provider.

use serde::{Deserialize, Serialize};

use crate::provider::{Answer, AssuranceLevel, Issuer, ProviderId};

/// On or off, where a Boolean would not say what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// An attribute that a provider can vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VouchedAttribute {
    /// Surname, given name, patronymic.
    Name,
    /// SNILS.
    Snils,
    /// Birth date.
    BirthDate,
    /// Gender.
    Gender,
}

/// How stable a provider's subjects are (`threats.md` C4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectStability {
    /// Never given to another person.
    Permanent,
    /// May come to another person with time.
    Recyclable,
}

/// By what a code is bound to its flow (`domain.md`, Bounds; `threats.md` A7). At least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeBinding {
    /// PKCE with S256.
    Pkce,
    /// The nonce in the ID token.
    Nonce,
    /// The state that the verified code itself carries.
    StateInCode,
}

/// Whether a provider names itself in its answers: `iss` of RFC 9207 (`threats.md` A10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerIssuer {
    /// It does, in every one.
    Promised,
    /// It need not.
    NotPromised,
}

/// Whose the provider is (`threats.md` H9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalKind {
    /// The state's.
    State,
    /// Of a Russian owner.
    RussianOwner,
    /// Of a foreign owner.
    Foreign,
}

/// What an adapter states of its provider; the core checks each answer against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The provider's name here.
    pub id: ProviderId,
    /// The issuer of its subjects, fixed for the life of the entry (`threats.md` C3).
    pub issuer: Issuer,
    /// What it vouches for, and from which levels.
    pub vouches: Vec<(VouchedAttribute, Vec<AssuranceLevel>)>,
    /// How stable its subjects are.
    pub subjects: SubjectStability,
    /// What binds a code to its flow.
    pub code_bindings: Vec<CodeBinding>,
    /// Whether it names itself in its answers.
    pub answer_issuer: AnswerIssuer,
    /// Whether it can be asked to have the person sign in anew.
    pub forced_sign_in: Switch,
    /// Whether it can be asked to end the person's session there.
    pub sign_out: Switch,
    /// Whose it is.
    pub legal_kind: LegalKind,
}

impl Manifest {
    /// Whether the provider vouches for an attribute at a level.
    #[must_use]
    pub fn vouches_for(&self, attribute: VouchedAttribute, level: AssuranceLevel) -> bool {
        self.vouches
            .iter()
            .any(|(vouched, levels)| *vouched == attribute && levels.contains(&level))
    }

    /// Whether an answer may be this provider's: the issuer that it names is this one, character
    /// by character, and it names one where that is promised (`threats.md` A10).
    #[must_use]
    pub fn sent(&self, answer: &Answer) -> bool {
        let Answer::Callback(params) = answer;
        match (params.get("iss"), self.answer_issuer) {
            (Some(iss), _) => iss == self.issuer.as_str(),
            (None, AnswerIssuer::Promised) => false,
            (None, AnswerIssuer::NotPromised) => true,
        }
    }
}
