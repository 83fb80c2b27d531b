//! Whether two names are the same person's name, part by part.

use serde::{Deserialize, Serialize};

use super::{
    NameForm, NamePart, PersonName, RegisteredName, UnsoundName,
    part::{self, Ends, PartText},
};
use crate::person::{Agreement, characters::Alphabet, name_key::PartKey};

/// What a patronymic on one side alone means; a field of the policy, strict in every preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatronymicRule {
    /// It differs: "no patronymic" is a value that equals itself only.
    #[default]
    MustAgree,
    /// It is allowed. Two different patronymics differ all the same.
    MayBeMissingOnOneSide,
}

/// Why two parts of a name differ, as far as it helps to mend them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameMismatch {
    /// The text is another one.
    Plain,
    /// One side has Latin letters where the other has Cyrillic ones, or mixes both
    /// («латинские буквы»).
    LatinLetters,
    /// One side holds characters that show nothing («невидимые знаки»).
    InvisibleCharacters,
}

/// What the comparison of one part found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartAgreement {
    /// The same by the rules of `identity-data.md`.
    Equal,
    /// Not the same.
    Differs {
        /// As far as known, why.
        reason: NameMismatch,
    },
}

impl PartAgreement {
    /// Whether the part is the same.
    #[must_use]
    pub const fn agrees(self) -> bool {
        matches!(self, Self::Equal)
    }
}

/// What the comparison of two names found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameComparison {
    /// Surnames. People with one name only agree here as in their name.
    pub surname: PartAgreement,
    /// Given names.
    pub given_name: PartAgreement,
    /// Patronymics.
    pub patronymic: PartAgreement,
}

impl NameComparison {
    /// [`Agreement::Equal`] if all parts agree, else [`Agreement::Differs`]. Two names that are
    /// there are never *unknown*; for names that may be missing see [`name_agreement`].
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        if self.differing().next().is_none() {
            Agreement::Equal
        } else {
            Agreement::Differs
        }
    }

    /// The parts that differ, and why, in the order surname, given name, patronymic: what a page
    /// of a mismatch names.
    pub fn differing(&self) -> impl Iterator<Item = (NamePart, NameMismatch)> + use<> {
        NamePart::ALL
            .into_iter()
            .zip([self.surname, self.given_name, self.patronymic])
            .filter_map(|(part, agreement)| match agreement {
                PartAgreement::Equal => None,
                PartAgreement::Differs { reason } => Some((part, reason)),
            })
    }
}

/// Compares two names part by part.
///
/// A part that the parser refuses agrees with nothing, and its reason says whether Latin letters
/// or invisible characters are to blame. A name without the desk's mark "one name" can agree with
/// one that has it; two without it never agree in one name alone.
#[must_use]
pub fn compare_names(
    a: &RegisteredName,
    b: &RegisteredName,
    patronymic_rule: PatronymicRule,
) -> NameComparison {
    let (first, second) = (Sides::of(a, b), Sides::of(b, a));
    let surname = if first.form == second.form {
        compare(&first.surname, &second.surname, PatronymicRule::MustAgree)
    } else {
        PartAgreement::Differs {
            reason: NameMismatch::Plain,
        }
    };
    NameComparison {
        surname,
        given_name: compare(
            &first.given_name,
            &second.given_name,
            PatronymicRule::MustAgree,
        ),
        patronymic: compare(&first.patronymic, &second.patronymic, patronymic_rule),
    }
}

/// Compares two names that may be missing: *unknown* if one is (`threats.md` C11).
#[must_use]
pub fn name_agreement(
    a: Option<&RegisteredName>,
    b: Option<&RegisteredName>,
    patronymic_rule: PatronymicRule,
) -> Agreement {
    Agreement::of_known(a, b, |a, b| {
        compare_names(a, b, patronymic_rule).agreement().agrees()
    })
}

/// One side's part.
enum Side {
    /// None, where none is a value.
    Absent,
    Present {
        key: PartKey,
        alphabet: Alphabet,
    },
    /// Agrees with nothing.
    Unsound(NameMismatch),
}

impl Side {
    fn of(part: NamePart, text: &PartText) -> Self {
        let key = PartKey::of(part, text.as_str());
        Self::Present {
            key,
            alphabet: text.alphabet(),
        }
    }

    /// Reads a part of an unsound name by itself: the others may be sound.
    fn of_raw(part: NamePart, raw: &str) -> Self {
        match (part, part::read(part, raw, Ends::Entry)) {
            (_, Ok(Some(text))) => Self::of(part, &text),
            (NamePart::Patronymic, Ok(None)) => Self::Absent,
            (NamePart::Surname | NamePart::GivenName, Ok(None)) => {
                Self::Unsound(NameMismatch::Plain)
            }
            (_, Err(fault)) => Self::Unsound(fault.mismatch()),
        }
    }
}

/// One side's name, part by part.
struct Sides {
    form: NameForm,
    surname: Side,
    given_name: Side,
    patronymic: Side,
}

impl Sides {
    fn of(name: &RegisteredName, other: &RegisteredName) -> Self {
        match name {
            RegisteredName::Sound(name) => Self::of_sound(name),
            RegisteredName::Unsound(unsound) => {
                let marked = other
                    .sound()
                    .is_some_and(|name| name.form() == NameForm::OneName);
                match unsound.as_one_name().filter(|_| marked) {
                    Some(name) => Self::of_sound(&name),
                    None => Self::of_unsound(unsound),
                }
            }
        }
    }

    fn of_sound(name: &PersonName) -> Self {
        match &name.0 {
            super::Parts::Full {
                surname,
                given_name,
                patronymic,
            } => Self {
                form: NameForm::Full,
                surname: Side::of(NamePart::Surname, surname),
                given_name: Side::of(NamePart::GivenName, given_name),
                patronymic: patronymic
                    .as_ref()
                    .map_or(Side::Absent, |text| Side::of(NamePart::Patronymic, text)),
            },
            super::Parts::One(name) => Self {
                form: NameForm::OneName,
                surname: Side::of(NamePart::Surname, name),
                given_name: Side::of(NamePart::GivenName, name),
                patronymic: Side::Absent,
            },
        }
    }

    fn of_unsound(name: &UnsoundName) -> Self {
        let [surname, given_name, patronymic] = name.expose_raw();
        Self {
            form: name.form(),
            surname: Side::of_raw(NamePart::Surname, surname),
            given_name: Side::of_raw(NamePart::GivenName, given_name),
            patronymic: Side::of_raw(NamePart::Patronymic, patronymic),
        }
    }
}

fn compare(a: &Side, b: &Side, rule: PatronymicRule) -> PartAgreement {
    let differs = |reason| PartAgreement::Differs { reason };
    match (a, b) {
        (Side::Unsound(a), Side::Unsound(b)) => differs(*a.max(b)),
        (Side::Unsound(reason), _) | (_, Side::Unsound(reason)) => differs(*reason),
        (Side::Absent, Side::Absent) => PartAgreement::Equal,
        (Side::Absent, Side::Present { .. }) | (Side::Present { .. }, Side::Absent) => match rule {
            PatronymicRule::MustAgree => differs(NameMismatch::Plain),
            PatronymicRule::MayBeMissingOnOneSide => PartAgreement::Equal,
        },
        (
            Side::Present { key, alphabet },
            Side::Present {
                key: other,
                alphabet: others,
            },
        ) => {
            if key == other {
                PartAgreement::Equal
            } else if alphabet == others {
                differs(NameMismatch::Plain)
            } else {
                differs(NameMismatch::LatinLetters)
            }
        }
    }
}
