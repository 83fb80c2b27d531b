//! `docs/settings.md` names every key that the program knows, and no other.

use std::collections::BTreeSet;

use linking_gosuslugi::{NetworkSettings, NextKey, Settings as GosuslugiSettings, SignerSettings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

const PAGE: &str = include_str!("../../../../../docs/settings.md");

/// A row of the page: its key and its example.
struct Row {
    key: String,
    example: String,
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The rows of the page's tables. A heading names the sections that its table is for.
fn rows() -> Vec<Row> {
    let mut sections = vec![String::new()];
    let mut rows = Vec::new();
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections = quoted(heading)
                .into_iter()
                .map(|section| format!("{}.", section.trim_matches(['[', ']'])))
                .collect();
            if sections.is_empty() {
                sections.push(String::new());
            }
        }
        let Some(cells) = line.strip_prefix("| `") else {
            continue;
        };
        let cells: Vec<&str> = cells.trim_end_matches(" |").split(" | ").collect();
        let [key, meaning, usual, example] = cells[..] else {
            panic!("four cells: {line}");
        };
        assert!(!meaning.is_empty() && !usual.is_empty(), "{line}");
        for section in &sections {
            rows.push(Row {
                key: format!("{section}{}", key.trim_end_matches('`')),
                example: example.trim_matches('`').to_owned(),
            });
        }
    }
    rows
}

/// The keys of a type that refuses all others.
fn fields<T: DeserializeOwned + std::fmt::Debug>(with_another: Value) -> Vec<String> {
    let told = serde_json::from_value::<T>(with_another)
        .unwrap_err()
        .to_string();
    let (_, expected) = told.split_once("expected ").expect(&told);
    quoted(expected).into_iter().map(str::to_owned).collect()
}

/// The keys of the adapter, which reads its table by itself.
fn keys_of_the_adapter() -> Vec<String> {
    let under = |table: &str, names: Vec<String>| {
        let table = table.to_owned();
        names
            .into_iter()
            .map(move |name| format!("providers.gosuslugi{table}.{name}"))
            .collect::<Vec<_>>()
    };
    let command = json!({ "kind": "command", "argv": [], "zz": 1 });
    let service = json!({ "kind": "http", "url": "", "zz": 1 });
    let soft = json!({ "kind": "soft-key", "key": { "pem": "" } });
    assert!(serde_json::from_value::<SignerSettings>(soft).is_ok());
    let own = vec!["kind".to_owned(), "key".to_owned()];
    [
        under("", fields::<GosuslugiSettings>(json!({ "zz": 1 }))),
        under(".next", fields::<NextKey>(json!({ "zz": 1 }))),
        under(".network", fields::<NetworkSettings>(json!({ "zz": 1 }))),
        under(".signer", own),
        under(".signer", fields::<SignerSettings>(command)),
        under(".signer", fields::<SignerSettings>(service)),
    ]
    .concat()
}

/// Every key that the program asks for while it reads a file.
fn asked(file: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("svyazka.toml");
    fs::write(&path, file).unwrap();
    let sources = Sources {
        file: Some(path),
        ..Sources::default()
    };
    let problems = Problems::default();
    let root = layers(&sources, &problems).unwrap();
    let _ = read(root, &problems);
    problems.asked()
}

/// As the page writes what an installation names itself.
fn generalised(key: &str) -> String {
    key.replace("regions.sakhalin.", "regions.РЕГИОН.")
        .replace(
            "organizations.sakhalin.30.",
            "organizations.РЕГИОН.\"ОРГАНИЗАЦИЯ\".",
        )
        .replace(".previous.2025-01", ".previous.ВЕРСИЯ")
}

/// Without those that are tables of further ones.
fn leaves(keys: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let all: BTreeSet<String> = keys.into_iter().collect();
    let is_table = |key: &String| {
        let inside = format!("{key}.");
        all.iter().any(|other| other.starts_with(&inside))
    };
    all.iter().filter(|key| !is_table(key)).cloned().collect()
}

#[test]
fn the_page_of_settings_names_every_key_and_no_other() {
    let more = "[consents.gosuslugi.previous]\n2025-01 = \"/nowhere\"\n[traces]\nx = 1\n";
    let letters = |way: &str| asked(&format!("{FILE}{more}[mail]\nway = \"{way}\"\n"));
    let known = [letters("smtp"), letters("folder")]
        .into_iter()
        .flatten()
        .map(|key| generalised(&key))
        .chain(keys_of_the_adapter());
    // Tables that a file may leave out whole.
    let tables = [
        "regions.sakhalin",
        "organizations.sakhalin",
        "organizations.sakhalin.30",
    ];
    let known = leaves(known.filter(|key| !tables.contains(&key.as_str())));
    let told = leaves(rows().into_iter().map(|row| row.key));
    let missing: Vec<&String> = known.difference(&told).collect();
    assert!(missing.is_empty(), "the page lacks {missing:?}");
    let unknown: Vec<&String> = told.difference(&known).collect();
    assert!(unknown.is_empty(), "the program does not know {unknown:?}");
}

#[test]
fn every_example_of_the_page_is_a_value() {
    for Row { key, example } in rows() {
        let value = format!("key = {example}").parse::<toml::Table>();
        assert!(value.is_ok(), "{key}: {example}: {value:?}");
    }
}
