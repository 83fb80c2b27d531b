//! `identity-data.md` "Birth date and age", `threats.md` C11.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn born(text: &str) -> BirthDate {
    BirthDate::parse(text, day("2026-03-01")).unwrap()
}

#[test]
fn both_forms_are_read_and_nothing_else() {
    let wanted = born("05.09.2010");
    assert_eq!(wanted.date(), day("2010-09-05"));
    for text in ["2010-09-05", " 05.09.2010\u{a0}", "\u{2003}2010-09-05 "] {
        assert_eq!(born(text), wanted, "{text}");
    }
    for text in [
        "5.9.2010",
        "05.09.10",
        "5.09.2010",
        "05/09/2010",
        "05-09-2010",
        "2010.09.05",
        "20100905",
        "05.09.2010 г.",
        "05.09.2010.",
        "05.09",
        "05.09.2010\n",
        "+5.09.2010",
        "05.09.+010",
        "0５.09.2010",
        "٠٥.٠٩.٢٠١٠",
        "2010-09-05T00:00",
        "05\u{200b}.09.2010",
        "нет",
        "-",
        ".",
        "..",
        "0.05.09.2010",
        "00005.09.2010",
    ] {
        assert_eq!(
            BirthDate::parse(text, day("2026-03-01")),
            Err(BirthDateError::Form),
            "{text}"
        );
    }
    for text in ["", " ", "\u{a0}"] {
        assert_eq!(
            BirthDate::parse(text, day("2026-03-01")),
            Err(BirthDateError::Empty)
        );
    }
    for text in [
        "31.02.2010",
        "29.02.2011",
        "00.01.2010",
        "01.13.2010",
        "2010-04-31",
    ] {
        assert_eq!(
            BirthDate::parse(text, day("2026-03-01")),
            Err(BirthDateError::NoSuchDay),
            "{text}"
        );
    }
}

#[test]
fn a_day_before_1901_or_after_today_is_refused() {
    let today = day("2026-03-01");
    let parse = |text| BirthDate::parse(text, today);
    assert_eq!(parse("31.12.1900"), Err(BirthDateError::TooEarly));
    assert_eq!(parse("0001-01-01"), Err(BirthDateError::TooEarly));
    assert!(parse("01.01.1901").is_ok());
    assert!(parse("01.03.2026").is_ok());
    assert_eq!(parse("02.03.2026"), Err(BirthDateError::InFuture));
    assert_eq!(parse("9999-12-31"), Err(BirthDateError::InFuture));
    assert_eq!(
        BirthDate::from_date(day("2026-03-02"), today),
        Err(BirthDateError::InFuture)
    );
    assert_eq!(
        BirthDate::from_date(day("1900-12-31"), today),
        Err(BirthDateError::TooEarly)
    );
    assert_eq!(
        BirthDate::from_date(today, today).map(BirthDate::date),
        Ok(today)
    );
}

#[test]
fn a_year_is_full_on_the_birthday() {
    let birth = born("15.03.2010");
    for (on, age) in [
        ("2010-03-14", 0),
        ("2010-03-15", 0),
        ("2011-03-14", 0),
        ("2011-03-15", 1),
        ("2024-03-14", 13),
        ("2024-03-15", 14),
        ("2028-03-14", 17),
        ("2028-03-15", 18),
        ("2000-01-01", 0),
    ] {
        assert_eq!(birth.age_on(day(on)), age, "{on}");
    }
    assert!(!birth.is_at_least(14, day("2024-03-14")));
    assert!(birth.is_at_least(14, day("2024-03-15")));
}

#[test]
fn who_was_born_on_29_february_ages_on_1_march_in_common_years() {
    let birth = born("29.02.2008");
    assert!(!birth.is_at_least(14, day("2022-02-28")));
    assert!(birth.is_at_least(14, day("2022-03-01")));
    assert!(!birth.is_at_least(16, day("2024-02-28")));
    assert!(birth.is_at_least(16, day("2024-02-29")));
    // 1900 would have been, 2000 was a leap year.
    assert!(born("29.02.2000").is_at_least(18, day("2018-03-01")));
    assert!(!born("29.02.2000").is_at_least(18, day("2018-02-28")));
}

