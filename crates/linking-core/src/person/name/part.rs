//! The parser of one part of a name: size, trim, refuse, normalise.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zeroize::Zeroizing;

use super::{NameFault, NamePart};
use crate::person::{
    characters::{
        Alphabet, folded, has_other_compatible_form, is_apostrophe, is_blank, is_control,
        is_cyrillic_vowel, is_dash, is_invisible, name_letter,
    },
    text_value::Wiped,
};

/// Most bytes of raw input; checked before anything is looked at.
pub(super) const MAX_RAW_BYTES: usize = 1024;
/// Most letters after normalisation.
const MAX_LETTERS: usize = 100;
/// The one accent that may stand without a composed form, on a Cyrillic vowel.
pub(super) const MACRON: char = '\u{304}';

/// What is trimmed at the ends of a field.
#[derive(Clone, Copy)]
pub(super) enum Ends {
    /// Blanks.
    Entry,
    /// Blanks, TAB, CR, LF: what exports leave there.
    Import,
}

impl Ends {
    const fn trims(self, c: char) -> bool {
        is_blank(c) || (matches!(self, Self::Import) && matches!(c, '\t' | '\r' | '\n'))
    }
}

/// One part in the form that is stored and shown: NFC, single blanks, `-` without blanks round
/// it, `'`. Letters of one alphabet, at least one of them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PartText {
    text: Wiped,
    alphabet: Alphabet,
}

impl PartText {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) const fn alphabet(&self) -> Alphabet {
        self.alphabet
    }
}

/// Reads one field; `None` if it is empty or says that there is nothing.
pub(super) fn read(part: NamePart, raw: &str, ends: Ends) -> Result<Option<PartText>, NameFault> {
    if raw.len() > MAX_RAW_BYTES {
        return Err(NameFault::TooLong);
    }
    let plain = plain_signs(raw.trim_matches(|c| ends.trims(c)))?;
    let text = match part {
        NamePart::Surname | NamePart::GivenName => assemble(&plain)?,
        NamePart::Patronymic if *plain == "." => None,
        NamePart::Patronymic => assemble(&plain)?.filter(|name| !says_none(name.as_str())),
    };
    Ok(text)
}

/// Words that stand for "no patronymic" in registers.
fn says_none(text: &str) -> bool {
    matches!(folded(text).as_str(), "нет" | "отсутствует" | "не указано")
}

/// Blanks, dashes and apostrophes in their one writing, the rest in NFC; refuses what has no
/// place in a name whatever stands beside it.
fn plain_signs(text: &str) -> Result<Zeroizing<String>, NameFault> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars() {
        plain.push(match c {
            c if is_blank(c) => ' ',
            c if is_dash(c) => '-',
            c if is_apostrophe(c) => '\'',
            c if is_control(c) => return Err(NameFault::Control),
            c if is_invisible(c) => return Err(NameFault::Invisible),
            c if c.is_numeric() => return Err(NameFault::Digit),
            c if has_other_compatible_form(c) => return Err(NameFault::VariantLetter),
            c => c,
        });
    }
    Ok(Zeroizing::new(plain.nfc().collect()))
}

/// What stands between two words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Blank,
    Hyphen,
}

/// Puts the text together: one alphabet, one blank or one hyphen between words. `None` for
/// nothing but blanks and dashes.
fn assemble(plain: &str) -> Result<Option<PartText>, NameFault> {
    let mut text = Zeroizing::new(String::with_capacity(plain.len()));
    let (mut gap, mut alphabet, mut letters) = (Gap::None, None, 0_usize);
    let mut leading_hyphen = false;
    let mut before = None;
    let mut signs = plain.chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            ' ' => gap = if gap == Gap::Hyphen { gap } else { Gap::Blank },
            '-' => gap = Gap::Hyphen,
            _ => {
                if text.is_empty() {
                    leading_hyphen = gap == Gap::Hyphen;
                } else {
                    match gap {
                        Gap::None => {}
                        Gap::Blank => text.push(' '),
                        Gap::Hyphen => text.push('-'),
                    }
                }
                gap = Gap::None;
                match c {
                    '\'' => {}
                    '.' if before.is_some_and(ends_a_word) && signs.peek().is_none() => {}
                    '.' => return Err(NameFault::InnerDot),
                    MACRON if before.is_some_and(is_cyrillic_vowel) => {}
                    c if is_combining_mark(c) => return Err(NameFault::StrayAccent),
                    c => {
                        let own = name_letter(c).ok_or_else(|| not_a_name_letter(c))?;
                        if *alphabet.get_or_insert(own) != own {
                            return Err(NameFault::LatinLookAlike);
                        }
                        letters += 1;
                    }
                }
                text.push(c);
            }
        }
        before = Some(c);
    }
    if text.is_empty() {
        return Ok(None);
    }
    if leading_hyphen || gap == Gap::Hyphen {
        return Err(NameFault::EdgeHyphen);
    }
    if letters > MAX_LETTERS {
        return Err(NameFault::TooLong);
    }
    let alphabet = alphabet.ok_or(NameFault::Empty)?;
    Ok(Some(PartText {
        text: text.into(),
        alphabet,
    }))
}

fn ends_a_word(c: char) -> bool {
    c == MACRON || name_letter(c).is_some()
}

fn not_a_name_letter(c: char) -> NameFault {
    if has_other_compatible_form(c) {
        NameFault::VariantLetter
    } else if c.is_alphabetic() {
        NameFault::ForeignLetter
    } else {
        NameFault::Symbol
    }
}
