//! What attackers and bad registers put into names (`threats.md` C10, C11, G9).

use proptest::prelude::*;

use super::*;

const BASE: [&str; 3] = ["Иванова", "Мария", "Петровна"];

/// The base name with one part in another text.
fn with(part: NamePart, text: &str) -> RegisteredName {
    let at = |own: NamePart, base| if own == part { text } else { base };
    let [surname, given, patronymic] = BASE;
    record(
        at(NamePart::Surname, surname),
        at(NamePart::GivenName, given),
        at(NamePart::Patronymic, patronymic),
    )
}

/// The text with a character put in at each place, the ends included.
fn inserted(text: &str, c: char) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    (0..=letters.len())
        .map(|at| {
            let (head, tail) = letters.split_at(at);
            head.iter()
                .copied()
                .chain([c])
                .chain(tail.iter().copied())
                .collect()
        })
        .collect()
}

#[test]
fn c10_an_invisible_character_anywhere_is_refused_and_agrees_with_nothing() {
    let own = record(BASE[0], BASE[1], BASE[2]);
    let characters = ('\u{200b}'..='\u{200f}')
        .chain('\u{202a}'..='\u{202e}')
        .chain('\u{2060}'..='\u{2069}')
        .chain('\u{206a}'..='\u{206f}')
        .chain('\u{fe00}'..='\u{fe0f}')
        .chain('\u{e0020}'..='\u{e007f}')
        .chain([
            '\u{ad}', '\u{feff}', '\u{34f}', '\u{61c}', '\u{180e}', '\u{3164}', '\u{115f}',
        ])
        .chain([
            '\u{ffa0}',
            '\u{2800}',
            '\u{e0001}',
            '\u{e01ef}',
            '\u{fff9}',
            '\u{1d173}',
        ]);
    for c in characters {
        for (part, base) in NamePart::ALL.into_iter().zip(BASE) {
            let texts = inserted(base, c);
            for text in &texts {
                let read = part::read(part, text, Ends::Entry).err();
                assert_eq!(read, Some(NameFault::Invisible), "U+{c:04X?} in {part}");
            }
            let found = with(part, &texts[2]);
            for other in [&own, &found] {
                assert_eq!(
                    strictly(&found, other).differing().collect::<Vec<_>>(),
                    [(part, NameMismatch::InvisibleCharacters)],
                    "U+{c:04X?}"
                );
            }
        }
    }
}

#[test]
fn c10_no_look_alike_of_a_cyrillic_letter_passes_for_it() {
    let table = include_str!("../../testdata/look_alikes.tsv");
    let code = |text: &str| char::from_u32(u32::from_str_radix(text, 16).unwrap()).unwrap();
    let mut pairs = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (letter, others) = line.split_once('\t').unwrap();
        let letter = code(letter);
        let own = record(&format!("А{letter}б"), "Анна", "");
        assert!(own.sound().is_some(), "{letter}");
        for other in others.split(' ').map(code) {
            // Two cases of one letter.
            if letter.to_lowercase().eq(other.to_lowercase()) {
                continue;
            }
            pairs += 1;
            let text = format!("А{other}б");
            let found = record(&text, "Анна", "");
            assert_eq!(
                strictly(&own, &found).agreement(),
                Agreement::Differs,
                "{letter} {other}"
            );
            if !('\u{400}'..='\u{52f}').contains(&other) {
                assert!(
                    fault(&text).is_some(),
                    "U+{other:04X?} is taken for {letter}"
                );
            }
        }
    }
    assert!(pairs > 1900, "{pairs}");
}

#[test]
fn c10_latin_look_alikes_are_named_as_such_at_every_place() {
    let twins = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('х', 'x'),
        ('у', 'y'),
    ];
    let text = "Хоросауе";
    let own = record(text, "Анна", "");
    for (at, letter) in text.to_lowercase().chars().enumerate() {
        let Some((_, twin)) = twins.iter().find(|(cyrillic, _)| *cyrillic == letter) else {
            continue;
        };
        let spoofed: String = text
            .chars()
            .enumerate()
            .map(|(i, c)| if i == at { *twin } else { c })
            .collect();
        assert_eq!(
            fault(&spoofed),
            Some(NameFault::LatinLookAlike),
            "{spoofed}"
        );
        assert_eq!(
            strictly(&own, &record(&spoofed, "Анна", ""))
                .differing()
                .collect::<Vec<_>>(),
            [(NamePart::Surname, NameMismatch::LatinLetters)],
        );
    }
    // All letters Latin: a sound name of another alphabet.
    let latin = record("Xopocaye", "Анна", "");
    assert!(latin.sound().is_some());
    assert_eq!(
        strictly(&own, &latin).differing().collect::<Vec<_>>(),
        [(NamePart::Surname, NameMismatch::LatinLetters)],
    );
}

