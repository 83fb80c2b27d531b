//! What is shown of a name, and what is stored.

use super::*;

#[test]
fn a_mask_shows_the_given_name_and_two_initials() {
    for (parts, masked, initials) in [
        (
            ["Дмитриева", "Светлана", "Викторовна"],
            "Светлана В. Д.",
            "С. В. Д.",
        ),
        (["Дмитриева", "Светлана", "нет"], "Светлана Д.", "С. Д."),
        (
            ["дмитриева", "светлана", "викторовна"],
            "светлана В. Д.",
            "С. В. Д.",
        ),
        (
            ["Римский-Корсаков", "Анна Мария", "Мамед оглы"],
            "Анна Мария М. Р.",
            "А. М. Р.",
        ),
        (["'Абд", "О'Нил", ""], "О'Нил А.", "О. А."),
        (
            ["а\u{304}нов", "Ӏиса", ""],
            "Ӏиса А\u{304}.",
            "Ӏ. А\u{304}.",
        ),
        (["ßen", "Anna", ""], "Anna ß.", "A. ß."),
    ] {
        let [surname, given, patronymic] = parts;
        let shown = name(surname, given, patronymic);
        assert_eq!(shown.masked(), masked);
        assert_eq!(shown.initials(), initials);
        assert_eq!(RegisteredName::from(shown).masked(), masked);
    }
    assert_eq!(
        PersonName::parse_one_name("Сита", "", "").unwrap().masked(),
        "Сита"
    );
    assert_eq!(record("", "Сита", "").masked(), "Сита");
    assert_eq!(record("Ивaнова", "Мария", "").masked(), "•••");
}

#[test]
fn the_full_name_is_shown_by_an_explicit_call() {
    let shown = name(" ДМИТРИЕВА ", "Светлана", "—");
    assert_eq!(shown.full(), "ДМИТРИЕВА Светлана");
    assert_eq!(shown.given_and_surname(), "Светлана ДМИТРИЕВА");
    let shown = name("Дмитриева", "Светлана", "Викторовна");
    assert_eq!(shown.full(), "Дмитриева Светлана Викторовна");
    assert_eq!(
        PersonName::parse_one_name("Сита", "", "")
            .unwrap()
            .given_and_surname(),
        "Сита"
    );
}

#[test]
fn h1_debug_and_errors_hold_no_part_of_a_name() {
    let sound = name("Дмитриева", "Светлана", "Викторовна");
    let bad = record("Дмитриевa", "Светлана1", "Викторовна\u{200b}");
    let RegisteredName::Unsound(unsound) = &bad else {
        panic!("it is sound")
    };
    let error = PersonName::parse("Дмитриевa", "Светлана", "Викторовна").unwrap_err();
    let json = r#"{"surname":"Дмитриевa","given_name":"Светлана","patronymic":"Викторовна"}"#;
    let stored = serde_json::from_str::<PersonName>(json).unwrap_err();
    let printed = format!(
        "{sound:?} {:?} {:?} {bad:?} {unsound:?} {error} {error:?} {stored} {stored:?} {:?}",
        RegisteredName::from(sound.clone()),
        NameKey::of(&sound),
        strictly(&bad, &bad),
    );
    for part in ["митриев", "ветлан", "икторовн"] {
        assert!(!printed.to_lowercase().contains(part), "{printed}");
    }
}

#[test]
fn a_name_is_stored_in_full_and_read_back_by_the_parser() {
    for stored in [
        name("Дмитриева", "Светлана", "Викторовна"),
        name("Дмитриева", "Светлана", ""),
        PersonName::parse_one_name("Сита", "", "").unwrap(),
    ] {
        let json = serde_json::to_string(&stored).unwrap();
        assert_eq!(serde_json::from_str::<PersonName>(&json).unwrap(), stored);
        let registered: RegisteredName = serde_json::from_str(&json).unwrap();
        assert_eq!(registered, RegisteredName::Sound(stored));
    }
    assert_eq!(
        serde_json::to_string(&name("Дмитриева", "Светлана", "")).unwrap(),
        r#"{"surname":"Дмитриева","given_name":"Светлана"}"#
    );
    for json in [
        r#"{"surname":"Дмитриева"}"#,
        r#"{"given_name":"Светлана"}"#,
        r#"{"surname":"Дмитриевa","given_name":"Светлана"}"#,
        r#"{"surname":"Дмитриева","given_name":"Светлана","one_name":true}"#,
        r#"{"surname":"","given_name":""}"#,
        "{}",
    ] {
        assert!(serde_json::from_str::<PersonName>(json).is_err(), "{json}");
    }
}
