//! A case that no macro names would never run.

use std::{fs, path::Path};

fn source(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn cases(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("pub async fn "))
        .filter_map(|rest| rest.split('(').next())
}

fn assert_listed(macros: &str, cases_at: &Path) -> usize {
    let text = source(cases_at);
    for case in cases(&text) {
        let named = macros.lines().any(|line| line.trim() == format!("{case},"));
        assert!(named, "{case} is in no macro");
    }
    cases(&text).count()
}

#[test]
fn every_case_is_in_its_macro() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let stores = source(&src.join("store.rs"));
    let mut count = 0;
    for file in fs::read_dir(src.join("store/cases")).unwrap() {
        count += assert_listed(&stores, &file.unwrap().path());
    }
    assert!(count > 70, "{count} cases of stores");
    let providers = source(&src.join("provider.rs"));
    let count = assert_listed(&providers, &src.join("provider/cases.rs"));
    assert!(count > 14, "{count} cases of providers");
}
