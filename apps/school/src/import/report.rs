//! What an import found and did.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use linking_core::ports::ImportCounts;

use super::table::Read1;

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where the row begins, from 1.
    pub line: u64,
    /// The column, where one is at fault.
    pub column: &'static str,
    /// What is wrong and what to do; never the value.
    pub what: String,
}

/// How an import of a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Every good row is written.
    Written,
    /// Nothing is written.
    Refused,
    /// A row names a record that is not there: rows before its batch are written.
    Stopped,
}

/// What an import of a file found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// How it ended.
    pub outcome: Outcome,
    /// What was written.
    pub counts: ImportCounts,
    /// The rows that were not taken, in the order of the file.
    pub bad: Vec<BadRow>,
    /// Names that no comparison can use: taken in as they are, for the school to mend.
    pub unsound_names: Vec<BadRow>,
    /// How many bad rows and unsound names there are beyond those listed.
    pub unlisted: u64,
}

/// How many bad rows a report lists.
const LISTED: usize = 10_000;

impl FileReport {
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            outcome: Outcome::Written,
            counts: ImportCounts::default(),
            bad: Vec::new(),
            unsound_names: Vec::new(),
            unlisted: 0,
        }
    }

    /// Whether a row was not taken.
    #[must_use]
    pub fn has_bad_rows(&self) -> bool {
        !self.bad.is_empty()
    }

    pub(super) fn count<T>(&mut self, read: Read1<T>) {
        match read.result {
            Ok(item) => {
                if let Some(fault) = item.unsound {
                    let row = BadRow {
                        line: read.line,
                        column: fault.column,
                        what: fault.what,
                    };
                    push(&mut self.unsound_names, &mut self.unlisted, row);
                }
            }
            Err(faults) => {
                for fault in faults {
                    let row = BadRow {
                        line: read.line,
                        column: fault.column,
                        what: fault.what,
                    };
                    push(&mut self.bad, &mut self.unlisted, row);
                }
            }
        }
    }

    /// A person's rows are judged together, so that a fault may be told after a later row's.
    pub(super) fn sort(&mut self) {
        self.bad.sort_by_key(|row| row.line);
        self.unsound_names.sort_by_key(|row| row.line);
    }

    pub(super) fn unknown_reference(&mut self, line: u64, column: &'static str, what: &str) {
        let what = format!("names an unknown {what}; import it first, or mend the row");
        push(
            &mut self.bad,
            &mut self.unlisted,
            BadRow { line, column, what },
        );
    }

    pub(super) const fn written(&mut self, counts: ImportCounts) {
        self.counts.added += counts.added;
        self.counts.changed += counts.changed;
        self.counts.unchanged += counts.unchanged;
    }
}

fn push(rows: &mut Vec<BadRow>, unlisted: &mut u64, row: BadRow) {
    if rows.len() < LISTED {
        rows.push(row);
    } else {
        *unlisted += 1;
    }
}

/// For the operator's terminal: one line for each row.
impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        for row in &self.bad {
            let column = if row.column.is_empty() {
                String::new()
            } else {
                format!(", column {}", row.column)
            };
            writeln!(f, "{file}, line {}{column}: {}", row.line, row.what)?;
        }
        for row in &self.unsound_names {
            let BadRow { line, column, what } = row;
            writeln!(
                f,
                "{file}, line {line}, column {column}: {what}; taken in, but linking will refuse \
                 it until the school mends the name"
            )?;
        }
        if self.unlisted > 0 {
            writeln!(f, "{file}: and {} more", self.unlisted)?;
        }
        let ImportCounts {
            added,
            changed,
            unchanged,
        } = self.counts;
        match self.outcome {
            Outcome::Refused => write!(
                f,
                "{file}: nothing was written; mend the rows, or leave them out with \
                 --skip-bad-rows"
            ),
            Outcome::Stopped => write!(
                f,
                "{file}: stopped there; before it {added} added, {changed} changed, {unchanged} \
                 unchanged; importing the mended file again is safe"
            ),
            Outcome::Written => {
                write!(
                    f,
                    "{file}: {added} added, {changed} changed, {unchanged} unchanged"
                )
            }
        }
    }
}
