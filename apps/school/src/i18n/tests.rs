//! The checks of `texts.md`, section 8, over every text, and the forms of dates and numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeZone;
use linking_core::{refusal::RefusalCode, region::ZoneOffset, time::Timestamp};

use super::*;

mod languages;

/// A message as its file has it.
struct Source {
    file: &'static str,
    body: String,
}

/// Every message of a language, read from the files without Fluent's parser.
fn sources(language: Language) -> BTreeMap<String, Source> {
    let mut found = BTreeMap::new();
    for (file, text) in language.files() {
        let mut key = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, value)) = line.split_once(" = ")
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            {
                key = Some(name.to_owned());
                found.insert(
                    name.to_owned(),
                    Source {
                        file,
                        body: value.to_owned(),
                    },
                );
            } else if let Some(source) = key.as_ref().and_then(|key| found.get_mut(key)) {
                source.body.push('\n');
                source.body.push_str(line);
            }
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

/// The variables of a message, through its references.
fn variables(key: &str, all: &BTreeMap<String, Source>) -> BTreeSet<String> {
    let body = &all[key].body;
    let mut found: BTreeSet<String> = body.split('$').skip(1).map(word).collect();
    for reference in body
        .split("{ ")
        .skip(1)
        .map(word)
        .filter(|name| all.contains_key(name))
    {
        found.extend(variables(&reference, all));
    }
    found
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().unwrap()
}

fn texts() -> Texts {
    texts_in(Language::Russian)
}

fn texts_in(language: Language) -> Texts {
    let (diary, into) = match language {
        Language::Russian => ("Сетевой Город", "в Сетевой Город"),
        Language::English => ("Setevoy Gorod", "to the diary"),
    };
    let common = Args::new().with("diary", diary).with("into", into);
    Texts::new(Arc::new(catalogue()), language, common).about(&"gosuslugi".parse().unwrap())
}

/// Values of people and places: they stand in a text as they are.
const NAMES: [(&str, &str); 4] = [
    ("name", "Светлана Дмитриева"),
    ("mask", "Светлана В. Д."),
    ("organization", "МБОУ СОШ № 30"),
    ("class", "7 А"),
];

/// Values of the program itself, in Russian and in English.
const WORDS: [(&str, &str, &str); 17] = [
    ("date", "14 марта 2026", "14 March 2026"),
    ("when", "сегодня в 14:35", "today at 14:35"),
    ("moment", "завтра в 14:35", "tomorrow at 14:35"),
    ("Moment", "Сегодня в 14:35", "Today at 14:35"),
    ("title", "Вход в дневник", "Sign in to the diary"),
    ("role", "Учитель", "Teacher"),
    ("found", "Упрощенная", "Simplified"),
    ("needed", "Подтвержденная", "Verified"),
    ("field", "фамилия", "surname"),
    ("button", "Продолжить", "Continue"),
    (
        "list",
        "мобильный телефон, электронная почта",
        "mobile phone, e-mail",
    ),
    (
        "contacts",
        "мобильный телефон, электронная почта",
        "mobile phone, e-mail",
    ),
    ("ways", "паролю", "with the password"),
    (
        "operator",
        "Министерство образования Сахалинской области",
        "Ministry of Education",
    ),
    ("agent", "Chrome, Windows", "Chrome, Windows"),
    ("code", "K7-42-88", "K7-42-88"),
    ("support", "8 800 100-00-00", "8 800 100-00-00"),
];

/// Every Russian text with every form of it that the sample values reach.
fn rendered() -> Vec<(String, String)> {
    rendered_in(Language::Russian)
}

