//! Statements on their way to the database: counted, their faults mapped.

use linking_core::ports::StoreError;
use sqlx::{QueryBuilder, Sqlite, Transaction, sqlite::SqliteArguments, sqlite::SqliteRow};

use crate::{
    fault::{of_write, unavailable},
    meter::Meter,
    open::Storage,
};

/// The database behind this store.
pub(crate) type Database = Sqlite;
/// A row of an answer.
pub(crate) type Row = SqliteRow;
/// A statement with its values.
pub(crate) type Query<'q> = sqlx::query::Query<'q, Database, SqliteArguments>;
/// Builds an insert of many rows.
pub(crate) type Rows = QueryBuilder<Database>;

/// How a transaction that writes begins: it is the only writer from here on, so that what it
/// reads stays so.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Moves what was committed from the journal into the file, and empties the journal.
const FOLD: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Folding waits for readers, and everybody who writes waits for it: a long read, as of a backup,
/// must not hold the school up every minute.
const WAIT_LITTLE: &str = "PRAGMA busy_timeout = 50";
/// As the connection was opened: [`crate::open::PATIENCE`].
const WAIT_AS_BEFORE: &str = "PRAGMA busy_timeout = 5000";

/// A statement from [`crate::sql`].
pub(crate) fn query<'q>(text: &'static str) -> Query<'q> {
    sqlx::query(text)
}

/// One transaction that writes. Dropped without [`Self::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    transaction: Transaction<'static, Database>,
    meter: &'a Meter,
}

impl Unit<'_> {
    /// Writes a record of that name; says how many rows were written. What a unique index or a
    /// reference refuses is a conflict on the record.
    pub(crate) async fn write(
        &mut self,
        record: &'static str,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        self.meter.statement();
        query
            .execute(&mut *self.transaction)
            .await
            .map(|done| done.rows_affected())
            .map_err(|error| of_write(record, &error))
    }

    /// As [`Self::write`], where no row written means that somebody else was first.
    pub(crate) async fn write_one(
        &mut self,
        record: &'static str,
        query: Query<'_>,
    ) -> Result<(), StoreError> {
        if self.write(record, query).await? == 0 {
            return Err(StoreError::Conflict(record));
        }
        Ok(())
    }

    /// Writes a record of that name and reads what the statement returns.
    pub(crate) async fn write_returning(
        &mut self,
        record: &'static str,
        query: Query<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.meter.statement();
        query
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(|error| of_write(record, &error))
    }

    /// Reads inside the transaction.
    pub(crate) async fn rows(&mut self, query: Query<'_>) -> Result<Vec<Row>, StoreError> {
        self.meter.statement();
        query
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(|error| unavailable(&error))
    }

    /// Reads one row inside the transaction.
    pub(crate) async fn row(&mut self, query: Query<'_>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Keeps everything.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.transaction
            .commit()
            .await
            .map_err(|error| unavailable(&error))?;
        self.meter.commit();
        Ok(())
    }
}

impl Storage {
    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Unit<'_>, StoreError> {
        let transaction = self
            .writer
            .begin_with(BEGIN)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(Unit {
            transaction,
            meter: &self.meter,
        })
    }

    /// Empties the journal, so that nothing sealed outlives its record there (`threats.md` H2).
    /// Where a long read is in the way it stays for the next time.
    pub(crate) async fn fold_journal(&self) -> Result<(), StoreError> {
        let mut writer = self
            .writer
            .acquire()
            .await
            .map_err(|error| unavailable(&error))?;
        for text in [WAIT_LITTLE, FOLD, WAIT_AS_BEFORE] {
            let done = query(text).execute(&mut *writer).await;
            done.map_err(|error| unavailable(&error))?;
        }
        Ok(())
    }

    /// Writes one statement, which is a transaction of its own.
    pub(crate) async fn write_alone(
        &self,
        record: &'static str,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        self.meter.statement();
        let done = query
            .execute(&self.writer)
            .await
            .map_err(|error| of_write(record, &error))?;
        self.meter.commit();
        Ok(done.rows_affected())
    }

    /// Reads.
    pub(crate) async fn rows(&self, query: Query<'_>) -> Result<Vec<Row>, StoreError> {
        self.meter.statement();
        query
            .fetch_all(&self.readers)
            .await
            .map_err(|error| unavailable(&error))
    }

    /// Reads one row.
    pub(crate) async fn row(&self, query: Query<'_>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }
}
