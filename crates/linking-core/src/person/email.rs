//! E-mail addresses (`threats.md` G3: a contact must not forge a header).

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{
    characters::{DOTS, has_other_compatible_form, is_invisible, trimmed},
    text_value::{Wiped, text_value},
};

/// Longest address (RFC 5321 section 4.5.3.1.3, less the two angle brackets).
const MAX_BYTES: usize = 254;
/// Longest part before the @ (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// Longest label of a domain (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// An e-mail address that mail can be sent to: a dot-atom, @, a domain of at least two labels.
/// Letters outside ASCII are taken on both sides («почта@школа.рф», RFC 6531); quoted local parts,
/// comments and bare addresses of machines are not. The domain is kept in lower case, the local
/// part as typed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(Wiped);

/// Why a text is no e-mail address. No message holds the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum EmailError {
    /// The field is empty.
    #[error("the e-mail address is missing; write it like name@example.ru")]
    Empty,
    /// Longer than mail takes.
    #[error("the e-mail address is longer than 254 bytes")]
    TooLong,
    /// Not exactly one @ between two texts.
    #[error("an e-mail address has one @, like name@example.ru")]
    NotOneAt,
    /// A sign before the @ that is not taken, or a dot out of place.
    #[error("the part before the @ holds a sign that is not taken")]
    LocalPart,
    /// The part after the @ is no domain.
    #[error("the part after the @ is not a domain like example.ru")]
    Domain,
}

impl EmailAddress {
    /// Reads an address; blanks at the ends don't matter.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        // The raw text may be a little longer than the address: blanks at its ends.
        let text = trimmed(text, MAX_BYTES * 4).ok_or(EmailError::TooLong)?;
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        let text = Zeroizing::new(text.nfc().collect::<String>());
        let (local, domain) = text.split_once('@').ok_or(EmailError::NotOneAt)?;
        if domain.contains('@') || local.is_empty() || domain.is_empty() {
            return Err(EmailError::NotOneAt);
        }
        let domain = domain.to_lowercase();
        if local.len() > MAX_LOCAL_BYTES || local.len() + 1 + domain.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        let atoms = |local: &str| local.split('.').all(|atom| !atom.is_empty());
        if !atoms(local) || !local.chars().all(|c| c == '.' || is_atom_sign(c)) {
            return Err(EmailError::LocalPart);
        }
        if !is_domain(&domain) {
            return Err(EmailError::Domain);
        }
        Ok(Self(format!("{local}@{domain}").into()))
    }

    /// The address in full.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which an address is found and compared: every mail service that people use
    /// takes the part before the @ in either case.
    #[must_use]
    pub fn key(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_lowercase())
    }

    /// «s•••@y•••.ru»: first letters of both sides and the top domain.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let (name, top) = domain.rsplit_once('.').unwrap_or_default();
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}{DOTS}@{}{DOTS}.{top}", first(local), first(name))
    }
}

text_value!(EmailAddress, EmailError, as_str);

/// A sign of an atom (RFC 5322 section 3.2.3), or a letter outside ASCII in its one form.
fn is_atom_sign(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
    } else {
        is_foreign_letter(c)
    }
}

fn is_foreign_letter(c: char) -> bool {
    c.is_alphabetic() && !is_invisible(c) && !has_other_compatible_form(c)
}

/// At least two labels of letters, digits and inner hyphens; the last one is no number.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= MAX_LABEL_BYTES
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| {
                if c.is_ascii() {
                    c.is_ascii_alphanumeric() || c == '-'
                } else {
                    is_foreign_letter(c)
                }
            })
    };
    domain.split('.').all(label)
        && domain
            .rsplit_once('.')
            .is_some_and(|(_, top)| !top.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
