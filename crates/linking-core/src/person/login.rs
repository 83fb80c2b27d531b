//! Local logins.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{
    characters::{
        DOTS, folded, has_other_compatible_form, is_blank, is_control, is_invisible, trimmed,
    },
    text_value::{Wiped, text_value},
};

/// Raw input above this is not read.
const MAX_RAW_BYTES: usize = 1024;
/// Fewest and most characters.
const CHARS: std::ops::RangeInclusive<usize> = 2..=64;
/// Logins shorter than this show one character in their mask.
const LONG_ENOUGH_TO_SHOW_FOUR: usize = 8;

/// The name with which a person signs in with the school's password: 2 to 64 letters, digits and
/// ASCII signs, without blanks. Kept as written (NFC); found by its [`LoginKey`]. `==` compares
/// the key: a login is unique in the installation whatever its case.
#[derive(Clone)]
pub struct Login {
    text: Wiped,
    key: LoginKey,
}

/// A login with its case folded: what look-ups and the unique index use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginKey(Wiped);

/// Why a text is no login. No message holds the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum LoginError {
    /// Fewer than two characters.
    #[error("a login has at least 2 characters")]
    TooShort,
    /// More than 64 characters.
    #[error("a login has at most 64 characters")]
    TooLong,
    /// A blank inside.
    #[error("a login has no blanks")]
    Blank,
    /// A control or invisible character.
    #[error("the login holds a control or invisible character; type it anew")]
    Invisible,
    /// A sign that is neither a letter, nor a digit, nor a visible ASCII sign.
    #[error("the login holds a sign that is not a letter, a digit or a plain sign")]
    Symbol,
}

impl Login {
    /// Reads a login; blanks at the ends don't matter.
    pub fn parse(text: &str) -> Result<Self, LoginError> {
        let text = trimmed(text, MAX_RAW_BYTES).ok_or(LoginError::TooLong)?;
        for c in text.chars() {
            if is_blank(c) {
                return Err(LoginError::Blank);
            }
            if is_control(c) || is_invisible(c) {
                return Err(LoginError::Invisible);
            }
            if has_other_compatible_form(c) {
                return Err(LoginError::Symbol);
            }
        }
        let text = Zeroizing::new(text.nfc().collect::<String>());
        if !text
            .chars()
            .all(|c| c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphabetic()))
        {
            return Err(LoginError::Symbol);
        }
        let length = text.chars().count();
        if length < *CHARS.start() {
            return Err(LoginError::TooShort);
        }
        if length > *CHARS.end() {
            return Err(LoginError::TooLong);
        }
        let key = LoginKey(folded(&text).into());
        Ok(Self {
            text: text.into(),
            key,
        })
    }

    /// The login as written, in full.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form by which it is found.
    #[must_use]
    pub const fn key(&self) -> &LoginKey {
        &self.key
    }

    /// «dm•••30»; of a login shorter than 8 characters only the first one is shown.
    #[must_use]
    pub fn masked(&self) -> String {
        let length = self.text.chars().count();
        let start = |count| self.text.chars().take(count).collect::<String>();
        if length < LONG_ENOUGH_TO_SHOW_FOUR {
            return format!("{}{DOTS}", start(1));
        }
        let end: String = self.text.chars().skip(length - 2).collect();
        format!("{}{DOTS}{end}", start(2))
    }
}

text_value!(Login, LoginError, as_str);

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Login {}
impl std::hash::Hash for Login {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl LoginKey {
    /// The folded text, for look-ups.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hidden whole.
impl fmt::Debug for LoginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginKey(•••)")
    }
}

#[cfg(test)]
mod tests;
