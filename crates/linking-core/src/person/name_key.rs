//! The form in which names are compared, so that nobody compares the form that is shown.

use std::fmt;

use zeroize::Zeroizing;

use super::{PersonName, characters::folded, name::NamePart, text_value::Wiped};

/// Ends of a patronymic that stand joined, after a blank or after a hyphen in the same name.
const PATRONYMIC_ENDS: [&str; 8] = [
    "оглы", "оглу", "угли", "кызы", "гызы", "кизи", "уулу", "улы",
];

/// The form of a name in which two writings of the same name are the same text: case folded (no
/// locale), ё as е, and «Мамед оглы», «Мамед-оглы», «Мамедоглы» as one. Equality of keys is
/// equality of names (`domain.md`); for a comparison that says where names differ see
/// [`compare_names`](super::compare_names). Keys live in memory; they are not for storage.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NameKey {
    /// `None` for a person with one name only.
    surname: Option<PartKey>,
    given_name: PartKey,
    patronymic: Option<PartKey>,
}

impl NameKey {
    /// The key of a name.
    #[must_use]
    pub fn of(name: &PersonName) -> Self {
        Self {
            surname: name
                .surname()
                .map(|text| PartKey::of(NamePart::Surname, text)),
            given_name: PartKey::of(NamePart::GivenName, name.given_name()),
            patronymic: name
                .patronymic()
                .map(|text| PartKey::of(NamePart::Patronymic, text)),
        }
    }

    /// Whether given name and patronymic are the same in both, whatever the surnames are: people
    /// change surnames ("doubled SNILS" in `identity-data.md`).
    #[must_use]
    pub fn agrees_but_for_surname(&self, other: &Self) -> bool {
        self.given_name == other.given_name && self.patronymic == other.patronymic
    }
}

/// Hidden whole.
impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameKey(•••)")
    }
}

/// The comparison form of one part.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct PartKey(Wiped);

impl PartKey {
    /// Of a part in the form that the parser gives.
    pub(super) fn of(part: NamePart, text: &str) -> Self {
        let key = Zeroizing::new(folded(text).replace('ё', "е"));
        match part {
            NamePart::Surname | NamePart::GivenName => Self(key.into()),
            NamePart::Patronymic => Self(joined_end(key).into()),
        }
    }
}

/// Takes away the blank or hyphen before «оглы» and its kin.
fn joined_end(key: Zeroizing<String>) -> Zeroizing<String> {
    let joined = PATRONYMIC_ENDS.iter().find_map(|end| {
        let stem = key.strip_suffix(end)?;
        let bare = stem.strip_suffix([' ', '-'])?;
        Some(Zeroizing::new(format!("{bare}{end}")))
    });
    joined.unwrap_or(key)
}