/// Every text of a language with every form of it that the sample values reach.
fn rendered_in(language: Language) -> Vec<(String, String)> {
    let texts = texts_in(language);
    let all = sources(language);
    let mut found = Vec::new();
    for (mix_up, minutes) in [
        ("adult-on-child", 1),
        ("child-on-adult", 2),
        ("adult-on-child", 15),
    ] {
        let mut args = Args::new()
            .with("mix-up", mix_up)
            .with_number("minutes", minutes)
            .with_number("count", 2)
            .with_number("day", 14)
            .with_number("month", 3);
        for (name, value) in NAMES {
            args = args.with(name, value);
        }
        for (name, russian, english) in WORDS {
            let value = match language {
                Language::Russian => russian,
                Language::English => english,
            };
            args = args.with(name, value);
        }
        args = args
            .with("time", "14:35")
            .with("year", "2026")
            .with("version", "2026-11");
        for key in all.keys() {
            let text = texts.text_with(key, &args);
            assert!(!text.contains('⟦') && !text.contains("{$"), "{key}: {text}");
            found.push((key.clone(), text));
        }
    }
    found
}

/// Labels of `texts.md`, section 3, are word for word what people know: no rule of ours binds
/// them.
fn is_label(key: &str) -> bool {
    key.starts_with("label-") || key.starts_with("level-")
}

#[test]
fn every_refusal_has_title_explanation_and_next_step() {
    let catalogue = catalogue();
    for language in Language::ALL {
        for code in RefusalCode::ALL {
            for part in ["title", "text", "next"] {
                let key = format!("refusal-{}-{part}", code.as_str());
                assert!(catalogue.has(language, &key), "{key} is missing");
            }
        }
    }
}

#[test]
fn every_list_of_keys_is_true() {
    for language in Language::ALL {
        let all = sources(language);
        for (file, text) in language.files() {
            let mut list = vec!["### Keys and their variables:".to_owned()];
            for (key, _) in all.iter().filter(|(_, source)| source.file == *file) {
                let names: Vec<String> = variables(key, &all)
                    .iter()
                    .map(|name| format!(" ${name}"))
                    .collect();
                list.push(format!("###   {key}{}", names.concat()));
            }
            let list = list.join("\n");
            assert!(
                text.contains(&list),
                "{file} must begin with this list:\n{list}"
            );
        }
    }
}

#[test]
fn the_voice_has_no_forbidden_words() {
    const FORBIDDEN: [&str; 17] = [
        "пожалуйста",
        "к сожалению",
        "извините",
        "ошибочн",
        "неверн",
        "некорректн",
        "невозможно",
        "запрещен",
        "запрещён",
        "авториз",
        "верифиц",
        "аутентифик",
        "идентифик",
        "есиа",
        "токен",
        "сесси",
        "аккаунт",
    ];
    for (key, text) in rendered().iter().filter(|(key, _)| !is_label(key)) {
        let folded = text.to_lowercase();
        for word in FORBIDDEN {
            assert!(!folded.contains(word), "{key} says «{word}»: {text}");
        }
        assert!(!text.contains('!'), "{key}: {text}");
    }
}

#[test]
fn people_are_addressed_with_a_small_letter() {
    for (key, text) in rendered() {
        let mut before = '.';
        for (at, letter) in text.char_indices() {
            let rest = text.get(at..).unwrap();
            let begins_word = rest.starts_with("Вы ") || rest.starts_with("Ваш");
            assert!(
                !begins_word || matches!(before, '.' | '?' | ':' | '«'),
                "{key}: {text}"
            );
            if !letter.is_whitespace() {
                before = letter;
            }
        }
    }
}

fn sentences(text: &str) -> Vec<usize> {
    text.split(['.', '?', ';'])
        .map(|part| {
            part.split_whitespace()
                .filter(|w| w.chars().any(char::is_alphanumeric))
                .count()
        })
        .filter(|count| *count > 0)
        .collect()
}

fn rendered_in_all() -> impl Iterator<Item = (String, String)> {
    Language::ALL.into_iter().flat_map(rendered_in)
}

