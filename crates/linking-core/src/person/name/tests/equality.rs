//! Which names are the same: tables and properties (`threats.md` C9, C10).

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

#[test]
fn c9_the_table_of_equal_names_holds() {
    let mut rows = 0;
    for pair in pairs(include_str!("../../testdata/equal.tsv")) {
        let (a, b) = pair.records();
        let (Some(first), Some(second)) = (a.sound(), b.sound()) else {
            panic!("refused: {} {a:?} {b:?}", pair.line)
        };
        assert_eq!(
            strictly(&a, &b).agreement(),
            Agreement::Equal,
            "{}",
            pair.line
        );
        assert_eq!(strictly(&a, &b).differing().count(), 0, "{}", pair.line);
        assert_eq!(NameKey::of(first), NameKey::of(second), "{}", pair.line);
        rows += 1;
    }
    assert!(rows >= 200, "{rows}");
}

#[test]
fn c10_the_table_of_different_names_holds() {
    let mut rows = 0;
    for pair in pairs(include_str!("../../testdata/different.tsv")) {
        let (a, b) = pair.records();
        let comparison = strictly(&a, &b);
        assert_eq!(comparison.agreement(), Agreement::Differs, "{}", pair.line);
        let found: Vec<String> = comparison
            .differing()
            .map(|(part, mismatch)| {
                let code = |value| serde_json::from_value::<String>(value).unwrap();
                let part = code(serde_json::to_value(part).unwrap());
                format!("{part}={}", code(serde_json::to_value(mismatch).unwrap()))
            })
            .collect();
        assert_eq!(found.join(","), pair.rest[0], "{}", pair.line);
        if let (Some(a), Some(b)) = (a.sound(), b.sound()) {
            assert_ne!(NameKey::of(a), NameKey::of(b), "{}", pair.line);
        }
        rows += 1;
    }
    assert!(rows >= 200, "{rows}");
}

#[test]
fn a_patronymic_on_one_side_is_allowed_by_policy_alone() {
    let (with, without) = (
        record("Иванова", "Мария", "Петровна"),
        record("Иванова", "Мария", ""),
    );
    let other = record("Иванова", "Мария", "Павловна");
    let bad = record("Иванова", "Мария", "Пeтровна");
    let lenient = |a, b| {
        let comparison = compare_names(a, b, PatronymicRule::MayBeMissingOnOneSide);
        assert_eq!(
            comparison,
            compare_names(b, a, PatronymicRule::MayBeMissingOnOneSide)
        );
        comparison.agreement()
    };
    assert_eq!(strictly(&with, &without).agreement(), Agreement::Differs);
    assert_eq!(
        strictly(&with, &without).differing().collect::<Vec<_>>(),
        [(NamePart::Patronymic, NameMismatch::Plain)]
    );
    assert_eq!(lenient(&with, &without), Agreement::Equal);
    assert_eq!(lenient(&without, &without), Agreement::Equal);
    assert_eq!(lenient(&with, &other), Agreement::Differs);
    assert_eq!(lenient(&without, &bad), Agreement::Differs);
    // A missing surname is never allowed.
    let nameless = record("", "Мария", "Петровна");
    assert_eq!(lenient(&with, &nameless), Agreement::Differs);
    assert_eq!(PatronymicRule::default(), PatronymicRule::MustAgree);
}

#[test]
fn a_marked_one_name_agrees_with_the_same_name_in_either_field() {
    let one =
        |surname, given| RegisteredName::from_record_as(NameForm::OneName, surname, given, "");
    let marked = one("", "Сита");
    assert_eq!(
        strictly(&marked, &one("СИТА", "")).agreement(),
        Agreement::Equal
    );
    // A provider knows no mark.
    assert_eq!(
        strictly(&marked, &record("Сита", "-", "нет")).agreement(),
        Agreement::Equal
    );
    assert_eq!(
        strictly(&marked, &record("", "сита", "")).agreement(),
        Agreement::Equal
    );
    assert_eq!(
        strictly(&marked, &record("", "Рита", "")).agreement(),
        Agreement::Differs
    );
    assert_eq!(
        strictly(&marked, &one("Рита", "")).agreement(),
        Agreement::Differs
    );
    // Where nobody set the mark, one name is no evidence.
    assert_eq!(
        strictly(&record("", "Сита", ""), &record("", "Сита", "")).agreement(),
        Agreement::Differs
    );
    // Sita is not Sita Sita, nor Sita with a patronymic.
    assert_eq!(
        strictly(&marked, &record("Сита", "Сита", "")).agreement(),
        Agreement::Differs
    );
    assert_eq!(
        strictly(&marked, &record("", "Сита", "Рамовна")).agreement(),
        Agreement::Differs
    );
    // A bad one is bad.
    let bad = one("", "Ситa");
    assert_eq!(strictly(&bad, &bad).agreement(), Agreement::Differs);
    assert_eq!(strictly(&bad, &marked).agreement(), Agreement::Differs);
}

