//! What can be wrong with a name.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::NameMismatch;

/// A part of a name, in the order in which pages list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamePart {
    /// Фамилия.
    Surname,
    /// Имя.
    GivenName,
    /// Отчество.
    Patronymic,
}

impl NamePart {
    /// All parts in their order.
    pub const ALL: [Self; 3] = [Self::Surname, Self::GivenName, Self::Patronymic];
}

impl fmt::Display for NamePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Surname => "surname",
            Self::GivenName => "given name",
            Self::Patronymic => "patronymic",
        })
    }
}

/// Why a part of a name is refused, by the rows of `identity-data.md` "Names".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum NameFault {
    /// Nothing there, or no letter.
    #[error("is empty")]
    Empty,
    /// More than 1024 bytes of input, or more than 100 letters.
    #[error("is longer than 100 letters")]
    TooLong,
    /// A control character or a separator of lines inside the text.
    #[error("holds a control character; type it anew")]
    Control,
    /// A character that shows nothing: zero width, soft hyphen, direction marks.
    #[error("holds an invisible character; type it anew")]
    Invisible,
    /// Both Latin and Cyrillic letters in one part: letters that look alike.
    #[error("mixes Latin and Cyrillic letters; type it anew in one alphabet")]
    LatinLookAlike,
    /// A digit or another sign for a number.
    #[error("holds a digit")]
    Digit,
    /// A letter of neither alphabet, or one that no living language of them has.
    #[error("holds a letter that is neither Cyrillic nor Latin")]
    ForeignLetter,
    /// A letter that is a variant form of others (a ligature, full width, small capitals).
    #[error("holds a decorated letter; type it as a plain one")]
    VariantLetter,
    /// An accent that makes no letter with the one before it.
    #[error("holds an accent that belongs to no letter")]
    StrayAccent,
    /// Any other sign: emoji, ticks, brackets, dashes and quotes that are not in use in names.
    #[error("holds a sign other than a letter, blank, hyphen or apostrophe")]
    Symbol,
    /// A hyphen at the beginning or at the end.
    #[error("begins or ends with a hyphen")]
    EdgeHyphen,
    /// A dot that doesn't end the text, or follows no letter.
    #[error("holds a dot that is not at its end")]
    InnerDot,
    /// The person is marked as having one name, and there is more.
    #[error("must be empty for a person with one name only")]
    NotOneName,
}

impl NameFault {
    /// What a page says when a name with this fault agrees with none.
    #[must_use]
    pub const fn mismatch(self) -> NameMismatch {
        match self {
            Self::Control | Self::Invisible => NameMismatch::InvisibleCharacters,
            Self::LatinLookAlike => NameMismatch::LatinLetters,
            Self::Empty
            | Self::TooLong
            | Self::Digit
            | Self::ForeignLetter
            | Self::VariantLetter
            | Self::StrayAccent
            | Self::Symbol
            | Self::EdgeHyphen
            | Self::InnerDot
            | Self::NotOneName => NameMismatch::Plain,
        }
    }
}

/// A name that is refused: which part, and why. Holds no text of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("the {part} {fault}")]
pub struct NameError {
    /// The first part with a fault.
    pub part: NamePart,
    /// What is wrong with it.
    pub fault: NameFault,
}