#[test]
fn each_predicate_knows_what_unknown_means() {
    use AgeAnswer::{No, Unknown, Yes};
    let on = day("2026-03-01");
    for (date, child, grown, from_14, adult_for_sure, minor_for_sure) in [
        (Some("01.03.2012"), No, No, true, false, true),
        (Some("02.03.2012"), Yes, No, false, false, true),
        (Some("01.03.2008"), No, Yes, true, true, false),
        (Some("02.03.2008"), No, No, true, false, true),
        (None, Unknown, Unknown, false, false, false),
    ] {
        let date = date.map(born);
        let date = date.as_ref();
        assert_eq!(under_14(date, on), child);
        assert_eq!(adult(date, on), grown);
        assert_eq!(known_at_least_14(date, on), from_14);
        assert_eq!(known_adult(date, on), adult_for_sure);
        assert_eq!(known_minor(date, on), minor_for_sure);
    }
}

/// {value, other, empty, absent, placeholder}²: only a value on both sides gives an answer.
#[test]
fn c11_only_two_known_dates_are_compared() {
    let field = |text| BirthDate::parse(text, day("2026-03-01")).ok();
    let sides = [
        field("01.03.2012"),
        field("02.03.2012"),
        field(""),
        None,
        field("01.01.1900"),
    ];
    for (i, a) in sides.iter().enumerate() {
        for (j, b) in sides.iter().enumerate() {
            let expected = match (i, j) {
                (0 | 1, 0 | 1) if i == j => Agreement::Equal,
                (0 | 1, 0 | 1) => Agreement::Differs,
                _ => Agreement::Unknown,
            };
            assert_eq!(
                compare_birth_dates(a.as_ref(), b.as_ref()),
                expected,
                "{i} {j}"
            );
        }
    }
}

#[test]
fn it_is_stored_as_iso_text_and_printed_by_an_explicit_call_alone() {
    let birth = born("05.09.2010");
    assert_eq!(birth.formatted(), "05.09.2010");
    assert_eq!(format!("{birth:?}"), "BirthDate(••.••.••••)");
    let json = serde_json::to_string(&birth).unwrap();
    assert_eq!(json, r#""2010-09-05""#);
    assert_eq!(serde_json::from_str::<BirthDate>(&json).unwrap(), birth);
    for json in [
        r#""1900-09-05""#,
        r#""2010-09-31""#,
        r#""""#,
        "null",
        "20100905",
    ] {
        let error = serde_json::from_str::<BirthDate>(json)
            .unwrap_err()
            .to_string();
        assert!(!error.contains("09-"), "{error}");
    }
}

proptest! {
    #[test]
    fn age_grows_by_one_a_year_and_never_falls(birth in 0_u64..45_000, later in 0_u64..45_000) {
        let first = day("1901-01-01");
        let birth = first + chrono::Days::new(birth);
        let on = birth + chrono::Days::new(later);
        let date = BirthDate::from_date(birth, on).unwrap();
        let age = date.age_on(on);
        let next = date.age_on(on + chrono::Days::new(1));
        prop_assert!(next == age || next == age + 1);
        // The day on which that many years were full, and the day before it.
        let full = birth
            .with_year(birth.year() + i32::from(age))
            .unwrap_or_else(|| day(&format!("{}-03-01", birth.year() + i32::from(age))));
        prop_assert!(full <= on);
        prop_assert_eq!(date.age_on(full), age);
        if age > 0 {
            prop_assert_eq!(date.age_on(full - chrono::Days::new(1)), age - 1);
        }
        prop_assert_eq!(BirthDate::parse(&date.formatted(), on), Ok(date));
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(
        text in ".{0,30}|[0-9.-]{8,12}", times in prop::sample::select(vec![1_usize, 2000]),
    ) {
        let _ = BirthDate::parse(&text.repeat(times), day("2026-03-01"));
    }
}
