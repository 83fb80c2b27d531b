//! The languages beside each other, and what English asks for.

use super::*;

#[test]
fn nobody_is_shouted_at_or_blamed_in_english() {
    const FORBIDDEN: [&str; 9] = [
        "please",
        "sorry",
        "unfortunately",
        "invalid",
        "incorrect",
        "forbidden",
        "authenticat",
        "token",
        "esia",
    ];
    for (key, text) in rendered_in(Language::English) {
        let folded = text.to_lowercase();
        for word in FORBIDDEN {
            assert!(!folded.contains(word), "{key} says {word}: {text}");
        }
        assert!(!text.contains('!'), "{key}: {text}");
    }
}

/// The languages say the same: no key lacks one, and no text has lost a value or made one up. The
/// forms of a provider's name are one value: English needs one form alone.
#[test]
fn the_languages_have_the_same_keys_and_variables() {
    let value = |name: String| {
        let of_provider = name.to_lowercase().starts_with("provider");
        if of_provider {
            "provider".to_owned()
        } else {
            name
        }
    };
    let values = |key: &str, all: &BTreeMap<String, Source>| -> BTreeSet<String> {
        variables(key, all).into_iter().map(value).collect()
    };
    let russian = sources(Language::Russian);
    for language in Language::ALL {
        let own = sources(language);
        let keys: BTreeSet<_> = own.keys().collect();
        let known: BTreeSet<_> = russian.keys().collect();
        let differing: Vec<_> = keys.symmetric_difference(&known).collect();
        assert!(differing.is_empty(), "{language:?}: {differing:?}");
        for key in russian.keys() {
            assert_eq!(
                values(key, &own),
                values(key, &russian),
                "{language:?} {key}"
            );
            let name = |file: &'static str| file.split_once('/').unwrap().1;
            assert_eq!(name(own[key].file), name(russian[key].file), "{key}");
        }
    }
}

/// A text that hangs on a number has the arms that its language needs, and no other.
#[test]
fn plural_arms_are_those_of_the_language() {
    const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
    for language in Language::ALL {
        let needed: BTreeSet<&str> = match language {
            Language::Russian => BTreeSet::from(["one", "few", "many"]),
            Language::English => BTreeSet::from(["one", "other"]),
        };
        let mut seen = 0;
        for (key, source) in sources(language) {
            for choice in source.body.split(" ->").skip(1) {
                let arms: BTreeSet<&str> = choice
                    .split('}')
                    .next()
                    .unwrap()
                    .split('[')
                    .skip(1)
                    .map(|arm| arm.split(']').next().unwrap())
                    .filter(|arm| CATEGORIES.contains(arm))
                    .collect();
                if !arms.is_empty() {
                    seen += 1;
                    assert_eq!(arms, needed, "{language:?} {key}");
                }
            }
        }
        assert!(seen >= 3, "{language:?}: {seen}");
    }
}

/// What an English text may say in Cyrillic letters: names that have no translation. There is
/// none yet.
const UNTRANSLATED: [&str; 0] = [];

#[test]
fn english_texts_have_no_cyrillic_letters() {
    for (key, text) in rendered_in(Language::English) {
        let names = NAMES.iter().map(|(_, name)| *name).chain(UNTRANSLATED);
        let own = names.fold(text.clone(), |text, name| text.replace(name, ""));
        let cyrillic = own.chars().any(|c| ('\u{400}'..='\u{52f}').contains(&c));
        assert!(!cyrillic, "{key}: {text}");
    }
}

#[test]
fn english_dates_and_numbers_follow_english_rules() {
    let texts = texts_in(Language::English);
    let minutes = |n| texts.text_with("minutes-accusative", &Args::new().with_number("minutes", n));
    assert_eq!(minutes(1), "1 minute");
    for n in [0, 2, 5, 11, 21, 101] {
        assert_eq!(minutes(n), format!("{n} minutes"));
    }
    let moscow = ZoneOffset::MOSCOW;
    let now = at("2026-03-14T05:35:00Z");
    assert_eq!(texts.day(now, moscow), "14 March 2026");
    assert_eq!(texts.moment(now, now, moscow), "today at 8:35");
    assert_eq!(
        texts.moment(at("2026-01-01T05:35:00Z"), now, moscow),
        "1 January 2026 at 8:35"
    );
    assert_eq!(texts.text("action-go-on"), "Go to the diary");
    assert_eq!(
        texts.text("refusal-too-many-attempts-text-provider"),
        "You can sign in with Gosuslugi now."
    );
}
