//! `mobile-id.md` section 9, `esia.md` 6.3.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn the_usual_russian_writings_are_one_number() {
    for text in [
        "+7(910)1234567",
        "+79101234567",
        "79101234567",
        "89101234567",
        "9101234567",
        "0079101234567",
        "8 (910) 123-45-67",
        "+7 910 123 45 67",
        "+7 (910) 123\u{2013}45\u{2011}67",
        "8-910-123-45-67",
        "7\u{a0}910\u{202f}1234567",
        "(910) 123-45-67",
        "  +7 910 123-45-67 ",
    ] {
        assert_eq!(number(text).e164(), "+79101234567", "{text}");
    }
    assert_eq!(number("+7(495)1234567").e164(), "+74951234567");
    assert_eq!(number("8 800 555-35-35").e164(), "+78005553535");
}

#[test]
fn numbers_of_other_countries_need_the_plus() {
    for (text, e164) in [
        ("+375 29 123-45-67", "+375291234567"),
        ("00375 (29) 1234567", "+375291234567"),
        ("+1 202 555 0123", "+12025550123"),
        ("+81 3 1234 5678", "+81312345678"),
        ("+84 24 1234 5678", "+842412345678"),
        ("+290 12345", "+29012345"),
    ] {
        assert_eq!(number(text).e164(), e164, "{text}");
    }
    for text in ["375291234567", "2025550123", "4951234567", "1234567"] {
        assert_eq!(PhoneNumber::parse(text), Err(PhoneError::Digits), "{text}");
    }
}

#[test]
fn a_wrong_count_of_digits_is_refused() {
    for text in [
        "+7910123456",
        "+791012345678",
        "8910123456",
        "891012345678",
        "910123456",
        "99101234567",
        "+1234567",
        "+1234567890123456",
        "+0791012345",
        "+8 910 123-45-67",
        "000079101234567",
        "0",
        "00",
    ] {
        assert_eq!(PhoneNumber::parse(text), Err(PhoneError::Digits), "{text}");
    }
}

#[test]
fn letters_look_alike_digits_and_odd_signs_are_refused() {
    for text in [
        "+7 910 123-45-б7",
        "+7 91O 123-45-67",
        "+７9101234567",
        "٧٩١٠١٢٣٤٥٦٧",
        "+7 910 123.45.67",
        "+7 910 123/45/67",
        "++79101234567",
        "7+9101234567",
        "+7 (910 1234567",
        "+7 910) 1234567",
        "+7 ()9101234567",
        "+7 (910)(123)4567",
        "+7 ((910)) 1234567",
        "-79101234567",
        "79101234567-",
        "+79101234567)",
        "+7910123\n4567",
        "+79101234567\t",
        "+7\u{200b}9101234567",
        "tel:+79101234567",
        "+",
        "()",
        "-",
        "нет",
    ] {
        assert_eq!(PhoneNumber::parse(text), Err(PhoneError::Form), "{text:?}");
    }
    assert_eq!(PhoneNumber::parse(" "), Err(PhoneError::Empty));
    assert_eq!(PhoneNumber::parse(&"1".repeat(129)), Err(PhoneError::Form));
}

#[test]
fn an_extension_is_refused_as_such() {
    for text in [
        "+7(495)1234567 доб. 12",
        "+7(495)1234567доб12",
        "+7 495 123-45-67 вн. 12",
        "+7(495)1234567 ext 12",
        "+7(495)1234567x12",
        "+7(495)1234567#12",
        "+7(495)1234567,12",
        "+7 495 1234567 (доб. 12)",
        "+7(495)1234567*12",
    ] {
        assert_eq!(
            PhoneNumber::parse(text),
            Err(PhoneError::Extension),
            "{text}"
        );
    }
}

#[test]
fn kazakhstan_is_no_russian_mobile_network() {
    assert!(number("+79101234567").is_russian_mobile());
    for text in [
        "+77011234567",
        "+76001234567",
        "+74951234567",
        "+375291234567",
        "+9991234567",
    ] {
        assert!(!number(text).is_russian_mobile(), "{text}");
    }
}

#[test]
fn h1_a_number_prints_masked() {
    let mobile = number("+79101234567");
    assert_eq!(mobile.masked(), "+7 9•• •••-••-67");
    assert_eq!(format!("{mobile:?}"), "PhoneNumber(+7 9•• •••-••-67)");
    assert_eq!(number("+375291234567").masked(), "+••••••••••67");
    assert_eq!(number("+7(495)1234567").masked(), "+7 4•• •••-••-67");
    let error = serde_json::from_str::<PhoneNumber>(r#""+7910123456""#).unwrap_err();
    assert!(!error.to_string().contains("910123456"), "{error}");
}

#[test]
fn it_is_stored_in_e164() {
    let json = serde_json::to_string(&number("8 910 123-45-67")).unwrap();
    assert_eq!(json, r#""+79101234567""#);
    assert_eq!(
        serde_json::from_str::<PhoneNumber>(&json).unwrap(),
        number("9101234567")
    );
}

proptest! {
    #[test]
    fn what_is_read_is_e164_and_is_read_again_as_the_same(
        text in ".{0,40}|\\+?[0-9() \u{2013}-]{5,24}|\\+[1-9][0-9]{7,14}|8 ?\\(?9[0-9]{9}",
        times in prop::sample::select(vec![1_usize, 1, 1, 2000]),
    ) {
        if let Ok(number) = PhoneNumber::parse(&text.repeat(times)) {
            let digits = number.e164().strip_prefix('+').unwrap();
            prop_assert!((8..=15).contains(&digits.len()) && !digits.starts_with('0'));
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(PhoneNumber::parse(number.e164()), Ok(number.clone()));
            prop_assert!(!number.masked().contains(digits.get(2..).unwrap()));
        }
    }
}
