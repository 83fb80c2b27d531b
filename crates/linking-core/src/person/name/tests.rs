//! Tests of names: what is taken (`entry`), what is the same (`equality`), what attacks try
//! (`attack`), what leaves a name (`display`),
//! and the whole of Unicode (`unicode`).

mod attack;
mod display;
mod entry;
mod equality;
mod unicode;

use super::*;
use crate::person::{Agreement, NameKey};

/// A full name that the parser takes.
fn name(surname: &str, given_name: &str, patronymic: &str) -> PersonName {
    PersonName::parse(surname, given_name, patronymic)
        .unwrap_or_else(|error| panic!("{surname:?} {given_name:?} {patronymic:?}: {error}"))
}

/// The fault of a surname; `None` if it is taken.
fn fault(surname: &str) -> Option<NameFault> {
    PersonName::parse(surname, "Анна", "").err().map(|error| {
        assert_eq!(error.part, NamePart::Surname);
        error.fault
    })
}

fn record(surname: &str, given_name: &str, patronymic: &str) -> RegisteredName {
    RegisteredName::from_record(surname, given_name, patronymic)
}

/// Compares both ways round; the answer must be the same.
fn strictly(a: &RegisteredName, b: &RegisteredName) -> NameComparison {
    let comparison = compare_names(a, b, PatronymicRule::MustAgree);
    assert_eq!(comparison, compare_names(b, a, PatronymicRule::MustAgree));
    comparison
}

/// A row of a table of pairs: two names, and the columns after them.
struct Pair<'a> {
    line: &'a str,
    a: [String; 3],
    b: [String; 3],
    rest: Vec<&'a str>,
}

impl Pair<'_> {
    fn records(&self) -> (RegisteredName, RegisteredName) {
        let of = |[surname, given, patronymic]: &[String; 3]| record(surname, given, patronymic);
        (of(&self.a), of(&self.b))
    }
}

fn pairs(table: &str) -> impl Iterator<Item = Pair<'_>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let name = |from: usize| std::array::from_fn(|i| unescaped(columns[from + i]));
            Pair {
                line,
                a: name(0),
                b: name(3),
                rest: columns[6..].to_vec(),
            }
        })
}

/// Puts characters in place of `\u{…}`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}
