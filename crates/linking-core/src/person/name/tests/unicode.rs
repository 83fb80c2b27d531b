//! The whole of Unicode, character by character (`threats.md` C10).

use unicode_script::{Script, UnicodeScript};

use super::*;
use crate::person::characters::{is_apostrophe, is_blank, is_dash};

/// What the parser makes of a character between two pairs of letters.
fn between(before: &str, c: char, after: &str) -> Option<String> {
    let text = format!("{before}{c}{after}");
    let made = part::read(NamePart::Surname, &text, Ends::Entry).ok()??;
    Some(made.as_str().to_owned())
}

/// How many characters are taken there. Each is a blank, a dash, an apostrophe, a cased letter of
/// the script, or an accent that makes one with the letter before it.
fn taken(before: &str, after: &str, script: Script, characters: impl Iterator<Item = char>) -> u32 {
    let mut taken = 0;
    for c in characters {
        let Some(made) = between(before, c, after) else {
            continue;
        };
        taken += 1;
        if is_blank(c) || is_dash(c) || is_apostrophe(c) {
            continue;
        }
        assert!(made.chars().count() <= 5, "U+{c:04X?}");
        for letter in made.chars() {
            assert!(
                letter.is_alphabetic() && letter.script() == script,
                "U+{c:04X?}"
            );
            assert!(letter.is_lowercase() || letter.is_uppercase(), "U+{c:04X?}");
            assert!(letter < '\u{2000}', "U+{c:04X?}");
        }
    }
    taken
}

/// A change of the numbers here is a change of what names may hold: 34 signs, and letters.
#[test]
fn c10_no_character_of_unicode_is_taken_but_signs_and_letters_of_the_script() {
    let all = || '\0'..='\u{ffff}';
    assert_eq!(taken("Аб", "вг", Script::Cyrillic, all()), 334);
    assert_eq!(taken("Xb", "xz", Script::Latin, all()), 720);
    // Beyond, a sample: neither script has letters of a name there.
    let astral = || ('\u{10000}'..=char::MAX).step_by(61);
    assert_eq!(taken("Аб", "вг", Script::Cyrillic, astral()), 0);
    assert_eq!(taken("Xb", "xz", Script::Latin, astral()), 0);
}
