//! The insurance number of a person (СНИЛС); `identity-data.md` "SNILS", `threats.md` C8.

use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    Agreement,
    characters::{is_blank, is_dash, trimmed},
    text_value::{Wiped, text_value},
};

/// Raw input above this is not read.
const MAX_RAW_BYTES: usize = 1024;
/// A word for "no SNILS" has at most so many characters.
const MAX_WORD_CHARS: usize = 20;
/// The last number (nine digits, without the check number) that has no check number.
const LAST_UNCHECKED: u32 = 1_001_998;
/// 123-456-789: what people type to see a form work.
const KEYBOARD_ROW: u32 = 123_456_789;

/// A SNILS: eleven ASCII digits whose check number holds, or that are too small to have one.
///
/// A valid number is not a right number: the rule lets some one-digit slips pass (112-004-998 00
/// and 112-004-999 00 are both valid). Two numbers are the same if all digits are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snils(Wiped);

/// What a field for a SNILS holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SnilsEntry {
    /// A number.
    Number(Snils),
    /// The field is empty, says «нет», or holds a placeholder: the person has no known SNILS.
    None,
}

impl SnilsEntry {
    /// The number, if there is one.
    #[must_use]
    pub fn into_number(self) -> Option<Snils> {
        match self {
            Self::Number(snils) => Some(snils),
            Self::None => None,
        }
    }
}

/// Why a text is no SNILS. The messages quote the right form and never the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum SnilsError {
    /// Not eleven ASCII digits in groups of 3, 3, 3, 2.
    #[error("a SNILS is 11 digits like {}", Snils::RIGHT_FORM)]
    Form,
    /// Eleven digits, but the last two don't follow from the first nine.
    #[error(
        "the last two digits of the SNILS don't fit the others; copy it anew from the card, like {}",
        Snils::RIGHT_FORM
    )]
    CheckNumber,
    /// A placeholder or nothing, where a number is needed.
    #[error(
        "there is no SNILS here; a SNILS is 11 digits like {}",
        Snils::RIGHT_FORM
    )]
    Missing,
}

impl Snils {
    /// The form that errors and hints show; a valid number that nobody has.
    pub const RIGHT_FORM: &str = "112-233-445 95";

    /// Reads a field that may say that there is no SNILS.
    ///
    /// A number is eleven ASCII digits in groups 3-3-3-2, with nothing, blanks (category Zs) or
    /// one dash (U+002D, U+2010–2015, U+2212) between two groups; blanks at the ends don't
    /// matter. *No SNILS*: nothing, dashes or underscores alone, a single 0, «нет»,
    /// «отсутствует», «не указан», number zero whatever follows, nine equal digits and
    /// 123-456-789 with their right check numbers.
    pub fn parse_entry(text: &str) -> Result<SnilsEntry, SnilsError> {
        Self::parse_entry_with(text, &[])
    }

    /// As [`Self::parse_entry`]; the numbers in `placeholders` (from the configuration) are *no
    /// SNILS* too.
    pub fn parse_entry_with(text: &str, placeholders: &[Snils]) -> Result<SnilsEntry, SnilsError> {
        let text = trimmed(text, MAX_RAW_BYTES).ok_or(SnilsError::Form)?;
        if says_none(text) {
            return Ok(SnilsEntry::None);
        }
        let digits = eleven_digits(text).ok_or(SnilsError::Form)?;
        let (number, check) = split(&digits).ok_or(SnilsError::Form)?;
        if number > LAST_UNCHECKED && check != check_number(&digits) {
            return Err(SnilsError::CheckNumber);
        }
        let snils = Self(digits.into());
        // Nine equal digits, zero among them.
        if number % 111_111_111 == 0 || number == KEYBOARD_ROW || placeholders.contains(&snils) {
            return Ok(SnilsEntry::None);
        }
        Ok(SnilsEntry::Number(snils))
    }

    /// Reads a number; nothing and placeholders are an error here.
    pub fn parse(text: &str) -> Result<Self, SnilsError> {
        Self::parse_entry(text)?
            .into_number()
            .ok_or(SnilsError::Missing)
    }

    /// All eleven ASCII digits: for the keyed look-up and for sealing. Personal data in full.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The number as people write it, in full: `112-233-445 95`.
    #[must_use]
    pub fn formatted(&self) -> String {
        let mut text = String::with_capacity(14);
        for (place, digit) in self.0.chars().enumerate() {
            match place {
                3 | 6 => text.push('-'),
                9 => text.push(' '),
                _ => {}
            }
            text.push(digit);
        }
        text
    }

    /// «•••-•••-••• 42».
    #[must_use]
    pub fn masked(&self) -> String {
        let check: String = self.0.chars().skip(9).collect();
        format!("•••-•••-••• {check}")
    }
}

text_value!(Snils, SnilsError, digits);

/// Compares two numbers where both are known (`threats.md` C11).
#[must_use]
pub fn compare_snils(a: Option<&Snils>, b: Option<&Snils>) -> Agreement {
    Agreement::of_known(a, b, Snils::eq)
}

/// Whether a trimmed text says that there is no SNILS.
fn says_none(text: &str) -> bool {
    if text.chars().all(|c| is_dash(c) || is_blank(c) || c == '_') || text == "0" {
        return text.chars().take(MAX_WORD_CHARS + 1).count() <= MAX_WORD_CHARS;
    }
    if text.chars().take(MAX_WORD_CHARS + 1).count() > MAX_WORD_CHARS {
        return false;
    }
    let words: Vec<String> = text
        .split(is_blank)
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["нет" | "отсутствует"] | ["не", "указан"])
}

/// The digits of a number in one of the usual writings.
fn eleven_digits(text: &str) -> Option<Zeroizing<String>> {
    let mut digits = Zeroizing::new(String::with_capacity(11));
    let mut gap = Gap::Nothing;
    for c in text.chars() {
        if c.is_ascii_digit() && digits.len() < 11 {
            digits.push(c);
            gap = Gap::Nothing;
        } else if matches!(digits.len(), 3 | 6 | 9) {
            gap = match (gap, is_blank(c), is_dash(c)) {
                (Gap::Nothing | Gap::Blanks, true, _) => Gap::Blanks,
                (Gap::Nothing, _, true) => Gap::Dash,
                _ => return None,
            };
        } else {
            return None;
        }
    }
    (digits.len() == 11).then_some(digits)
}

/// What was read so far between two groups of digits.
#[derive(Clone, Copy)]
enum Gap {
    Nothing,
    Blanks,
    Dash,
}

/// The number of nine digits and the check number of two.
fn split(digits: &str) -> Option<(u32, u32)> {
    let (number, check) = digits.split_at_checked(9)?;
    Some((number.parse().ok()?, check.parse().ok()?))
}

/// The check number that the first nine digits ask for: each digit times its place counted from
/// the right, summed, modulo 101; a remainder of 100 is written 00.
fn check_number(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .take(9)
        .zip((1..=9).rev())
        .map(|(digit, weight)| digit.to_digit(10).unwrap_or_default() * weight)
        .sum();
    sum % 101 % 100
}

#[cfg(test)]
mod tests;
