//! The schema: one text for both databases, applied by numbered migrations.

use linking_core::ports::StoreError;
use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use thiserror::Error;

use crate::{
    connection::{Database, query},
    fault::unavailable,
    open::Storage,
    record::Columns,
    sql,
};

/// The migrations, in order. One that was released is never edited.
const MIGRATIONS: [(i64, &str, &str); 1] = [(
    1,
    "first light",
    include_str!("../migrations/0001_first_light.sql"),
)];

/// How PostgreSQL says what SQLite's words in the migrations mean. Text is compared octet by octet
/// there too (`threats.md` C2).
const IN_POSTGRES: [(&str, &str); 3] = [
    (" BLOB", " BYTEA"),
    (" TEXT", " TEXT COLLATE \"C\""),
    (") WITHOUT ROWID;", ");"),
];

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

impl Storage {
    /// Brings the schema up to date. Run it before the first request; of several servers that do
    /// at once, one migrates and the others wait.
    ///
    /// # Errors
    /// See [`MigrationError`].
    pub async fn migrate(&self) -> Result<Migrated, MigrationError> {
        let from = self.schema_version().await.unwrap_or(0);
        match &self.database {
            Database::Sqlite { writer, .. } => {
                let connection = writer.acquire().await;
                let mut connection =
                    connection.map_err(|error| MigrationError::Failed(unavailable(&error)))?;
                migrator(str::to_owned)
                    .run_direct(None, &mut *connection, false)
                    .await
            }
            Database::Postgres(cluster) => {
                let connection = cluster.connection().await;
                let mut connection = connection.map_err(MigrationError::Failed)?;
                migrator(in_postgres)
                    .run_direct(None, &mut *connection, false)
                    .await
            }
        }
        .map_err(|error| failed(&error))?;
        let to = self.schema_version().await;
        let to = to.map_err(MigrationError::Failed)?;
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

    async fn schema_version(&self) -> Result<i64, StoreError> {
        match self.row(query(sql::trail::SCHEMA_VERSION)).await? {
            Some(row) => row.number("version"),
            None => Ok(0),
        }
    }
}

/// The text of a migration as PostgreSQL takes it; its comments stay as they are.
fn in_postgres(text: &str) -> String {
    let line = |line: &str| {
        let (code, comment) = line
            .split_once("--")
            .map_or((line, None), |(code, comment)| (code, Some(comment)));
        let code = IN_POSTGRES
            .iter()
            .fold(code.to_owned(), |code, (from, to)| code.replace(from, to));
        match comment {
            Some(comment) => format!("{code}--{comment}\n"),
            None => format!("{code}\n"),
        }
    };
    text.lines().map(line).collect()
}

fn migrator(dialect: fn(&str) -> String) -> Migrator {
    Migrator::with_migrations(
        MIGRATIONS
            .into_iter()
            .map(|(version, description, text)| {
                let kind = MigrationType::Simple;
                // Constants of this program.
                let text: SqlStr = AssertSqlSafe(dialect(text)).into_sql_str();
                Migration::new(version, description.into(), kind, text, false)
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
