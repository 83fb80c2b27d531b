//! Names of persons (`domain.md` "Value types that can't be built wrong", `identity-data.md`
//! "Names", `threats.md` C9, C10, G3, G9).
//!
//! [`PersonName`] keeps the parts as they were entered, but for the writing of blanks, dashes and
//! apostrophes. Names are compared by [`compare_names`] or by their
//! [`NameKey`](super::NameKey), never by the text that is shown.

mod comparison;
mod fault;
mod part;
mod registered;

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use comparison::{
    NameComparison, NameMismatch, PartAgreement, PatronymicRule, compare_names, name_agreement,
};
pub use fault::{NameError, NameFault, NamePart};
use part::{Ends, PartText};
pub use registered::{RegisteredName, UnsoundName};

/// Whether a person has surname and given name, or one name only. *One name* is a mark that the
/// desk sets: without it an empty part is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameForm {
    /// Surname and given name, perhaps a patronymic.
    #[default]
    Full,
    /// One name, written in either of the two fields; no patronymic.
    OneName,
}

/// A person's name: surname and given name with a patronymic or none; or the one name of a person
/// whom the desk has marked so.
///
/// `==` compares the text that is shown, for change detection and tests; it is stricter than
/// "the same person's name", for which there is [`compare_names`].
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(Parts);

#[derive(Clone, PartialEq, Eq)]
enum Parts {
    Full {
        surname: PartText,
        given_name: PartText,
        patronymic: Option<PartText>,
    },
    One(PartText),
}

impl PersonName {
    /// Reads a full name from a form or a provider. Empty, «—», «.», «нет», «отсутствует» and «не
    /// указано» as patronymic mean that there is none. The error names the first part with a
    /// fault.
    pub fn parse(surname: &str, given_name: &str, patronymic: &str) -> Result<Self, NameError> {
        Self::read(NameForm::Full, Ends::Entry, surname, given_name, patronymic)
    }

    /// Reads a name from an import: TAB, CR and LF at the ends of a field don't matter there, and
    /// the file may mark a person as having one name.
    pub fn from_import(
        form: NameForm,
        surname: &str,
        given_name: &str,
        patronymic: &str,
    ) -> Result<Self, NameError> {
        Self::read(form, Ends::Import, surname, given_name, patronymic)
    }

    /// Reads the one name of a person whom the desk has marked so. It stands in the field for the
    /// surname or in that for the given name; the other field and the patronymic are empty.
    pub fn parse_one_name(
        surname: &str,
        given_name: &str,
        patronymic: &str,
    ) -> Result<Self, NameError> {
        Self::read(
            NameForm::OneName,
            Ends::Entry,
            surname,
            given_name,
            patronymic,
        )
    }

    fn read(
        form: NameForm,
        ends: Ends,
        surname: &str,
        given_name: &str,
        patronymic: &str,
    ) -> Result<Self, NameError> {
        let surname = part::read(NamePart::Surname, surname, ends);
        let given_name = part::read(NamePart::GivenName, given_name, ends);
        let patronymic = part::read(NamePart::Patronymic, patronymic, ends);
        let error = |part, fault| NameError { part, fault };
        let surname = surname.map_err(|fault| error(NamePart::Surname, fault))?;
        let given_name = given_name.map_err(|fault| error(NamePart::GivenName, fault))?;
        let patronymic = patronymic.map_err(|fault| error(NamePart::Patronymic, fault))?;
        match (form, surname, given_name, patronymic) {
            (NameForm::Full, Some(surname), Some(given_name), patronymic) => {
                Ok(Self(Parts::Full {
                    surname,
                    given_name,
                    patronymic,
                }))
            }
            (NameForm::OneName, Some(name), None, None)
            | (NameForm::OneName, None, Some(name), None) => Ok(Self(Parts::One(name))),
            (NameForm::OneName, Some(_), Some(_), _) => {
                Err(error(NamePart::Surname, NameFault::NotOneName))
            }
            (NameForm::OneName, _, _, Some(_)) => {
                Err(error(NamePart::Patronymic, NameFault::NotOneName))
            }
            (NameForm::OneName, None, None, None) | (NameForm::Full, Some(_), None, _) => {
                Err(error(NamePart::GivenName, NameFault::Empty))
            }
            (NameForm::Full, None, _, _) => Err(error(NamePart::Surname, NameFault::Empty)),
        }
    }

