//! What the parser takes and what it refuses, row by row of `identity-data.md` "Names".

use super::*;

/// The surname as it is kept.
fn kept(surname: &str) -> String {
    name(surname, "Анна", "").surname().unwrap().to_owned()
}

#[test]
fn size_is_checked_before_anything_is_looked_at() {
    let blanks = format!("Иванов{}", " ".repeat(1024));
    assert_eq!(fault(&blanks), Some(NameFault::TooLong));
    assert_eq!(fault(&"\u{200b}".repeat(400)), Some(NameFault::TooLong));
    let exactly = format!("Иванов{}", " ".repeat(1024 - 12));
    assert_eq!(kept(&exactly), "Иванов");
    assert_eq!(fault(&format!("{exactly} ")), Some(NameFault::TooLong));
}

#[test]
fn a_hundred_letters_are_taken_after_normalisation() {
    assert_eq!(fault(&"я".repeat(100)), None);
    assert_eq!(fault(&"я".repeat(101)), Some(NameFault::TooLong));
    // ё in two characters is one letter.
    assert_eq!(fault(&"е\u{308}".repeat(100)), None);
    assert_eq!(fault(&"е\u{308}".repeat(101)), Some(NameFault::TooLong));
    // Neither hyphen nor blank nor macron is a letter.
    assert_eq!(fault(&["а\u{304}"; 100].join("-")), None);
}

#[test]
fn blanks_are_trimmed_and_line_ends_by_an_import_alone() {
    assert_eq!(kept("\u{a0} Иванов\u{3000}"), "Иванов");
    for end in ["\t", "\r", "\n", "\r\n", " \t\r\n "] {
        for raw in [format!("Иванов{end}"), format!("{end}Иванов")] {
            assert_eq!(fault(&raw), Some(NameFault::Control), "{raw:?}");
            let imported = PersonName::from_import(NameForm::Full, &raw, "Анна\t", "\r\n");
            assert_eq!(
                imported.as_ref(),
                Ok(&name("Иванов", "Анна", "")),
                "{raw:?}"
            );
        }
        let inside = format!("Ива{end}нов");
        let imported = PersonName::from_import(NameForm::Full, &inside, "Анна", "");
        let error = NameError {
            part: NamePart::Surname,
            fault: NameFault::Control,
        };
        assert_eq!(imported, Err(error), "{inside:?}");
    }
}

#[test]
fn g3_controls_and_line_separators_are_refused_at_each_place() {
    let controls = ('\0'..='\u{1f}')
        .chain('\u{7f}'..='\u{9f}')
        .chain(['\u{2028}', '\u{2029}']);
    for c in controls {
        for raw in [
            format!("{c}Иванов"),
            format!("Ива{c}нов"),
            format!("Иванов{c}"),
        ] {
            assert_eq!(fault(&raw), Some(NameFault::Control), "{raw:?}");
        }
    }
    assert_eq!(fault("Иванов\u{1b}[31m"), Some(NameFault::Control));
    assert_eq!(fault("=HYPERLINK(A)"), Some(NameFault::Symbol));
}

#[test]
fn the_letters_of_the_peoples_of_russia_are_taken() {
    for surname in [
        "Абвгдеёжзийклмнопрстуфхцчшщъыьэюя", // Russian
        "Әҗңөүһ",                            // Tatar
        "Ғҙҡңөҫүһә",                         // Bashkir
        "Ҕҥөһү",                             // Sakha
        "Ӑӗҫӳ",                              // Chuvash
        "Ӓҥӧӱӹ",                             // Mari
        "Ӝӟӥӧӵ",                             // Udmurt
        "Іӧ",                                // Komi
        "Ӕфсати",                            // Ossetian
        "Ҳамзат Ӏумар",                      // Chechen, Avar
        "Ғіңӧӱҷ",                            // Khakas
        "Ӄӈӿӽ",                              // Nivkh, Chukchi
        "Ԓӆӈ",                               // Khanty
        "Ԋԓ",
        "Үө",                                                        // Buryat, Kalmyk, Tuvan
        "Ґєії",                                                      // Ukrainian
        "Ўі",                                                        // Belarusian
        "Љњћђџјѕ",                                                   // Serbian, Macedonian
        "Ғқңұі",                                                     // Kazakh
        "Ҷҳқғӣӯ",                                                    // Tajik
        "Са\u{304}э\u{304}ю\u{304}я\u{304}ы\u{304}о\u{304}ё\u{304}", // Mansi
    ] {
        assert_eq!(fault(surname), None, "{surname}");
        assert_eq!(fault(&surname.to_uppercase()), None, "{surname}");
        assert_eq!(fault(&surname.to_lowercase()), None, "{surname}");
    }
    for surname in [
        "Müller", "Łukasz", "Şahin", "Əliyev", "Nguyễn", "Þór", "Ðorđe", "Strauß",
    ] {
        assert_eq!(fault(surname), None, "{surname}");
    }
}

