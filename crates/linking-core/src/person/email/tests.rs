//! E-mail addresses.

use proptest::prelude::*;

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn addresses_are_taken_and_the_domain_is_kept_in_lower_case() {
    for (text, kept) in [
        ("svetlana@yandex.ru", "svetlana@yandex.ru"),
        (" Svetlana@Yandex.RU\u{a0}", "Svetlana@yandex.ru"),
        (
            "first.last+tag@mail.example.co.uk",
            "first.last+tag@mail.example.co.uk",
        ),
        ("o'brien_1@ex-ample.ru", "o'brien_1@ex-ample.ru"),
        ("почта@школа.рф", "почта@школа.рф"),
        ("a@xn--80aswg.xn--p1ai", "a@xn--80aswg.xn--p1ai"),
        ("и\u{306}@шКола.рф", "й@школа.рф"),
    ] {
        assert_eq!(address(text).as_str(), kept, "{text}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (text, error) in [
        ("", EmailError::Empty),
        (" ", EmailError::Empty),
        ("svetlana", EmailError::NotOneAt),
        ("a@b@c.ru", EmailError::NotOneAt),
        ("@yandex.ru", EmailError::NotOneAt),
        ("a@", EmailError::NotOneAt),
        ("a b@c.ru", EmailError::LocalPart),
        (".a@c.ru", EmailError::LocalPart),
        ("a.@c.ru", EmailError::LocalPart),
        ("a..b@c.ru", EmailError::LocalPart),
        ("\"a b\"@c.ru", EmailError::LocalPart),
        ("a,b@c.ru", EmailError::LocalPart),
        ("<a>b@c.ru", EmailError::LocalPart),
        ("ａ@c.ru", EmailError::LocalPart),
        ("a\u{200b}@c.ru", EmailError::LocalPart),
        ("a\u{115f}@c.ru", EmailError::LocalPart),
        ("a😀@c.ru", EmailError::LocalPart),
        ("a@localhost", EmailError::Domain),
        ("a@c..ru", EmailError::Domain),
        ("a@.ru", EmailError::Domain),
        ("a@c.ru.", EmailError::Domain),
        ("a@-c.ru", EmailError::Domain),
        ("a@c-.ru", EmailError::Domain),
        ("a@c_d.ru", EmailError::Domain),
        ("a@127.0.0.1", EmailError::Domain),
        ("a@[127.0.0.1]", EmailError::Domain),
        ("a@c.ru>", EmailError::Domain),
        ("a@c\u{ad}.ru", EmailError::Domain),
        ("a@ｃ.ru", EmailError::Domain),
    ] {
        assert_eq!(EmailAddress::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn g3_an_address_forges_no_header() {
    for text in [
        "a@c.ru\r\nBcc: b@c.ru",
        "a\r\n@c.ru",
        "a@c.ru\n",
        "a@c\u{2028}.ru",
        "a@c.ru\0",
        "a\u{1b}[31m@c.ru",
        "a@c.ru, b@c.ru",
        "a@c.ru;b@c.ru",
    ] {
        assert!(EmailAddress::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn lengths_are_bounded() {
    let local = "a".repeat(64);
    address(&format!("{local}@c.ru"));
    assert_eq!(
        EmailAddress::parse(&format!("{local}a@c.ru")),
        Err(EmailError::TooLong)
    );
    address(&format!("a@{}.ru", "c".repeat(63)));
    assert_eq!(
        EmailAddress::parse(&format!("a@{}.ru", "c".repeat(64))),
        Err(EmailError::Domain)
    );
    let domain = [&*"c".repeat(61); 3].join(".");
    let whole = format!("{local}@{domain}.ru");
    assert_eq!(whole.len(), 253);
    address(&whole);
    assert_eq!(
        EmailAddress::parse(&format!("{whole}ss")),
        Err(EmailError::TooLong)
    );
    assert_eq!(
        EmailAddress::parse(&"a".repeat(70_000)),
        Err(EmailError::TooLong)
    );
}

#[test]
fn h1_an_address_prints_masked() {
    for (text, masked) in [
        ("svetlana@yandex.ru", "s•••@y•••.ru"),
        ("s@mail.example.ru", "s•••@m•••.ru"),
        ("почта@школа.рф", "п•••@ш•••.рф"),
    ] {
        assert_eq!(address(text).masked(), masked);
        assert_eq!(
            format!("{:?}", address(text)),
            format!("EmailAddress({masked})")
        );
    }
    let error = serde_json::from_str::<EmailAddress>(r#""svetlana@yandex""#).unwrap_err();
    assert!(!error.to_string().contains("svetlana"), "{error}");
}

#[test]
fn it_is_stored_as_its_text() {
    let json = serde_json::to_string(&address("Svetlana@YANDEX.ru")).unwrap();
    assert_eq!(json, r#""Svetlana@yandex.ru""#);
    let stored: EmailAddress = serde_json::from_str(&json).unwrap();
    assert_eq!(stored, address("Svetlana@yandex.ru"));
}

proptest! {
    #[test]
    fn what_is_taken_is_taken_again_as_the_same(
        text in ".{0,40}|[a-zА-я.+\u{306}]{1,8}@[A-Za-zÀ-ʯ0-9.-]{1,20}\\.[a-zа-я]{2,4}|\\PC{1,5}@\\PC{1,9}",
        times in prop::sample::select(vec![1_usize, 1, 1, 2000]),
    ) {
        if let Ok(address) = EmailAddress::parse(&text.repeat(times)) {
            prop_assert!(address.as_str().len() <= 254);
            prop_assert!(!address.as_str().contains(char::is_whitespace));
            prop_assert!(!address.as_str().contains(char::is_control));
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            let _ = address.masked();
        }
    }
}
