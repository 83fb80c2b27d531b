//! Statements on their way to the database: counted, their faults mapped.

use linking_core::ports::StoreError;
use sqlx::{Postgres, Sqlite, Transaction};

use crate::{
    fault::{of_write, unavailable},
    meter::Meter,
    open::Storage,
    postgres::{Cluster, in_time},
    row::Row,
    statement::Query,
};

pub(crate) use crate::statement::query;

/// How a transaction that writes begins in SQLite: it is the only writer from here on, so that
/// what it reads stays so.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Moves what was committed from the journal into the file, and empties the journal.
const FOLD: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Folding waits for readers, and everybody who writes waits for it: a long read, as of a backup,
/// must not hold the school up every minute.
const WAIT_LITTLE: &str = "PRAGMA busy_timeout = 50";
/// As the connection was opened: [`crate::open::PATIENCE`].
const WAIT_AS_BEFORE: &str = "PRAGMA busy_timeout = 5000";

/// The database behind a store.
pub(crate) enum Database {
    /// One embedded file: a writer, and readers beside it.
    Sqlite {
        writer: sqlx::Pool<Sqlite>,
        readers: sqlx::Pool<Sqlite>,
    },
    /// A server that takes writes, found among the addresses.
    Postgres(Cluster),
}

/// The frame of a transaction.
#[derive(Debug)]
enum Frame {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Frame {
    async fn execute(&mut self, query: Query) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(frame) => {
                let done = query.for_sqlite().execute(&mut **frame).await?;
                Ok(done.rows_affected())
            }
            Self::Postgres(frame) => {
                let done = in_time(query.for_postgres().execute(&mut **frame)).await?;
                Ok(done.rows_affected())
            }
        }
    }

    async fn rows(&mut self, query: Query) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(frame) => {
                let rows = query.for_sqlite().fetch_all(&mut **frame).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(frame) => {
                let rows = in_time(query.for_postgres().fetch_all(&mut **frame)).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

/// One transaction that writes. Dropped without [`Self::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    frame: Frame,
    meter: &'a Meter,
}

impl Unit<'_> {
    /// Writes a record of that name; says how many rows were written. What a unique index or a
    /// reference refuses is a conflict on the record.
    pub(crate) async fn write(
        &mut self,
        record: &'static str,
        query: Query,
    ) -> Result<u64, StoreError> {
        let done = self.meter.sent(self.frame.execute(query)).await;
        done.map_err(|error| of_write(record, &error))
    }

    /// As [`Self::write`], where no row written means that somebody else was first.
    pub(crate) async fn write_one(
        &mut self,
        record: &'static str,
        query: Query,
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
        query: Query,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.meter.sent(self.frame.rows(query)).await;
        rows.map_err(|error| of_write(record, &error))
    }

    /// Reads inside the transaction.
    pub(crate) async fn rows(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.write_returning("record", query).await
    }

    /// Reads one row inside the transaction.
    pub(crate) async fn row(&mut self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Keeps everything.
    ///
    /// # Errors
    /// Where the connection breaks here, nobody knows whether everything was kept or nothing:
    /// whoever goes on reads first.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let commit = async {
            match self.frame {
                Frame::Sqlite(frame) => frame.commit().await,
                Frame::Postgres(frame) => in_time(frame.commit()).await,
            }
        };
        let done = self.meter.committed(commit).await;
        done.map_err(|error| of_write("record", &error))
    }
}

impl Storage {
    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Unit<'_>, StoreError> {
        let frame = match &self.database {
            Database::Sqlite { writer, .. } => {
                let frame = writer.begin_with(BEGIN).await;
                Frame::Sqlite(frame.map_err(|error| unavailable(&error))?)
            }
            Database::Postgres(cluster) => Frame::Postgres(cluster.begin().await?),
        };
        Ok(Unit {
            frame,
            meter: &self.meter,
        })
    }

    /// Empties the journal, so that nothing sealed outlives its record there (`threats.md` H2).
    /// Where a long read is in the way it stays for the next time. PostgreSQL sees to its own.
    pub(crate) async fn fold_journal(&self) -> Result<(), StoreError> {
        let Database::Sqlite { writer, .. } = &self.database else {
            return Ok(());
        };
        let failed = |error: sqlx::Error| unavailable(&error);
        let mut writer = writer.acquire().await.map_err(failed)?;
        for text in [WAIT_LITTLE, FOLD, WAIT_AS_BEFORE] {
            let statement = query(text).for_sqlite();
            statement.execute(&mut *writer).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes one statement, which is a transaction of its own.
    pub(crate) async fn write_alone(
        &self,
        record: &'static str,
        query: Query,
    ) -> Result<u64, StoreError> {
        let done = match &self.database {
            Database::Sqlite { writer, .. } => {
                let done = query.for_sqlite().execute(writer);
                let done = self.meter.sent_alone(done).await;
                done.map(|done| done.rows_affected())
            }
            Database::Postgres(cluster) => {
                let mut connection = cluster.connection().await?;
                let done = in_time(query.for_postgres().execute(&mut *connection));
                let done = self.meter.sent_alone(done).await;
                done.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| of_write(record, &error))
    }

    /// Reads.
    pub(crate) async fn rows(&self, query: Query) -> Result<Vec<Row>, StoreError> {
        match &self.database {
            Database::Sqlite { readers, .. } => {
                let rows = self.meter.sent(query.for_sqlite().fetch_all(readers)).await;
                let rows = rows.map_err(|error| unavailable(&error))?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Database::Postgres(cluster) => {
                let mut connection = cluster.connection().await?;
                let rows = in_time(query.for_postgres().fetch_all(&mut *connection));
                let rows = self.meter.sent(rows).await;
                let rows = rows.map_err(|error| unavailable(&error))?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Reads one row.
    pub(crate) async fn row(&self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query).await?.into_iter().next())
    }
}
