//! Opening and closing.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use linking_core::ports::{IdSource, StoreError, Vault};
use sqlx::{
    ConnectOptions,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};
use thiserror::Error;

use crate::{
    address::PostgresAddress,
    connection::Database,
    fault::unavailable,
    meter::{Counts, Meter},
    postgres::Cluster,
};

/// How many connections read beside the writer. Reads are short and the machine small.
const READERS: u32 = 4;
/// How long a request waits for a connection, or for another process that writes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a file; made if it is missing, readable for its owner alone.
    File(PathBuf),
    /// In memory, for tests and the demo: gone with the [`Storage`].
    Memory,
    /// On PostgreSQL: of these servers of one database the first that takes writes.
    Postgres(Vec<PostgresAddress>),
}

/// Why a database could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file can't be made or reached.
    #[error(
        "the database file {path} can't be opened: {cause}; check the path and its permissions"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// No address was given.
    #[error("no address of a PostgreSQL server is given")]
    NoAddress,
    /// SQLite does not take it.
    #[error("the database {path} can't be opened: {cause}")]
    Database {
        /// The file; `:memory:` for one in memory.
        path: PathBuf,
        /// What SQLite says.
        cause: StoreError,
    },
}

/// The store: implements `Store`, `Directory` and `Register`. Cheap to share by `Arc`. Several of
/// them, in one process or in many, may work on one database.
pub struct Storage {
    pub(crate) database: Database,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) meter: Meter,
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("counts", &self.meter.read())
            .finish_non_exhaustive()
    }
}

impl Storage {
    /// Opens a database; an empty file is made if there is none. Migrates nothing. PostgreSQL is
    /// not asked before the first statement.
    ///
    /// The vault seals what is personal; the identifiers are for records that imports make.
    ///
    /// # Errors
    /// The file can't be made or reached, or is no database.
    pub async fn open(
        location: &Location,
        vault: Arc<dyn Vault>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, OpenError> {
        let database = match location {
            Location::File(path) => {
                make_private_file(path).map_err(|cause| OpenError::File {
                    path: path.clone(),
                    cause,
                })?;
                let options = connect_options()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal);
                let readers = options.clone().pragma("query_only", "ON");
                Database::Sqlite {
                    writer: writer(options, path).await?,
                    readers: pool().max_connections(READERS).connect_lazy_with(readers),
                }
            }
            Location::Memory => {
                let options = connect_options().filename(":memory:").in_memory(true);
                let writer = writer(options, Path::new(":memory:")).await?;
                // A database in memory belongs to its one connection.
                let readers = writer.clone();
                Database::Sqlite { writer, readers }
            }
            Location::Postgres(addresses) => {
                let cluster = Cluster::new(addresses.clone());
                Database::Postgres(cluster.ok_or(OpenError::NoAddress)?)
            }
        };
        Ok(Self {
            database,
            vault,
            ids,
            meter: Meter::default(),
        })
    }

    /// What was sent to the database since the store was opened.
    #[must_use]
    pub fn statements(&self) -> Counts {
        self.meter.read()
    }

    /// Closes all connections, after what runs has ended, and folds the journal into the file.
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Database::Postgres(cluster) => cluster.close().await,
        }
    }
}

fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // A connection to an embedded database does not go away.
        .test_before_acquire(false)
}

async fn writer(options: SqliteConnectOptions, path: &Path) -> Result<SqlitePool, OpenError> {
    let writer = pool().max_connections(1).connect_with(options).await;
    writer.map_err(|error| OpenError::Database {
        path: path.to_owned(),
        cause: unavailable(&error),
    })
}

fn connect_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .create_if_missing(true)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .pragma("secure_delete", "ON")
        // What a sort spills must not lie in a file of its own.
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

/// SQLite gives the journal the rights of the database file, so that it is enough to make that
/// one before it opens it.
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
