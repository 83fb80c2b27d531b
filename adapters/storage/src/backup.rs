//! A backup of a database in a file, made while others write.

use std::path::{Path, PathBuf};

use linking_core::ports::StoreError;
use thiserror::Error;

use crate::{
    connection::{Database, query},
    fault::unavailable,
    open::{Storage, make_private_file},
    record::Columns,
    sql,
};

/// One consistent copy, without free pages, in a file that is empty.
const COPY: &str = "VACUUM INTO $1";
/// Reads every page, every index and every reference.
const CHECK: &str = "PRAGMA integrity_check";

/// Why there is no backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The file is there already, or cannot be made.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The database does not answer, or the disk is full.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy, or a backup, is not whole.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Backups of PostgreSQL are made by its own programs.
    #[error("this is for a database in a file; for PostgreSQL use pg_dump")]
    OtherDatabase,
}

impl Storage {
    /// Writes a copy of the whole database into a new file that only its owner may read.
    ///
    /// # Errors
    /// See [`BackupError`]; a file that is there is never written over.
    pub async fn copy_to(&self, path: &Path) -> Result<(), BackupError> {
        let Database::Sqlite { writer, .. } = &self.database else {
            return Err(BackupError::OtherDatabase);
        };
        let file = |cause| BackupError::File {
            path: path.to_owned(),
            cause,
        };
        let text = path.to_str().ok_or_else(|| {
            let what = "the path is no text";
            file(std::io::Error::new(std::io::ErrorKind::InvalidInput, what))
        })?;
        if path.exists() {
            return Err(file(std::io::ErrorKind::AlreadyExists.into()));
        }
        make_private_file(path).map_err(file)?;
        let copied = query(COPY).bind(text).for_sqlite().execute(writer).await;
        let copied = copied.map_err(|error| unavailable(&error));
        if let Err(error) = copied {
            // Half a copy is worse than none.
            let _ = std::fs::remove_file(path);
            return Err(error.into());
        }
        Ok(())
    }

    /// Marks a copy as a backup, so that no server serves it before a restore is finished.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn call_backup(&self) -> Result<(), StoreError> {
        let statement = query(sql::upkeep::CALL_BACKUP);
        self.write_alone("installation", statement).await.map(drop)
    }

    /// Reads the whole file and its indexes.
    ///
    /// # Errors
    /// What is damaged.
    pub async fn check_integrity(&self) -> Result<(), BackupError> {
        if !matches!(self.database, Database::Sqlite { .. }) {
            return Err(BackupError::OtherDatabase);
        }
        let rows = self.rows(query(CHECK)).await?;
        let told: Vec<String> = rows
            .iter()
            .map(|row| row.text("integrity_check"))
            .collect::<Result<_, _>>()?;
        match told.as_slice() {
            [ok] if ok == "ok" => Ok(()),
            [] => Err(BackupError::Damaged("it does not read".to_owned())),
            [first, ..] => Err(BackupError::Damaged(first.clone())),
        }
    }
}
