//! A row of an answer, and the types that its columns are read as.

use sqlx::{Error, Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column is read as.
pub(crate) trait Field: Sized {
    fn of(row: &Row, column: &str) -> Result<Self, Error>;
}

macro_rules! fields {
    ($($type:ty),*) => {
        $(impl Field for $type {
            fn of(row: &Row, column: &str) -> Result<Self, Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        })*
    };
}

fields!(
    i64,
    bool,
    String,
    Vec<u8>,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>
);

impl Field for Option<Uuid> {
    fn of(row: &Row, column: &str) -> Result<Self, Error> {
        let octets = Option::<Vec<u8>>::of(row, column)?;
        octets
            .map(|octets| {
                Uuid::from_slice(&octets).map_err(|error| Error::ColumnDecode {
                    index: column.to_owned(),
                    source: Box::new(error),
                })
            })
            .transpose()
    }
}
