//! Classes of characters that the parsers share (`identity-data.md` "Names", `threats.md` C10).

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

/// What stands in a mask for hidden characters (U+2022, `texts.md` section 2).
pub(super) const DOTS: &str = "•••";

/// A blank: Unicode's general category Zs.
pub(super) const fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// A dash that is read as a hyphen. Other dashes are symbols.
pub(super) const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// An apostrophe, or what keyboards and exports put in its place. Others are symbols.
pub(super) const fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}'
            | '\u{2bc}'
            | '\u{2018}'
            | '\u{201b}'
            | '`'
            | '\u{b4}'
            | '\u{2032}'
            | '\u{2b9}'
            | '\u{2bb}'
            | '\u{2bd}'
    )
}

/// A control character, or a separator of lines or paragraphs: what forges a log line or a mail
/// header (`threats.md` G3).
pub(super) const fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

/// Shows nothing of its own: format characters (category Cf) and all else that Unicode calls
/// default-ignorable, variation selectors and fillers among it, and the empty Braille cell.
pub(super) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether the compatibility form (NFKC) of this character alone is another one. The form is used
/// to refuse only, never to compare.
pub(super) fn has_other_compatible_form(c: char) -> bool {
    let mut form = std::iter::once(c).nfkc();
    form.next() != Some(c) || form.next().is_some()
}

/// The scripts that a name may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Alphabet {
    Cyrillic,
    Latin,
}

/// The alphabet of a letter that names are written with; `None` for all else.
///
/// Such a letter has two cases, both below U+2000. That takes in the alphabets of all peoples of
/// Russia and the living Latin ones, and leaves out phonetic signs, clicks, ornamental and
/// manuscript letters, and letters made to look like apostrophes (U+A78C).
pub(super) fn name_letter(c: char) -> Option<Alphabet> {
    if matches!(c, '\u{1c80}'..='\u{1c88}') || has_other_compatible_form(c) {
        return None;
    }
    let cased = c.to_lowercase().ne([c]) || c.to_uppercase().ne([c]);
    let low = c
        .to_lowercase()
        .chain(c.to_uppercase())
        .all(|other| other < '\u{2000}');
    if !cased || !low {
        return None;
    }
    match c.script() {
        Script::Cyrillic => Some(Alphabet::Cyrillic),
        Script::Latin => Some(Alphabet::Latin),
        _ => None,
    }
}

/// A Cyrillic vowel, on which a macron (U+0304) may stand though the pair has no composed form:
/// the long vowels of Mansi, Evenki, Nanai and their neighbours.
pub(super) fn is_cyrillic_vowel(c: char) -> bool {
    // Not ӣ and ӯ: they have their macron.
    const VOWELS: &str = "аеёиоуыэюяіїєѐѝѣѵүұәөӛӫӓӑӕӗӧӭӱӳӹӥ";
    c.to_lowercase().all(|letter| VOWELS.contains(letter))
}

/// A bounded text without blanks at its ends; `None` if it is longer than `most` bytes. Nothing
/// is looked at in a text that is too long.
pub(super) fn trimmed(text: &str, most: usize) -> Option<&str> {
    (text.len() <= most).then(|| text.trim_matches(is_blank))
}

/// Full default case folding (no locale) of a text in NFC, in NFC again.
pub(super) fn folded(text: &str) -> String {
    caseless::Caseless::default_case_fold(text.nfc())
        .nfc()
        .collect()
}
