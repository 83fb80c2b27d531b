//! Breaks the rules of `linking-core` one by one, as `mutants.toml` says, runs the core's tests
//! on each break, and says which of them no test noticed.
//!
//! ```sh
//! cargo run -p mutants            # all of them
//! cargo run -p mutants -- unlink  # those whose file or text holds the word
//! ```
//!
//! Works on a copy, under `target/mutants`: the sources stay as they are. All breaks that stand
//! in functions are built at once, and chosen when the tests run; the others are built one by
//! one. That each entry still fits the source is a test of this crate.

mod list;
mod run;
mod schema;

use std::{io::Write, path::Path};

use anyhow::{Result, bail, ensure};

use crate::{
    list::{Mutant, read},
    run::{Bench, Outcome},
};

fn main() -> Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let mutants: Vec<(usize, Mutant)> = read(&root)?
        .into_iter()
        .enumerate()
        .filter(|(_, mutant)| mutant.is_about(&wanted))
        .collect();
    let mut out = std::io::stdout();
    let bench = Bench::set_up(&root)?;
    let (choices, others) = bench.build_choices(&mutants)?;
    if let Outcome::Caught(by) = bench.run(&choices, None)? {
        bail!("{by} fails without a break");
    }
    let mut survivors = Vec::new();
    // What is built already comes first.
    let (alone, chosen): (Vec<_>, Vec<_>) = mutants
        .iter()
        .partition(|(number, _)| others.contains(number));
    for (number, mutant) in chosen.into_iter().chain(alone) {
        let outcome = if others.contains(number) {
            bench.run(&bench.build_broken(mutant)?, None)?
        } else {
            bench.run(&choices, Some(*number))?
        };
        writeln!(out, "{number:3} {outcome} · {mutant}")?;
        if matches!(outcome, Outcome::Survived) {
            survivors.push(format!("{number:3} {mutant}"));
        }
    }
    let caught = mutants.len() - survivors.len();
    writeln!(out, "{caught} of {} caught", mutants.len())?;
    ensure!(
        survivors.is_empty(),
        "no test noticed:\n{}",
        survivors.join("\n")
    );
    Ok(())
}
