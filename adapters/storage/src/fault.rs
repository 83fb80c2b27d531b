//! Maps faults of the database. No text of them holds a value: only names of columns, codes, and
//! SQLite's own words, which name tables and columns.

use linking_core::ports::StoreError;
use sqlx::{Error, error::DatabaseError, postgres::PgDatabaseError};

/// A fault of a statement that reads, or of a transaction's frame.
pub(crate) fn unavailable(error: &Error) -> StoreError {
    match error {
        Error::PoolTimedOut => {
            StoreError::Unavailable("no connection became free in time".to_owned())
        }
        Error::PoolClosed => StoreError::Unavailable("the store is closed".to_owned()),
        Error::Io(io) => StoreError::Unavailable(format!("input or output: {}", io.kind())),
        Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            if is_without_table(database.as_ref(), &code) {
                let what = "a table is missing: run `svyazka migrate`";
                return StoreError::Unavailable(what.to_owned());
            }
            // PostgreSQL's words may quote a value.
            if database.try_downcast_ref::<PgDatabaseError>().is_some() {
                StoreError::Unavailable(format!("PostgreSQL refuses (code {code})"))
            } else {
                StoreError::Unavailable(format!("{} (code {code})", database.message()))
            }
        }
        Error::ColumnDecode { index, .. } => damaged_column(index),
        Error::ColumnNotFound(column) => damaged_column(column),
        // Their own texts may quote what they failed on.
        _ => StoreError::Unavailable("the database driver failed".to_owned()),
    }
}

/// Whether a table is not there: the schema was never laid, or this is another program's database.
fn is_without_table(database: &dyn DatabaseError, code: &str) -> bool {
    code == "42P01" || database.message().starts_with("no such table")
}

/// A fault of a statement that writes a record of that name: what an index or a reference refuses
/// was changed by somebody else meanwhile.
pub(crate) fn of_write(record: &'static str, error: &Error) -> StoreError {
    match error {
        Error::Database(database)
            if database.is_unique_violation()
                || database.is_foreign_key_violation()
                || is_outrun(database.as_ref()) =>
        {
            StoreError::Conflict(record)
        }
        _ => unavailable(error),
    }
}

/// PostgreSQL chose this transaction to give way: a deadlock, a lock that did not become free, or
/// a snapshot that was outrun.
fn is_outrun(database: &dyn DatabaseError) -> bool {
    matches!(
        database.code().as_deref(),
        Some("40001" | "40P01" | "55P03")
    )
}

/// A column that does not read.
pub(crate) fn damaged_column(column: &str) -> StoreError {
    StoreError::Damaged(format!("column {column}"))
}