#[test]
fn digits_and_numerals_are_refused() {
    for c in [
        '0', '9', '٣', '۵', '२', '½', '²', 'Ⅳ', 'ⅷ', 'ↀ', '①', '㊀', '𝟘', '〇',
    ] {
        assert_eq!(fault(&format!("Иванов{c}")), Some(NameFault::Digit), "{c}");
    }
}

#[test]
fn c10_letters_that_compatibility_changes_are_refused() {
    for c in [
        'ﬁ', 'Ａ', 'ａ', 'ª', 'º', 'ſ', 'ŉ', 'ĳ', 'ǆ', 'ʰ', 'ᵃ', '𝐀', '𝓪', 'ᴬ', 'ﷺ',
    ] {
        assert_eq!(
            fault(&format!("Xb{c}xz")),
            Some(NameFault::VariantLetter),
            "{c}"
        );
    }
    // The kelvin and ångström signs have canonical forms, and are refused as well.
    for c in [
        '\u{212a}',
        '\u{212b}',
        '\u{340}',
        '\u{343}',
        '\u{1e030}',
        '\u{a69c}',
    ] {
        assert_eq!(
            fault(&format!("Xb{c}xz")),
            Some(NameFault::VariantLetter),
            "U+{c:04X?}"
        );
    }
}

#[test]
fn c10_manuscript_and_phonetic_letters_are_refused() {
    for c in '\u{1c80}'..='\u{1c88}' {
        assert_eq!(
            fault(&format!("Аб{c}вг")),
            Some(NameFault::ForeignLetter),
            "U+{c:04X?}"
        );
    }
    for c in ['ꙮ', 'ꙋ', 'Ꙗ', 'ᴫ'] {
        assert_eq!(
            fault(&format!("Аб{c}вг")),
            Some(NameFault::ForeignLetter),
            "{c}"
        );
    }
    for c in [
        'ǀ', 'ǃ', 'ʔ', 'ᴀ', 'ꞌ', 'ꞎ', 'ɑ', 'ⱥ', 'Ↄ', 'α', 'א', 'あ', '中', 'Ա', 'Ꭺ',
    ] {
        assert_eq!(
            fault(&format!("Xb{c}xz")),
            Some(NameFault::ForeignLetter),
            "{c}"
        );
    }
}

#[test]
fn accents_without_a_composed_form_are_refused_but_the_macron_on_a_cyrillic_vowel() {
    for raw in [
        "Ива\u{301}нов",
        "Ивано\u{308}\u{308}в",
        "Б\u{304}аев",
        "Баев\u{304}",
        "Ба\u{304}\u{304}ев",
        "Ку\u{304}\u{304}ев",
        "\u{304}Баев",
        "Б\u{304}",
        "Ба \u{304}ев",
        "Ба-\u{304}ев",
        "Ба'\u{304}ев",
        "Ба\u{305}ев",
        "Ба\u{483}ев",
        "Ба\u{488}ев",
        "Ба\u{20dd}ев",
        "Xq\u{304}z",
        "Xe\u{306}\u{304}z",
    ] {
        assert_eq!(fault(raw), Some(NameFault::StrayAccent), "{raw:?}");
    }
    assert_eq!(kept("Ба\u{304}ев"), "Ба\u{304}ев");
    assert_eq!(kept("Бё\u{304}в"), "Бё\u{304}в");
    assert_eq!(kept("Бе\u{308}\u{304}в"), "Бё\u{304}в");
    assert_eq!(kept("Ба\u{306}ев"), "Бӑев");
    assert_eq!(kept("Бу\u{304}ев"), "Бӯев");
    assert_eq!(kept("Xe\u{304}z"), "Xēz");
}

#[test]
fn one_script_a_field_but_fields_may_differ() {
    for raw in [
        "Ивaнов",
        "Iванов",
        "Петрова-Smith",
        "Smith Петров",
        "Xбz",
        "ҚaҚ",
        "МагомедIа",
    ] {
        assert_eq!(fault(raw), Some(NameFault::LatinLookAlike), "{raw}");
    }
    assert!(PersonName::parse("Smith", "Иван", "Petrovich").is_ok());
}

#[test]
fn dashes_are_one_hyphen_and_none_stands_at_an_edge() {
    for dash in [
        "-",
        "\u{2010}",
        "\u{2015}",
        "\u{2212}",
        "--",
        " - ",
        "- \u{2014} -",
        "\u{a0}–",
    ] {
        assert_eq!(
            kept(&format!("Петрова{dash}Водкина")),
            "Петрова-Водкина",
            "{dash:?}"
        );
        for raw in [format!("{dash}Петрова"), format!("Петрова{dash}")] {
            assert_eq!(fault(&raw), Some(NameFault::EdgeHyphen), "{raw:?}");
        }
    }
    for dash in "⸺⸻﹘﹣－־᠆⁃˗➖⁻₋〜~_".chars() {
        let found = fault(&format!("Петрова{dash}Водкина"));
        assert!(
            matches!(found, Some(NameFault::Symbol | NameFault::VariantLetter)),
            "{dash}: {found:?}"
        );
    }
}

