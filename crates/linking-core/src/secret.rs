//! Secrets in memory: wiped when dropped, never printed.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{person::Login, ports::Randomness};

/// Octets that must not be seen: wiped on drop, printed as `[secret]`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes the octets over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The octets themselves; do not log or store them in the clear.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Text that must not be seen: wiped on drop, printed as `[secret]`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

impl SecretText {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself; do not log or store it in the clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A password as it was typed. Longer than 1024 bytes is not taken: nobody types that, and
/// hashing it would be a lever.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// The longest password in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a typed password; `None` when it is empty or longer than [`Self::MAX_BYTES`].
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        (!text.is_empty() && text.len() <= Self::MAX_BYTES).then(|| Self(text.to_string()))
    }

    /// The password itself, for the hasher alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

/// Why a new password does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordFault {
    /// Fewer characters than [`Password::MIN_CHARS`].
    #[error("the password has fewer than {} characters", Password::MIN_CHARS)]
    TooShort,
    /// It is among those that are tried first.
    #[error("the password is one that is tried first")]
    Common,
    /// It is the login, or little more.
    #[error("the password is the login")]
    LikeLogin,
}

/// What is tried first, folded: words, rows of keys, and what Russian layouts make of them.
const TRIED_FIRST: &str = include_str!("secret/tried-first.txt");

impl Password {
    /// The fewest characters of a password that its owner chooses (NIST SP 800-63B, ASVS 6.2.1).
    pub const MIN_CHARS: usize = 8;

    /// Whether its owner may choose it for a login (`threats.md` F1): by length, and not among
    /// those that are tried first. There are no rules of composition.
    ///
    /// # Errors
    /// See [`PasswordFault`].
    pub fn fits(&self, login: &Login) -> Result<(), PasswordFault> {
        if self.0.chars().count() < Self::MIN_CHARS {
            return Err(PasswordFault::TooShort);
        }
        let folded = Zeroizing::new(self.0.to_lowercase());
        let login = Zeroizing::new(login.as_str().to_lowercase());
        let rest = folded.replace(login.as_str(), "");
        if rest.len() < folded.len() && rest.chars().count() < 4 {
            return Err(PasswordFault::LikeLogin);
        }
        // A word with numbers behind it is the word.
        let word = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!');
        let known = |text: &str| TRIED_FIRST.lines().any(|line| line == text);
        if known(&folded) || known(word) || repeats(&folded) || counts(&folded) {
            return Err(PasswordFault::Common);
        }
        Ok(())
    }
}

/// One to three characters over and over.
fn repeats(text: &str) -> bool {
    let chars = Zeroizing::new(text.chars().collect::<Vec<_>>());
    (1..=3).any(|step| {
        chars
            .iter()
            .zip(chars.iter().skip(step))
            .all(|(a, b)| a == b)
    })
}

/// Neighbours in the order of the alphabet or of numbers, up or down.
fn counts(text: &str) -> bool {
    let step = |(a, b): (char, char)| i64::from(u32::from(b)) - i64::from(u32::from(a));
    let mut steps = text.chars().zip(text.chars().skip(1)).map(step);
    let first = steps.next();
    matches!(first, Some(1 | -1)) && steps.all(|step| Some(step) == first)
}

/// A fresh secret of 256 bits: what a cookie or a ticket carries. Stored only as a keyed
/// [`Tag`](crate::ports::Tag) (`threats.md` F7).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret256([u8; 32]);

impl Secret256 {
    /// Draws a new one.
    #[must_use]
    pub fn draw(random: &dyn Randomness) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads the 64 lower-case hex digits that [`Self::to_hex`] wrote.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }

    /// 64 lower-case hex digits, for a cookie.
    #[must_use]
    pub fn to_hex(&self) -> String {
        const DIGITS: [char; 16] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
        ];
        self.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
            .collect()
    }

    /// The octets, for tags.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Debug for Secret256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_from_its_hex_and_from_nothing_else() {
        let secret = Secret256(std::array::from_fn(|i| u8::try_from(i * 7).unwrap()));
        let hex = secret.to_hex();
        assert_eq!(hex.len(), 64);
        assert_eq!(Secret256::from_hex(&hex), Some(secret));
        assert!(Secret256::from_hex(&hex.to_uppercase()).is_none());
        assert!(Secret256::from_hex(hex.get(1..).unwrap()).is_none());
        assert!(Secret256::from_hex(&"я".repeat(32)).is_none());
    }

    #[test]
    fn secrets_do_not_print() {
        let password = Password::new("open sesame".to_owned()).unwrap();
        let printed = format!(
            "{:?} {:?} {:?}",
            SecretBytes::new(vec![97]),
            SecretText::new("sesame".to_owned()),
            password
        );
        assert_eq!(printed, "[secret] [secret] [password]");
    }

    #[test]
    fn f1_a_password_that_is_tried_first_is_not_chosen() {
        let login: Login = "dmitrieva".parse().unwrap();
        let chosen = |text: &str| Password::new(text.to_owned()).unwrap().fits(&login);
        for common in [
            "password",
            "Password123",
            "qwertyuiop",
            "12345678",
            "87654321",
            "aaaaaaaa",
            "абабабаб",
            "йцукенгш",
            "пароль2026",
            "abcdefgh",
            "11223344",
        ] {
            assert_eq!(chosen(common), Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(chosen("1234567"), Err(PasswordFault::TooShort));
        assert_eq!(chosen("Ёлкажёл"), Err(PasswordFault::TooShort));
        assert_eq!(chosen("Dmitrieva1"), Err(PasswordFault::LikeLogin));
        assert_eq!(chosen("dmitrieva любит чай"), Ok(()));
        assert_eq!(chosen("синий кит поёт"), Ok(()));
    }

    #[test]
    fn an_empty_or_huge_password_is_not_taken() {
        assert!(Password::new(String::new()).is_none());
        assert!(Password::new("a".repeat(1025)).is_none());
        assert!(Password::new("a".repeat(1024)).is_some());
    }
}
