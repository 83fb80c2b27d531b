//! Telephone numbers (`mobile-id.md` section 9, `esia.md` 6.3).

use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    characters::{is_blank, is_dash, trimmed},
    text_value::{Wiped, text_value},
};

/// Raw input above this is not read.
const MAX_RAW_BYTES: usize = 128;

/// A telephone number in E.164: `+`, then 8 to 15 digits. A contact, never a key for matching:
/// families share it (`esia.md` 8).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Wiped);

/// Why a text is no telephone number. No message holds the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum PhoneError {
    /// The field is empty.
    #[error("the phone number is missing; write it like +7 910 123-45-67")]
    Empty,
    /// Other signs than digits, blanks, dashes, one pair of brackets and a leading plus.
    #[error("a phone number is written like +7 910 123-45-67")]
    Form,
    /// An extension («доб. 12») follows the number.
    #[error("a phone number with an extension is not taken; write it like +7 910 123-45-67")]
    Extension,
    /// Too few or too many digits for the country.
    #[error("the phone number has too few or too many digits; write it like +7 910 123-45-67")]
    Digits,
}

impl PhoneNumber {
    /// Reads the usual Russian writings and ESIA's form `+7(910)1234567`: eleven digits that
    /// begin with 7, 8 or +7; ten that begin with 9; `00` for the plus. A number with a plus and
    /// another country code is taken as it is. Blanks and dashes may stand between digits, one
    /// pair of brackets round the area code.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = trimmed(text, MAX_RAW_BYTES).ok_or(PhoneError::Form)?;
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        let (plus, digits) = digits(text)?;
        let international = match (plus, digits.strip_prefix("00")) {
            (true, _) => Some(digits.as_str()),
            (false, rest) => rest,
        };
        let number = match international {
            Some(number) => number.to_owned(),
            None => match (digits.len(), digits.as_bytes().first()) {
                (11, Some(b'7' | b'8')) => format!("7{}", digits.get(1..).unwrap_or_default()),
                (10, Some(b'9')) => format!("7{}", digits.as_str()),
                _ => return Err(PhoneError::Digits),
            },
        };
        let number = Zeroizing::new(number);
        let fits = match number.as_bytes().first() {
            Some(b'7') => number.len() == 11,
            // No country has code 89: that is «8» for +7 with a plus before it.
            Some(b'8') if number.starts_with("89") => false,
            Some(b'1'..=b'9') => (8..=15).contains(&number.len()),
            _ => false,
        };
        if fits {
            Ok(Self(format!("+{}", number.as_str()).into()))
        } else {
            Err(PhoneError::Digits)
        }
    }

    /// The number in E.164, in full: `+79101234567`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Whether it is a number of a Russian mobile network (+7 9…). Kazakhstan has +7 6… and
    /// +7 7….
    #[must_use]
    pub fn is_russian_mobile(&self) -> bool {
        self.0.starts_with("+79")
    }

    /// «+7 9•• •••-••-67»; of another country, all but the last two digits are hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        let last: String = self
            .0
            .chars()
            .skip(self.0.len().saturating_sub(2))
            .collect();
        match self
            .0
            .strip_prefix("+7")
            .and_then(|national| national.chars().next())
        {
            Some(first) => format!("+7 {first}•• •••-••-{last}"),
            None => format!("+{}{last}", "•".repeat(self.0.len().saturating_sub(3))),
        }
    }
}

text_value!(PhoneNumber, PhoneError, e164);

/// Whether a plus came first, and the digits.
fn digits(text: &str) -> Result<(bool, Zeroizing<String>), PhoneError> {
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut digits = Zeroizing::new(String::with_capacity(rest.len()));
    let mut bracket = Bracket::None;
    for (at, c) in rest.char_indices() {
        match (c, bracket) {
            ('0'..='9', _) => digits.push(c),
            ('(', Bracket::None) => {
                bracket = Bracket::Open {
                    digits_before: digits.len(),
                }
            }
            (')', Bracket::Open { digits_before }) if digits.len() > digits_before => {
                bracket = Bracket::Closed;
            }
            (c, _) if (is_blank(c) || is_dash(c)) && (plus || !digits.is_empty()) => {}
            _ if begins_extension(rest.get(at..).unwrap_or_default(), digits.len()) => {
                return Err(PhoneError::Extension);
            }
            _ => return Err(PhoneError::Form),
        }
    }
    let ends_in_digit = rest.ends_with(|c: char| c.is_ascii_digit());
    if matches!(bracket, Bracket::Open { .. }) || !ends_in_digit {
        return Err(PhoneError::Form);
    }
    Ok((plus, digits))
}

/// Where the one pair of brackets stands.
#[derive(Clone, Copy)]
enum Bracket {
    None,
    Open { digits_before: usize },
    Closed,
}

/// Whether the rest of the text, after a whole number, is an extension.
fn begins_extension(rest: &str, digits_before: usize) -> bool {
    let rest = rest.to_lowercase();
    let marks = [
        "доб", "вн", "ext", "x", "х", "#", ",", ";", "*", "(доб", "(вн", "(ext",
    ];
    digits_before >= 8 && marks.iter().any(|mark| rest.starts_with(mark))
}

#[cfg(test)]
mod tests;