#[test]
fn sentences_are_short() {
    // Where Russian has an ending, English has an article or a preposition: the same thought
    // needs some words more.
    for (language, average) in [(Language::Russian, 15), (Language::English, 20)] {
        for (key, text) in rendered_in(language)
            .iter()
            .filter(|(key, _)| !is_label(key))
        {
            let counts = sentences(text);
            let longest = counts.iter().max().copied().unwrap_or_default();
            let sum: usize = counts.iter().sum();
            assert!(
                longest <= 22,
                "{key} has a sentence of {longest} words: {text}"
            );
            assert!(
                sum <= counts.len() * average,
                "{key} has {sum} words: {text}"
            );
        }
    }
}

#[test]
fn titles_and_buttons_are_short() {
    for (key, text) in rendered_in_all().filter(|(key, _)| !is_label(key)) {
        let length = text.chars().count();
        if key.ends_with("-title") && !key.starts_with("frame-") {
            assert!(length <= 60, "{key} has {length} characters: {text}");
            assert!(!text.ends_with('.'), "{key}: {text}");
        }
        let is_button = key.ends_with("-next") || key.contains("-next-");
        let is_known_label = ["Привязать учетную запись портала Госуслуг"].contains(&text.as_str());
        if (is_button || key.starts_with("action-")) && !is_known_label {
            assert!(length <= 37, "{key} has {length} characters: {text}");
            // A masked name ends with an initial.
            assert!(
                !text.ends_with('.') || text.ends_with("В. Д."),
                "{key}: {text}"
            );
        }
    }
}

#[test]
fn titles_and_labels_have_no_latin_letters() {
    for (key, text) in rendered() {
        let foreign = text
            .replace("cookie", "")
            .replace("Cookie", "")
            .replace("Chrome, Windows", "");
        let foreign = foreign.replace("K7-42-88", "");
        assert!(
            !foreign.chars().any(|c| c.is_ascii_alphabetic()),
            "{key}: {text}"
        );
    }
}

#[test]
fn a_missing_key_or_variable_shows() {
    let texts = texts();
    assert_eq!(texts.text("page-nowhere"), "⟦page-nowhere⟧");
    assert_eq!(texts.text("moment-today"), "сегодня в {$time}");
}

#[test]
fn plural_forms_follow_the_number() {
    let texts = texts();
    let minutes = |n| texts.text_with("minutes-accusative", &Args::new().with_number("minutes", n));
    assert_eq!(minutes(1), "1 минуту");
    assert_eq!(minutes(2), "2 минуты");
    assert_eq!(minutes(5), "5 минут");
    assert_eq!(minutes(11), "11 минут");
    assert_eq!(minutes(21), "21 минуту");
    let prolong = |n| texts.text_with("action-prolong", &Args::new().with_number("minutes", n));
    assert_eq!(prolong(15), "Ещё 15 минут");
}

#[test]
fn a_text_holds_the_form_of_the_providers_name() {
    let texts = texts();
    assert_eq!(
        texts.text("refusal-provider-unavailable-title"),
        "Нет связи с Госуслугами"
    );
    assert_eq!(
        texts.text("refusal-too-many-attempts-text-provider"),
        "Через Госуслуги можно войти уже сейчас."
    );
    assert_eq!(texts.text("action-go-on"), "Перейти в Сетевой Город");
}