#[test]
fn g9_ticks_emoji_and_other_signs_are_refused_in_every_part() {
    let signs: Vec<char> = ('\u{2600}'..='\u{27bf}')
        .chain('\u{1f300}'..='\u{1f9ff}')
        .chain(('\u{2190}'..='\u{23ff}').filter(|c| *c != '\u{2212}'))
        .chain("√∨⩗☑✅✓✔🗸🗹⍻ⱱ◦●★®©™℠†‡•…§¶°!?@#$%^&*()[]{}<>/\\|~+=:;,_\"".chars())
        .collect();
    assert!(signs.len() > 300);
    for sign in signs {
        for (part, base) in NamePart::ALL.into_iter().zip(BASE) {
            for text in [
                format!("{base} {sign}"),
                format!("{sign}{base}"),
                sign.to_string(),
            ] {
                let read = part::read(part, &text, Ends::Entry);
                assert!(read.is_err(), "{part}: {text}");
            }
        }
    }
}

/// {value, other, empty, absent, placeholder}²: only the same value on both sides is equal.
#[test]
fn c11_only_the_same_known_name_is_equal() {
    let sides = [
        Some(record(BASE[0], BASE[1], BASE[2])),
        Some(record("Сидорова", "Анна", "Ильинична")),
        Some(record("", "", "")),
        None,
        Some(record("—", "—", "—")),
    ];
    let is_value = |i: usize| i < 2;
    for (i, a) in sides.iter().enumerate() {
        for (j, b) in sides.iter().enumerate() {
            let expected = match (a, b) {
                (None, _) | (_, None) => Agreement::Unknown,
                _ if i == j && is_value(i) => Agreement::Equal,
                _ => Agreement::Differs,
            };
            for rule in [
                PatronymicRule::MustAgree,
                PatronymicRule::MayBeMissingOnOneSide,
            ] {
                assert_eq!(
                    name_agreement(a.as_ref(), b.as_ref(), rule),
                    expected,
                    "{i} {j}"
                );
            }
        }
    }
}

/// The same for each part by itself; only "no patronymic" is a value that equals itself.
#[test]
fn c11_missing_parts_are_never_equal_but_no_patronymic_is_a_value() {
    let texts = ["Значение", "Другое", "", "-", "нет"];
    for part in NamePart::ALL {
        for (i, a) in texts.into_iter().enumerate() {
            for (j, b) in texts.into_iter().enumerate() {
                let equal = strictly(&with(part, a), &with(part, b))
                    .agreement()
                    .agrees();
                let expected = match part {
                    // «Нет» is a word like any other there.
                    NamePart::Surname | NamePart::GivenName => i == j && !matches!(a, "" | "-"),
                    NamePart::Patronymic => i == j || (i >= 2 && j >= 2),
                };
                assert_eq!(equal, expected, "{part}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn c11_nothing_but_a_surname_never_agrees() {
    let only = record("Иванова", "", "");
    assert_eq!(strictly(&only, &only).agreement(), Agreement::Differs);
    assert!(!strictly(&only, &only).given_name.agrees());
    let nothing = record("", "", "");
    assert!(!strictly(&nothing, &nothing).surname.agrees());
}

#[test]
fn c10_a_bad_name_is_kept_for_the_report_and_stays_bad() {
    let bad = record("Ивa\u{200b}нова", "Мария", "");
    let RegisteredName::Unsound(unsound) = &bad else {
        panic!("it is sound")
    };
    assert_eq!(unsound.expose_raw(), ["Ивa\u{200b}нова", "Мария", ""]);
    assert!(
        unsound
            .fault()
            .to_string()
            .contains("surname holds an invisible character")
    );
    let stored: RegisteredName =
        serde_json::from_str(&serde_json::to_string(&bad).unwrap()).unwrap();
    assert_eq!(stored, bad);
    assert_eq!(strictly(&bad, &stored).agreement(), Agreement::Differs);
}

#[test]
fn c10_what_is_cut_for_its_size_stays_too_long() {
    for text in [
        format!("Иванова{}", " ".repeat(70_000)),
        "я".repeat(70_000),
        "\u{1f600}".repeat(999),
    ] {
        let found = record(&text, "Мария", "");
        let RegisteredName::Unsound(unsound) = &found else {
            panic!("it is sound")
        };
        assert_eq!(unsound.fault().fault, NameFault::TooLong);
        assert!(unsound.expose_raw()[0].len() <= 1028);
        let json = serde_json::to_string(&found).unwrap();
        let stored: RegisteredName = serde_json::from_str(&json).unwrap();
        assert_eq!(stored, found);
    }
}

proptest! {
    /// No panic on any text; beyond 1 kB nothing but its length is looked at.
    #[test]
    fn c10_any_text_is_taken_or_refused_without_a_panic(
        texts in prop::array::uniform3(".{0,60}|[а-я\u{300}-\u{36f} '.–-]{0,60}|\\PC{0,400}"),
        times in prop::sample::select(vec![1_usize, 3, 40, 200]),
    ) {
        let long = texts.each_ref().map(|text| text.repeat(times));
        let found = record(&long[0], &long[1], &long[2]);
        if long.iter().any(|text| text.len() > 1024) {
            prop_assert!(found.sound().is_none());
        }
        let agreement = strictly(&found, &found).agreement();
        prop_assert_eq!(agreement.agrees(), found.sound().is_some());
        let _ = (found.masked(), PersonName::parse_one_name(&long[0], "", ""));
        if let Some(sound) = found.sound() {
            for part in [sound.surname(), Some(sound.given_name()), sound.patronymic()] {
                prop_assert!(part.is_none_or(|text| !text.is_empty() && text.len() <= 2048));
            }
            let _ = (sound.initials(), sound.full());
        }
    }
}
