//! Takes registers in from CSV: organisations, people with roles, guardianships.
//!
//! A file is read twice: first to find everything that is wrong with it, then to write it in
//! batches of 1,000 rows, each one transaction. A file with bad rows writes nothing, unless they
//! are to be skipped. What a message says of a row is its line, the column and what to do, never
//! a value: the value may be a person's (`threats.md` H1).

mod column;
mod guardianships;
mod organizations;
mod people;
mod report;
mod table;
#[cfg(test)]
mod tests;

pub use report::{BadRow, FileReport, Outcome};
pub use table::{FileError, MAX_FILE_BYTES, MAX_ROW_BYTES};

use std::path::Path;

use async_trait::async_trait;
use linking_core::{
    audit::{Act, AuditRecord, By},
    ids::{AuditKind, Id},
    ports::{Clock, IdSource, ImportCounts, Register, StoreError},
};
use thiserror::Error;

use guardianships::GuardianshipTable;
use organizations::OrganizationTable;
use people::PersonTable;
use table::{Item, Table};

/// How many rows one transaction takes.
const BATCH: usize = 1_000;

/// Which register a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegisterKind {
    /// Schools and education authorities.
    Organizations,
    /// People with their roles.
    People,
    /// Who answers for which pupil.
    Guardianships,
}

impl RegisterKind {
    /// The columns of its file, in the order of the documentation.
    #[must_use]
    pub fn columns(self) -> Vec<&'static str> {
        let columns = match self {
            Self::Organizations => OrganizationTable::COLUMNS,
            Self::People => PersonTable::COLUMNS,
            Self::Guardianships => GuardianshipTable::COLUMNS,
        };
        columns.iter().map(|column| column.name).collect()
    }
}

/// What to do with a file that has bad rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BadRows {
    /// Write nothing of it.
    RefuseFile,
    /// Write the good rows.
    Skip,
}

/// The import could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The file as a whole cannot be taken.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database. Rows of earlier batches stand; the same import again is safe.
    #[error("{0}; rows that were written stay, and importing the file again is safe")]
    Store(StoreError),
}

/// Takes files in.
#[derive(Debug, Clone, Copy)]
pub struct Importer<'a> {
    /// Where the rows go.
    pub register: &'a dyn Register,
    /// The present time.
    pub clock: &'a dyn Clock,
    /// Identifiers of audit records.
    pub ids: &'a dyn IdSource,
}

impl Importer<'_> {
    /// Takes one file in.
    ///
    /// # Errors
    /// The file cannot be read as a whole, or the database failed. Bad rows are no error: they
    /// are in the report.
    pub async fn import(
        &self,
        kind: RegisterKind,
        file: &Path,
        bad_rows: BadRows,
    ) -> Result<FileReport, ImportError> {
        match kind {
            RegisterKind::Organizations => {
                self.run(file, bad_rows, OrganizationTable::default).await
            }
            RegisterKind::People => {
                let now = self.clock.now();
                self.run(file, bad_rows, || PersonTable::new(now)).await
            }
            RegisterKind::Guardianships => {
                self.run(file, bad_rows, GuardianshipTable::default).await
            }
        }
    }

    async fn run<T: Table + Batched>(
        &self,
        file: &Path,
        bad_rows: BadRows,
        table: impl Fn() -> T,
    ) -> Result<FileReport, ImportError> {
        let mut report = FileReport::new(file);
        for item in table::items(file, table())? {
            report.count(item?);
        }
        report.sort();
        if report.has_bad_rows() && bad_rows == BadRows::RefuseFile {
            report.outcome = Outcome::Refused;
            return Ok(report);
        }
        let mut batch = Vec::with_capacity(BATCH);
        for item in table::items(file, table())? {
            if let Ok(good) = item?.result {
                batch.push(good);
            }
            if batch.len() == BATCH && !self.write(&mut batch, bad_rows, &mut report).await? {
                return Ok(report);
            }
        }
        self.write(&mut batch, bad_rows, &mut report).await?;
        Ok(report)
    }

    /// Writes a batch; a row that names a record that is not there is told and, where bad rows
    /// are skipped, left out. Says whether the import goes on.
    async fn write<I: Row>(
        &self,
        batch: &mut Vec<Item<I>>,
        bad_rows: BadRows,
        report: &mut FileReport,
    ) -> Result<bool, ImportError> {
        while !batch.is_empty() {
            let rows = batch.iter().map(|item| item.row.clone()).collect();
            match I::put(self.register, rows, self.audit()).await {
                Ok(counts) => {
                    report.written(counts);
                    batch.clear();
                }
                Err(StoreError::UnknownReference { row, what }) => {
                    // The store counts rows of the batch; a number beyond it is a defect there.
                    let bad = batch.get(row).map(|item| item.line).unwrap_or_default();
                    report.unknown_reference(bad, I::reference_column(), what);
                    if bad_rows == BadRows::RefuseFile || row >= batch.len() {
                        report.outcome = Outcome::Stopped;
                        return Ok(false);
                    }
                    batch.remove(row);
                }
                Err(error) => return Err(ImportError::Store(error)),
            }
        }
        Ok(true)
    }

    fn audit(&self) -> AuditRecord {
        AuditRecord {
            id: Id::<AuditKind>::from_uuid(self.ids.next()),
            at: self.clock.now(),
            by: By::Operator,
            act: Act::Imported,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        }
    }
}

/// A row on its way into the register.
#[async_trait]
trait Row: Clone + Send + Sync + 'static {
    /// The column that names another record.
    fn reference_column() -> &'static str;

    async fn put(
        register: &dyn Register,
        rows: Vec<Self>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError>;
}

/// A table whose rows a register takes.
trait Batched: Table<Item: Row> {}
impl<T: Table<Item: Row>> Batched for T {}
