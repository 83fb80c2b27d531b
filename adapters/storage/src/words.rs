//! Search forms of organisations' names. Words match from their beginning, in any order, whatever
//! the case; a run of digits is a word of its own, so that «школа 3» finds № 3 and № 30, not № 13.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Width of a number in a sort key: № 3 stands before № 30 and № 10.
const NUMBER_WIDTH: usize = 10;

/// The words of a text in reading order: NFC, lower case, ё as е, split at everything that is
/// neither letter nor digit and where letters and digits meet.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    for c in text.nfc().flat_map(char::to_lowercase) {
        let c = if c == 'ё' { 'е' } else { c };
        if !c.is_alphanumeric() {
            last = None;
            continue;
        }
        let number = c.is_numeric();
        match words.last_mut() {
            Some(word) if last == Some(number) => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = Some(number);
    }
    words
}

/// The words in reading order, joined by blanks.
pub(crate) fn folded(text: &str) -> String {
    words(text).join(" ")
}

/// By what a name is sorted: its words, numbers padded.
pub(crate) fn sort_key(name: &str) -> String {
    let padded = |word: String| {
        if word.starts_with(char::is_numeric) {
            let missing = NUMBER_WIDTH.saturating_sub(word.chars().count());
            format!("{}{word}", "0".repeat(missing))
        } else {
            word
        }
    };
    words(name)
        .into_iter()
        .map(padded)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The different words of a text, sorted.
fn word_set(name: &str) -> BTreeSet<String> {
    words(name).into_iter().collect()
}

/// What the column `words` holds of a name: each different word behind a blank, sorted.
pub(crate) fn word_column(name: &str) -> String {
    word_set(name).iter().flat_map(|word| [" ", word]).collect()
}

/// A `LIKE` pattern over the column `words`: every word begins one of them.
pub(crate) fn word_pattern(sought: &str) -> String {
    // A word that begins another one asks for nothing more. The rest differ at some letter, so
    // that in sorted columns their matches stand in the order of the words themselves, and one
    // pattern finds them all.
    let all = word_set(sought);
    let mut pattern = String::from("%");
    for word in &all {
        if !all
            .iter()
            .any(|other| other != word && other.starts_with(word.as_str()))
        {
            pattern.push(' ');
            pattern.push_str(word);
            pattern.push('%');
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_split_into_words_and_numbers() {
        assert_eq!(words("МБОУ «СОШ №3»"), ["мбоу", "сош", "3"]);
        assert_eq!(words("Лицей-7а Ёлочка"), ["лицей", "7", "а", "елочка"]);
        // Й as two code points, as some systems write it.
        assert_eq!(words("Лице\u{438}\u{306}"), words("Лицей"));
        assert!(words("№ «»").is_empty());
    }

    #[test]
    fn numbers_sort_as_numbers() {
        let mut names = ["Школа № 10", "Школа № 2", "Школа № 1", "Гимназия № 3"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            ["Гимназия № 3", "Школа № 1", "Школа № 2", "Школа № 10"]
        );
    }

    #[test]
    fn one_pattern_asks_for_every_word() {
        assert_eq!(word_pattern("школа 3 ш"), "% 3% школа%");
        assert_eq!(word_pattern(" №"), "%");
    }

    /// `LIKE` with `%` alone.
    fn like(text: &str, pattern: &str) -> bool {
        let mut parts = pattern.split('%');
        let mut rest = parts.next().and_then(|first| text.strip_prefix(first));
        for part in parts {
            rest = rest
                .and_then(|rest| rest.split_once(part))
                .map(|(_, rest)| rest);
        }
        rest.is_some()
    }

    proptest! {
        #[test]
        fn a_pattern_matches_just_the_names_that_hold_every_word(
            name in "[аб1-2 ]{0,14}", sought in "[аб1-2 ]{0,8}",
        ) {
            let held = word_set(&name);
            let expected = word_set(&sought)
                .iter()
                .all(|word| held.iter().any(|other| other.starts_with(word)));
            prop_assert_eq!(like(&word_column(&name), &word_pattern(&sought)), expected);
        }
    }
}
