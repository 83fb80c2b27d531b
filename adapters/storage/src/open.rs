//! Opening, migrating, readiness.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use linking_core::ports::{IdSource, StoreError, Vault};
use sqlx::{
    ConnectOptions, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;

use crate::{
    connection::{Database, query},
    fault::unavailable,
    meter::{Counts, Meter},
    record::Columns,
    sql,
};

/// How many connections read beside the writer. Reads are short and the machine small.
const READERS: u32 = 4;
/// How long a request waits for a connection, or for another process that writes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The migrations, in order. One that was released is never edited.
const MIGRATIONS: [(i64, &str, &str); 1] = [(
    1,
    "first light",
    include_str!("../migrations/sqlite/0001_first_light.sql"),
)];

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a file; made if it is missing, readable for its owner alone.
    File(PathBuf),
    /// In memory, for tests and the demo: gone with the [`Storage`].
    Memory,
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
    /// SQLite does not take it.
    #[error("the database {path} can't be opened: {cause}")]
    Database {
        /// The file; `:memory:` for one in memory.
        path: PathBuf,
        /// What SQLite says.
        cause: StoreError,
    },
}

/// Why migrations did not run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MigrationError {
    /// A newer program has migrated this database.
    #[error(
        "the database has migration {0}, which this program does not know: run the newer program"
    )]
    NewerDatabase(i64),
    /// What was applied is not what this program holds under that number.
    #[error("migration {0} was applied in another form: this is not a database of this program")]
    Foreign(i64),
    /// The database failed.
    #[error("the migration failed: {0}")]
    Failed(StoreError),
}

/// What a migration did: the schema's version before and after. Zero is an empty database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The version found.
    pub from: i64,
    /// The version now.
    pub to: i64,
}

/// The store over SQLite: implements `Store`, `Directory` and `Register`. Cheap to share by
/// `Arc`. Two of them, in one process or in two, may work on one file.
pub struct Storage {
    pub(crate) writer: sqlx::Pool<Database>,
    pub(crate) readers: sqlx::Pool<Database>,
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
    /// Opens a database; an empty one is made if there is none. Migrates nothing.
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
        let options = match location {
            Location::File(path) => {
                make_private_file(path).map_err(|cause| OpenError::File {
                    path: path.clone(),
                    cause,
                })?;
                connect_options()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
            }
            Location::Memory => connect_options().filename(":memory:").in_memory(true),
        };
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(PATIENCE)
                .idle_timeout(None)
                .max_lifetime(None)
                // A connection to an embedded database does not go away.
                .test_before_acquire(false)
        };
        let writer = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await;
        let writer = writer.map_err(|error| OpenError::Database {
            path: match location {
                Location::File(path) => path.clone(),
                Location::Memory => PathBuf::from(":memory:"),
            },
            cause: unavailable(&error),
        })?;
        let readers = match location {
            Location::File(_) => pool()
                .max_connections(READERS)
                .connect_lazy_with(options.pragma("query_only", "ON")),
            // A database in memory belongs to its one connection.
            Location::Memory => writer.clone(),
        };
        Ok(Self {
            writer,
            readers,
            vault,
            ids,
            meter: Meter::default(),
        })
    }

    /// Brings the schema up to date. Run it before the first request, once.
    ///
    /// # Errors
    /// See [`MigrationError`].
    pub async fn migrate(&self) -> Result<Migrated, MigrationError> {
        let from = self.schema_version().await.unwrap_or(0);
        let mut connection = self
            .writer
            .acquire()
            .await
            .map_err(|error| MigrationError::Failed(unavailable(&error)))?;
        migrator()
            .run_direct(None, &mut *connection, false)
            .await
            .map_err(|e| failed(&e))?;
        drop(connection);
        let to = self
            .schema_version()
            .await
            .map_err(MigrationError::Failed)?;
        Ok(Migrated { from, to })
    }

    /// Whether the store can serve: the database answers, and its schema is not older than this
    /// program. A newer one is served too, while servers are updated one by one.
    ///
    /// # Errors
    /// The database does not answer, or was not migrated.
    pub async fn check_ready(&self) -> Result<(), StoreError> {
        let needed = MIGRATIONS
            .iter()
            .map(|(version, ..)| *version)
            .max()
            .unwrap_or(0);
        let found = self.schema_version().await?;
        if found < needed {
            return Err(StoreError::Unavailable(format!(
                "the schema is at version {found}, this program needs {needed}: run `migrate`"
            )));
        }
        Ok(())
    }

    /// What was sent to the database since the store was opened.
    #[must_use]
    pub fn statements(&self) -> Counts {
        self.meter.read()
    }

    /// Closes all connections, after what runs has ended, and folds the journal into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn schema_version(&self) -> Result<i64, StoreError> {
        match self.row(query(sql::trail::SCHEMA_VERSION)).await? {
            Some(row) => row.number("version"),
            None => Ok(0),
        }
    }
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
fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn migrator() -> Migrator {
    Migrator::with_migrations(
        MIGRATIONS
            .into_iter()
            .map(|(version, description, text)| {
                let kind = MigrationType::Simple;
                Migration::new(
                    version,
                    description.into(),
                    kind,
                    text.into_sql_str(),
                    false,
                )
            })
            .collect(),
    )
}

fn failed(error: &MigrateError) -> MigrationError {
    match error {
        MigrateError::VersionMissing(version) => MigrationError::NewerDatabase(*version),
        MigrateError::VersionMismatch(version) => MigrationError::Foreign(*version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            MigrationError::Failed(unavailable(error))
        }
        _ => MigrationError::Failed(StoreError::Unavailable("migrations did not run".to_owned())),
    }
}