fn at(text: &str) -> Timestamp {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[test]
fn moments_go_by_the_regions_clock() {
    let texts = texts();
    let sakhalin = ZoneOffset::from_minutes(660).unwrap();
    let now = at("2026-03-14T14:00:00Z"); // 15 March, 1:00 on Sakhalin
    assert_eq!(
        texts.moment(at("2026-03-14T13:12:00Z"), now, sakhalin),
        "сегодня в 0:12"
    );
    assert_eq!(
        texts.moment(at("2026-03-14T01:35:00Z"), now, sakhalin),
        "вчера в 12:35"
    );
    assert_eq!(
        texts.moment(at("2026-03-15T13:00:00Z"), now, sakhalin),
        "завтра в 0:00"
    );
    assert_eq!(
        texts.moment(at("2026-03-12T21:12:00Z"), now, sakhalin),
        "13 марта 2026 в 8:12"
    );
    assert_eq!(texts.day(now, sakhalin), "15 марта 2026");
    for (month, name) in [(1, "января"), (5, "мая"), (12, "декабря")] {
        let day = chrono::Utc
            .with_ymd_and_hms(2026, month, 2, 0, 0, 0)
            .unwrap()
            .date_naive();
        assert_eq!(texts.date(day), format!("2 {name} 2026"));
    }
}

#[test]
fn minutes_are_rounded_up() {
    let now = at("2026-03-14T14:00:00Z");
    assert_eq!(Texts::minutes_until(at("2026-03-14T14:00:01Z"), now), 1);
    assert_eq!(Texts::minutes_until(at("2026-03-14T14:05:00Z"), now), 5);
    assert_eq!(Texts::minutes_until(at("2026-03-14T14:05:01Z"), now), 6);
    assert_eq!(Texts::minutes_until(at("2026-03-14T13:00:00Z"), now), 1);
}

/// The program's own sources, without tests: what may name a key.
fn program() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("templates")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().contains("tests") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

/// Every text between quotes that has the form of a key.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
}

/// Keys that the program names in its source are there. A key that is put together at run time
/// is not found here; the tests of its page render it.
#[test]
fn every_key_that_the_program_names_exists() {
    const PREFIXES: [&str; 16] = [
        "page-",
        "refusal-",
        "field-",
        "action-",
        "frame-",
        "label-",
        "role-",
        "history-",
        "ask-",
        "level-",
        "moment-",
        "attribute-",
        "differs-",
        "way-by-",
        "support-",
        "agent-",
    ];
    let catalogue = catalogue();
    let mut seen = 0;
    for (path, text) in program() {
        for key in literals(&text) {
            if PREFIXES.iter().any(|prefix| key.starts_with(prefix)) && !key.ends_with('-') {
                seen += 1;
                for language in Language::ALL {
                    assert!(
                        catalogue.has(language, key),
                        "{path} names {key}, which the catalogue {} lacks",
                        language.code()
                    );
                }
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// A text that nobody can read is a promise nobody keeps: each key is named by the program, built
/// by one of these patterns, or stands in a text that is used.
#[test]
fn every_key_is_used() {
    const BUILT: [(&str, &str); 15] = [
        ("role-", ""),
        ("contact-", ""),
        ("contact-", "-short"),
        ("contact-", "-accusative"),
        ("provider-", ""),
        ("way-by-", ""),
        ("label-", "-first"),
        ("label-", "-sign-in"),
        ("label-", "-link"),
        ("page-settings-way-", "-connected"),
        ("page-settings-way-", "-not-connected"),
        ("consent-", "-data"),
        ("consent-", "-why"),
        ("consent-", "-kept"),
        ("slip-", ""),
    ];
    let program = program();
    let named: BTreeSet<&str> = program
        .iter()
        .flat_map(|(_, text)| literals(text))
        .collect();
    let of_refusal = |key: &str| {
        RefusalCode::ALL.iter().any(|code| {
            key.strip_prefix(&format!("refusal-{}-", code.as_str()))
                .is_some_and(|part| named.contains(part))
        })
    };
    let built = |key: &str| {
        BUILT
            .iter()
            .any(|(start, end)| key.starts_with(start) && key.ends_with(end))
    };
    let all = sources(Language::Russian);
    let mut used: BTreeSet<&str> = all
        .keys()
        .map(String::as_str)
        .filter(|key| named.contains(key) || of_refusal(key) || built(key))
        .collect();
    loop {
        let more: BTreeSet<&str> = used
            .iter()
            .flat_map(|key| all[*key].body.split("{ ").skip(1))
            .map(word)
            .filter_map(|name| all.get_key_value(&name).map(|(key, _)| key.as_str()))
            .filter(|key| !used.contains(key))
            .collect();
        if more.is_empty() {
            break;
        }
        used.extend(more);
    }
    let idle: Vec<&String> = all
        .keys()
        .filter(|key| !used.contains(key.as_str()))
        .collect();
    assert!(idle.is_empty(), "nobody reads {idle:?}");
}