#[test]
fn people_who_changed_their_surname_keep_the_rest() {
    let key = |surname, given, patronymic| NameKey::of(&name(surname, given, patronymic));
    let before = key("Иванова", "Алёна", "Петровна");
    assert!(before.agrees_but_for_surname(&key("Сидорова", "АЛЕНА", "Петровна")));
    assert!(!before.agrees_but_for_surname(&key("Иванова", "Алёна", "")));
    assert!(!before.agrees_but_for_surname(&key("Иванова", "Елена", "Петровна")));
}

/// Every letter that a name may hold keeps the name when its case or its composition changes,
/// wherever that change still is a name.
#[test]
fn c9_case_and_composition_of_every_letter_keep_the_name() {
    let mut letters = 0;
    for c in ('\0'..'\u{2000}').filter(|c| fault(&c.to_string()).is_none()) {
        letters += 1;
        let own = record(&c.to_string(), "Анна", "");
        for other in [
            c.to_lowercase().to_string(),
            c.to_uppercase().to_string(),
            c.to_string().nfd().to_string(),
            c.to_string().nfc().to_string(),
        ] {
            match fault(&other) {
                // Without a locale the capital of ı is not its own.
                None if c == 'ı' && other == "I" => {}
                None => assert_eq!(
                    strictly(&own, &record(&other, "Анна", "")).agreement(),
                    Agreement::Equal,
                    "{c} {other}"
                ),
                // İ, ǰ and the like: one of their cases has an accent without a composed form.
                Some(fault) => {
                    assert_eq!(fault, NameFault::StrayAccent, "{c} {other:?}");
                    assert!("İǰẖẗẘẙ".contains(c), "{c}");
                }
            }
        }
    }
    assert!(letters > 900, "{letters}");
}

/// A word of a name as people have them.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[А-ЯЁа-яё]{1,12}",
        1 => "[ӘәӨөҮүҢңҖҗҺһІіЇїӀӏҒғҚқӢӣӮӯӐӑӖӗҪҫӲӳ]{1,8}",
        1 => "([бвгдлмн][аоуэыяюеё]\u{304}){1,5}",
    ]
}

fn part() -> impl Strategy<Value = String> {
    let latin = "[A-Za-zÀ-ÖØ-öø-ÿĀ-ĎŠšŽž]{1,12}";
    let joined = |word: BoxedStrategy<String>| {
        (
            word.clone(),
            prop::collection::vec((prop::sample::select(vec![" ", "-", "'"]), word), 0..3),
        )
            .prop_map(|(first, more)| {
                more.into_iter()
                    .fold(first, |text, (sign, word)| text + sign + &word)
            })
    };
    prop_oneof![4 => joined(word().boxed()), 1 => joined(latin.boxed())]
}

fn patronymic() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["оглы", "кызы", "улы", "уулу", "угли"]);
    prop_oneof![
        3 => part(),
        1 => (word(), prop::sample::select(vec!["", " ", "-"]), end)
            .prop_map(|(stem, gap, end)| format!("{stem}{gap}{end}")),
        1 => prop::sample::select(vec!["", "нет", "—", ".", "не указано"]).prop_map(String::from),
    ]
}

/// How one writing of a text is turned into another that means the same.
#[derive(Debug, Clone)]
struct Writing {
    blank: char,
    blanks: usize,
    dash: char,
    dash_blanks: bool,
    apostrophe: char,
    case: Case,
    e: bool,
    decomposed: bool,
}

#[derive(Debug, Clone, Copy)]
enum Case {
    Kept,
    Upper,
    Lower,
}

