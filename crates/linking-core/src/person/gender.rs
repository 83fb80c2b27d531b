//! Gender as documents know it.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::characters::trimmed;

/// Gender of a person as the provider or the school's register states it. It never takes part in
/// matching.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gender {
    /// Женский.
    Female,
    /// Мужской.
    Male,
}

/// The text names no gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("gender is written М or Ж")]
pub struct GenderError;

impl Gender {
    /// Reads «М», «Ж», «муж», «жен», «мужской», «женский», and the English `M`, `F`, `male`,
    /// `female` (`esia.md` 6.1), in any case.
    pub fn parse(text: &str) -> Result<Self, GenderError> {
        let text = trimmed(text, 64).ok_or(GenderError)?;
        match text.to_lowercase().trim_end_matches('.') {
            "ж" | "жен" | "женский" | "f" | "female" => Ok(Self::Female),
            "м" | "муж" | "мужской" | "m" | "male" => Ok(Self::Male),
            _ => Err(GenderError),
        }
    }
}

/// Hidden: gender is personal data as well.
impl fmt::Debug for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gender(•)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_writings_are_read_and_nothing_else() {
        for text in ["Ж", "ж", " женский", "Жен.", "F", "female", "FEMALE"] {
            assert_eq!(Gender::parse(text), Ok(Gender::Female), "{text}");
        }
        for text in ["М", "мужской\u{a0}", "муж", "M", "male"] {
            assert_eq!(Gender::parse(text), Ok(Gender::Male), "{text}");
        }
        for text in ["", "0", "X", "мж", "n/a", &"м".repeat(100)] {
            assert_eq!(Gender::parse(text), Err(GenderError), "{text}");
        }
    }

    #[test]
    fn it_is_stored_as_a_word_and_not_printed() {
        assert_eq!(
            serde_json::to_string(&Gender::Female).unwrap(),
            r#""female""#
        );
        assert_eq!(
            format!("{:?}", Gender::Male),
            format!("{:?}", Gender::Female)
        );
    }
}
