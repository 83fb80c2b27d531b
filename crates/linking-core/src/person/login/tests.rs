//! Logins.

use proptest::prelude::*;

use super::*;

fn login(text: &str) -> Login {
    Login::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn logins_are_kept_as_written_and_found_in_any_case() {
    for (one, other) in [
        ("Dmitrieva30", "dmitrieva30"),
        (" dmitrieva30\u{a0}", "DMITRIEVA30"),
        ("ДмитриеваЙ", "дмитриеваи\u{306}"),
        ("a.b_c-d@e+f", "A.B_C-D@E+F"),
        ("Strauß", "STRAUSS"),
    ] {
        assert_eq!(login(one), login(other), "{one} {other}");
        assert_eq!(login(one).key(), login(other).key());
        assert_eq!(login(one).key().as_str(), login(other).key().as_str());
    }
    assert_eq!(login(" Dmitrieva30 ").as_str(), "Dmitrieva30");
    assert_eq!(login("Dmitrieva30").key().as_str(), "dmitrieva30");
    // Nothing but case is folded: no ё, no look-alikes.
    for (one, other) in [("елка", "ёлка"), ("ivanov", "іvanov"), ("a-b", "a_b")] {
        assert_ne!(login(one), login(other), "{one} {other}");
    }
}

#[test]
fn length_is_two_to_sixty_four_characters() {
    assert_eq!(Login::parse(""), Err(LoginError::TooShort));
    assert_eq!(Login::parse(" a "), Err(LoginError::TooShort));
    login("ab");
    login(&"я".repeat(64));
    assert_eq!(Login::parse(&"я".repeat(65)), Err(LoginError::TooLong));
    assert_eq!(Login::parse(&"a".repeat(70_000)), Err(LoginError::TooLong));
    assert_eq!(
        Login::parse(&format!("ab{}", " ".repeat(2000))),
        Err(LoginError::TooLong)
    );
}

#[test]
fn blanks_controls_invisible_and_odd_signs_are_refused() {
    for (text, error) in [
        ("a b", LoginError::Blank),
        ("a\u{a0}b", LoginError::Blank),
        ("ab\n", LoginError::Invisible),
        ("a\tb", LoginError::Invisible),
        ("a\0b", LoginError::Invisible),
        ("a\u{2028}b", LoginError::Invisible),
        ("a\u{200b}b", LoginError::Invisible),
        ("a\u{ad}b", LoginError::Invisible),
        ("a\u{202e}b", LoginError::Invisible),
        ("a\u{3164}b", LoginError::Invisible),
        ("ａb", LoginError::Symbol),
        ("a😀", LoginError::Symbol),
        ("ab✓", LoginError::Symbol),
        ("aь\u{301}", LoginError::Symbol),
        ("a١", LoginError::Symbol),
        ("a—b", LoginError::Symbol),
    ] {
        assert_eq!(Login::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn h1_a_login_prints_masked() {
    for (text, masked) in [
        ("dmitrieva30", "dm•••30"),
        ("Дмитриева", "Дм•••ва"),
        ("ivanov52", "iv•••52"),
        ("ivanov5", "i•••"),
        ("ab", "a•••"),
    ] {
        assert_eq!(login(text).masked(), masked);
        assert_eq!(format!("{:?}", login(text)), format!("Login({masked})"));
    }
    assert_eq!(format!("{:?}", login("dmitrieva30").key()), "LoginKey(•••)");
    let error = serde_json::from_str::<Login>(r#""dmitrieva 30""#).unwrap_err();
    assert!(!error.to_string().contains("dmitr"), "{error}");
}

#[test]
fn it_is_stored_as_written() {
    let json = serde_json::to_string(&login("Dmitrieva30")).unwrap();
    assert_eq!(json, r#""Dmitrieva30""#);
    assert_eq!(
        serde_json::from_str::<Login>(&json).unwrap().as_str(),
        "Dmitrieva30"
    );
}

proptest! {
    #[test]
    fn what_is_taken_is_taken_again_as_the_same(
        text in ".{0,70}|[a-zА-яЁёÀ-ʯ0-9._-]{1,66}",
        times in prop::sample::select(vec![1_usize, 1, 1, 2000]),
    ) {
        if let Ok(login) = Login::parse(&text.repeat(times)) {
            let again = Login::parse(login.as_str()).unwrap();
            prop_assert_eq!(&login, &again);
            prop_assert_eq!(login.as_str(), again.as_str());
            prop_assert_eq!(folded(login.key().as_str()), login.key().as_str());
            let _ = login.masked();
        }
    }
}