fn writing() -> impl Strategy<Value = Writing> {
    let blanks = " \u{a0}\u{1680}\u{2000}\u{2001}\u{2003}\u{200a}\u{202f}\u{205f}\u{3000}";
    let dashes = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}";
    let apostrophes = "'\u{2019}\u{2bc}\u{2018}\u{201b}`\u{b4}\u{2032}\u{2b9}\u{2bb}\u{2bd}";
    let one_of = |signs: &str| prop::sample::select(signs.chars().collect::<Vec<_>>());
    let case = prop::sample::select(vec![Case::Kept, Case::Upper, Case::Lower]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), case);
    (
        one_of(blanks),
        1_usize..4,
        one_of(dashes),
        one_of(apostrophes),
        flags,
    )
        .prop_map(
            |(blank, blanks, dash, apostrophe, (dash_blanks, e, decomposed, case))| Writing {
                blank,
                blanks,
                dash,
                dash_blanks,
                apostrophe,
                case,
                e,
                decomposed,
            },
        )
}

impl Writing {
    fn of(&self, text: &str) -> String {
        let blanks = self.blank.to_string().repeat(self.blanks);
        let around = if self.dash_blanks {
            blanks.as_str()
        } else {
            ""
        };
        let mut other: String = format!(" {text}\u{a0}")
            .chars()
            .map(|c| match c {
                ' ' => blanks.clone(),
                '-' => format!("{around}{}{around}", self.dash),
                '\'' => self.apostrophe.to_string(),
                'ё' if self.e => "е".to_owned(),
                'Ё' if self.e => "Е".to_owned(),
                c => c.to_string(),
            })
            .collect();
        other = match self.case {
            Case::Kept => other,
            Case::Upper => other.to_uppercase(),
            Case::Lower => other.to_lowercase(),
        };
        if self.decomposed {
            other.nfd().collect()
        } else {
            other
        }
    }
}

proptest! {
    #[test]
    fn c9_another_writing_of_a_name_is_the_same_name(
        parts in (part(), part(), patronymic()),
        one in writing(),
        two in writing(),
    ) {
        let (surname, given, patronymic) = parts;
        let of = |w: &Writing| {
            record(&w.of(&surname), &w.of(&given), &w.of(&patronymic))
        };
        let own = record(&surname, &given, &patronymic);
        prop_assert!(own.sound().is_some(), "{own:?}");
        // Symmetric (`strictly`), and transitive over three writings.
        for (a, b) in [(&own, &of(&one)), (&own, &of(&two)), (&of(&one), &of(&two))] {
            prop_assert_eq!(strictly(a, b).agreement(), Agreement::Equal, "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn c9_the_parser_is_idempotent(parts in (part(), part(), patronymic()), w in writing()) {
        let kept = name(&w.of(&parts.0), &w.of(&parts.1), &w.of(&parts.2));
        let again = name(
            kept.surname().unwrap(),
            kept.given_name(),
            kept.patronymic().unwrap_or_default(),
        );
        prop_assert_eq!(&kept, &again);
        prop_assert_eq!(NameKey::of(&kept), NameKey::of(&again));
    }

    /// Few letters, so that equal names are met often: the relation is an equivalence, and the
    /// same as equality of keys.
    #[test]
    fn c9_equality_is_symmetric_and_transitive(
        texts in prop::array::uniform3("[аАёЕе][ '-]{0,2}(|оглы|улы|е|\u{308})[аАёЕ]?"),
    ) {
        let names = texts.each_ref().map(|text| record("Ли", "Ан", text));
        let equal = |i: usize, j: usize| strictly(&names[i], &names[j]).agreement().agrees();
        if equal(0, 1) && equal(1, 2) {
            prop_assert!(equal(0, 2), "{texts:?}");
        }
        for i in 0..3 {
            prop_assert_eq!(equal(i, i), names[i].sound().is_some());
            for j in 0..3 {
                if let (Some(a), Some(b)) = (names[i].sound(), names[j].sound()) {
                    prop_assert_eq!(equal(i, j), NameKey::of(a) == NameKey::of(b));
                } else {
                    prop_assert!(!equal(i, j));
                }
            }
        }
    }

    /// One letter more, less or other makes another name.
    #[test]
    fn c10_one_other_letter_is_another_name(
        text in "[абвгдклмнопрст]{3,10}",
        place in 0_usize..3,
        letter in "[жзиуфхцчшщыэюяәөүңһӏ]",
    ) {
        let mut letters: Vec<char> = text.chars().collect();
        letters[place] = letter.chars().next().unwrap();
        let other: String = letters.iter().collect();
        letters.remove(place);
        let shorter: String = letters.iter().collect();
        for other in [&other, &shorter] {
            let comparison = strictly(&record(&text, "Ан", ""), &record(other, "Ан", ""));
            prop_assert_eq!(comparison.agreement(), Agreement::Differs);
        }
    }
}