#[test]
fn apostrophes_are_one_and_others_are_refused() {
    for c in "'’ʼ‘‛`´′ʹʻʽ".chars() {
        assert_eq!(kept(&format!("Д{c}Арк")), "Д'Арк", "{c}");
    }
    for c in "\"«»“”„″ʺˈʾʿˊ΄՚׳ꞌ＇‚‹›῾᾿\u{374}\u{1fef}\u{1ffd}".chars()
    {
        assert!(fault(&format!("Д{c}Арк")).is_some(), "{c}");
    }
}

#[test]
fn a_dot_stands_at_the_end_alone() {
    assert_eq!(kept("Дюма мл."), "Дюма мл.");
    assert_eq!(kept("Дюма мл. "), "Дюма мл.");
    for raw in [
        "А.С.",
        ".Дюма",
        "Дюма .",
        "Дюма..",
        "Дю.ма",
        "Д. Дюма",
        ".",
        "Дюма-.",
    ] {
        assert_eq!(fault(raw), Some(NameFault::InnerDot), "{raw}");
    }
}

#[test]
fn a_part_without_a_letter_is_empty() {
    for raw in ["", " ", "\u{a0}", "-", "— —", "'", "' '"] {
        assert_eq!(fault(raw), Some(NameFault::Empty), "{raw:?}");
    }
}

#[test]
fn no_patronymic_has_many_writings_and_is_stored_as_none() {
    for raw in [
        "",
        "  ",
        "-",
        "— -",
        ".",
        " . ",
        "нет",
        "НЕТ",
        "Отсутствует",
        "не  указано",
        "Не указано",
    ] {
        assert_eq!(name("Иванова", "Мария", raw).patronymic(), None, "{raw:?}");
    }
    for raw in ["Нетович", "нет-нет", "не-указано", "HET"] {
        assert!(
            name("Иванова", "Мария", raw).patronymic().is_some(),
            "{raw:?}"
        );
    }
    for raw in ["_", "..", "0", "n/a", "'"] {
        assert!(
            PersonName::parse("Иванова", "Мария", raw).is_err(),
            "{raw:?}"
        );
    }
    // Only a patronymic can be "none" in words: Нет is a surname elsewhere.
    assert_eq!(kept("Нет"), "Нет");
}

#[test]
fn the_error_names_the_first_part_at_fault() {
    let error = |surname, given, patronymic| PersonName::parse(surname, given, patronymic).err();
    let at = |part, fault| Some(NameError { part, fault });
    assert_eq!(
        error("", "", "1"),
        at(NamePart::Patronymic, NameFault::Digit)
    );
    assert_eq!(
        error("Иванова", "", ""),
        at(NamePart::GivenName, NameFault::Empty)
    );
    assert_eq!(
        error("", "Мария", ""),
        at(NamePart::Surname, NameFault::Empty)
    );
    assert_eq!(
        error("Иванова", "М1", "\u{200b}"),
        at(NamePart::GivenName, NameFault::Digit)
    );
    let text = error("Иванова", "Мария", "Иванoвна").unwrap().to_string();
    assert_eq!(
        text,
        "the patronymic mixes Latin and Cyrillic letters; type it anew in one alphabet"
    );
}

#[test]
fn one_name_alone_needs_the_mark_of_the_desk() {
    let marked = PersonName::parse_one_name("", "Сита", "—").unwrap();
    assert_eq!(marked.form(), NameForm::OneName);
    assert_eq!(
        (marked.surname(), marked.given_name(), marked.patronymic()),
        (None, "Сита", None)
    );
    assert_eq!(
        PersonName::parse_one_name("Сита", " ", ""),
        Ok(marked.clone())
    );
    assert_eq!(
        PersonName::from_import(NameForm::OneName, "Сита\t", "", "\n"),
        Ok(marked.clone())
    );
    let error = |surname, given, patronymic| {
        PersonName::parse_one_name(surname, given, patronymic).map_err(|e| (e.part, e.fault))
    };
    assert_eq!(
        error("", "-", ""),
        Err((NamePart::GivenName, NameFault::Empty))
    );
    assert_eq!(
        error("Рам", "Сита", ""),
        Err((NamePart::Surname, NameFault::NotOneName))
    );
    assert_eq!(
        error("", "Сита", "Рамовна"),
        Err((NamePart::Patronymic, NameFault::NotOneName))
    );
    assert_eq!(
        error("", "Ситa", ""),
        Err((NamePart::GivenName, NameFault::LatinLookAlike))
    );
}