    /// Full name or one name.
    #[must_use]
    pub const fn form(&self) -> NameForm {
        match self.0 {
            Parts::Full { .. } => NameForm::Full,
            Parts::One(_) => NameForm::OneName,
        }
    }

    /// The surname in full; `None` for a person with one name only.
    #[must_use]
    pub fn surname(&self) -> Option<&str> {
        match &self.0 {
            Parts::Full { surname, .. } => Some(surname.as_str()),
            Parts::One(_) => None,
        }
    }

    /// The given name in full, or the one name.
    #[must_use]
    pub fn given_name(&self) -> &str {
        match &self.0 {
            Parts::Full { given_name, .. } => given_name.as_str(),
            Parts::One(name) => name.as_str(),
        }
    }

    /// The patronymic in full, if there is one.
    #[must_use]
    pub fn patronymic(&self) -> Option<&str> {
        match &self.0 {
            Parts::Full { patronymic, .. } => patronymic.as_ref().map(PartText::as_str),
            Parts::One(_) => None,
        }
    }

    /// Surname, given name, patronymic, in full, as registers write it.
    #[must_use]
    pub fn full(&self) -> String {
        let parts = [self.surname(), Some(self.given_name()), self.patronymic()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Given name and surname in full, as the header of a page shows them to their owner.
    #[must_use]
    pub fn given_and_surname(&self) -> String {
        match self.surname() {
            Some(surname) => format!("{} {surname}", self.given_name()),
            None => self.given_name().to_owned(),
        }
    }

    /// «Светлана В. Д.»: given name, initials of patronymic and surname (`texts.md` section 2).
    #[must_use]
    pub fn masked(&self) -> String {
        let mut text = self.given_name().to_owned();
        for part in [self.patronymic(), self.surname()].into_iter().flatten() {
            push_initial(&mut text, part);
        }
        text
    }

    /// «С. В. Д.»: initials of given name, patronymic and surname.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut text = String::new();
        let parts = [Some(self.given_name()), self.patronymic(), self.surname()];
        for part in parts.into_iter().flatten() {
            push_initial(&mut text, part);
        }
        text
    }
}

/// Adds « Д.»: the first letter, with its macron if it has one, as a capital.
fn push_initial(text: &mut String, part: &str) {
    let mut letters = part.chars().skip_while(|c| !c.is_alphabetic());
    let Some(first) = letters.next() else { return };
    if !text.is_empty() {
        text.push(' ');
    }
    let mut capital = first.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => text.push(capital),
        _ => text.push(first),
    }
    if letters.next() == Some(part::MACRON) {
        text.push(part::MACRON);
    }
    text.push('.');
}

/// Hidden whole: even a given name has no place in a log.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(•••)")
    }
}

/// How a name is stored: the three fields and the mark.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
struct NameRecord {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    surname: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    given_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    patronymic: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    one_name: bool,
}

impl NameRecord {
    const fn form(&self) -> NameForm {
        if self.one_name {
            NameForm::OneName
        } else {
            NameForm::Full
        }
    }

    fn parse(&self) -> Result<PersonName, NameError> {
        let (surname, given_name) = (&self.surname, &self.given_name);
        PersonName::read(
            self.form(),
            Ends::Entry,
            surname,
            given_name,
            &self.patronymic,
        )
    }
}

impl From<&PersonName> for NameRecord {
    fn from(name: &PersonName) -> Self {
        Self {
            surname: name.surname().unwrap_or_default().to_owned(),
            given_name: name.given_name().to_owned(),
            patronymic: name.patronymic().unwrap_or_default().to_owned(),
            one_name: name.form() == NameForm::OneName,
        }
    }
}

/// Writes the **full** name: for sealed columns and answers to its owner only.
impl Serialize for PersonName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NameRecord::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PersonName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NameRecord::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
