//! Real counterparts that the tests of a checkout share.

use std::{env, fs, path::PathBuf};

/// The address of the throw-away PostgreSQL that `tests/postgres start` has made: the variable
/// `SVYAZKA_TEST_POSTGRES`, or what stands in `target/postgres.url`.
///
/// # Panics
/// There is none: it says which command to run.
#[must_use]
#[expect(clippy::panic, reason = "the kit fails by panicking, as tests do")]
pub fn postgres() -> String {
    let told = env::var("SVYAZKA_TEST_POSTGRES").ok();
    let noted = || {
        let program = env::current_exe().ok()?;
        program
            .ancestors()
            .map(|folder| folder.join("postgres.url"))
            .find_map(|note: PathBuf| fs::read_to_string(note).ok())
    };
    match told.or_else(noted) {
        Some(address) => address.trim().to_owned(),
        None => panic!("these tests need PostgreSQL: run `tests/postgres start` first"),
    }
}
