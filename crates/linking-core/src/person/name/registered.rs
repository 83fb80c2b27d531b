//! Names that came from where they can't be refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{NameError, NameForm, NameRecord, PersonName, part::MAX_RAW_BYTES};
use crate::person::characters::DOTS;

/// A name as a register already holds it, or as a provider states it. One that the parser would
/// refuse is kept, so that the school's report can list it, but in [`compare_names`] it agrees with
/// nothing, not even with itself (`identity-data.md` "Names", `threats.md` C10).
///
/// `==` says whether two records hold the same text, for change detection and tests. It is no
/// comparison of names: that is [`compare_names`] alone.
///
/// [`compare_names`]: super::compare_names
#[derive(Clone, PartialEq, Eq)]
pub enum RegisteredName {
    /// The parser takes it.
    Sound(PersonName),
    /// The parser refuses it.
    Unsound(UnsoundName),
}

/// A name that the parser refuses, as it was found.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsoundName {
    raw: NameRecord,
    fault: NameError,
}

impl UnsoundName {
    /// Which part is at fault first, and why.
    #[must_use]
    pub const fn fault(&self) -> NameError {
        self.fault
    }

    pub(super) const fn form(&self) -> NameForm {
        self.raw.form()
    }

    /// The fields as they were found: surname, given name, patronymic, each cut soon after 1024
    /// bytes. They may hold anything: escape before showing, and only to the record's owner or
    /// keeper.
    #[must_use]
    pub fn expose_raw(&self) -> [&str; 3] {
        [
            &self.raw.surname,
            &self.raw.given_name,
            &self.raw.patronymic,
        ]
    }

    /// The same fields read as the one name of a person, for a comparison with somebody whom the
    /// desk has marked so: a provider knows no such mark.
    pub(super) fn as_one_name(&self) -> Option<PersonName> {
        let [surname, given_name, patronymic] = self.expose_raw();
        PersonName::parse_one_name(surname, given_name, patronymic).ok()
    }
}

impl RegisteredName {
    /// Takes any three texts; never fails. Of a field only the first 1 kB is kept.
    #[must_use]
    pub fn from_record(surname: &str, given_name: &str, patronymic: &str) -> Self {
        Self::from_record_as(NameForm::Full, surname, given_name, patronymic)
    }

    /// As [`Self::from_record`], for a record that says whether the person has one name only.
    #[must_use]
    pub fn from_record_as(
        form: NameForm,
        surname: &str,
        given_name: &str,
        patronymic: &str,
    ) -> Self {
        Self::of_record(NameRecord {
            surname: bounded(surname),
            given_name: bounded(given_name),
            patronymic: bounded(patronymic),
            one_name: form == NameForm::OneName,
        })
    }

    fn of_record(raw: NameRecord) -> Self {
        match raw.parse() {
            Ok(name) => Self::Sound(name),
            Err(fault) => Self::Unsound(UnsoundName { raw, fault }),
        }
    }

    /// The name, if it is sound.
    #[must_use]
    pub const fn sound(&self) -> Option<&PersonName> {
        match self {
            Self::Sound(name) => Some(name),
            Self::Unsound(_) => None,
        }
    }

    /// The mask of a sound name ([`PersonName::masked`]); of another one, dots alone.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Sound(name) => name.masked(),
            Self::Unsound(name) => name
                .as_one_name()
                .map_or_else(|| DOTS.to_owned(), |name| name.masked()),
        }
    }
}

/// Cuts at the first place behind the limit, so that what was too long stays so.
fn bounded(text: &str) -> String {
    let end = text.ceil_char_boundary(MAX_RAW_BYTES + 1);
    text.get(..end).unwrap_or_default().to_owned()
}

impl From<PersonName> for RegisteredName {
    fn from(name: PersonName) -> Self {
        Self::Sound(name)
    }
}

impl fmt::Debug for RegisteredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sound(_) => f.write_str("RegisteredName::Sound(•••)"),
            Self::Unsound(name) => write!(f, "RegisteredName::Unsound({:?})", name.fault),
        }
    }
}

/// Says the fault, hides the text.
impl fmt::Debug for UnsoundName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnsoundName(•••, {:?})", self.fault)
    }
}

/// Writes the **full** text, sound or not: for sealed columns only.
impl Serialize for RegisteredName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sound(name) => name.serialize(serializer),
            Self::Unsound(name) => name.raw.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RegisteredName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = NameRecord::deserialize(deserializer)?;
        Ok(Self::from_record_as(
            raw.form(),
            &raw.surname,
            &raw.given_name,
            &raw.patronymic,
        ))
    }
}
