//! Where the database is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use linking_core::secret::SecretBytes;
use linking_storage::{AddressError, Location, PostgresAddress};
use thiserror::Error;

use super::{path, section::Section};

/// Where the database is, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseSettings {
    /// An embedded file: `database.path`.
    File(PathBuf),
    /// PostgreSQL: `database.addresses`, in the order of preference; the first that takes writes
    /// is used.
    Postgres {
        /// The servers of one database.
        addresses: Vec<PostgresAddress>,
        /// The file with the password, where it does not stand in the addresses.
        password_file: Option<PathBuf>,
    },
}

/// The password could not be read.
#[derive(Debug, Error)]
pub enum PasswordFileError {
    /// The file can't be read.
    #[error("{path} can't be read: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Others may read it.
    #[error("{path} is readable for others (mode {mode:o}): run chmod 600 {path}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// What stands in it is no password.
    #[error("{path}: {cause}", path = path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: AddressError,
    },
}

impl DatabaseSettings {
    /// The embedded file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres { .. } => None,
        }
    }

    /// The place to open; reads the password.
    ///
    /// # Errors
    /// The password's file does not read, or others may read it.
    pub fn location(&self) -> Result<Location, PasswordFileError> {
        match self {
            Self::File(path) => Ok(Location::File(path.clone())),
            Self::Postgres {
                addresses,
                password_file: None,
            } => Ok(Location::Postgres(addresses.clone())),
            Self::Postgres {
                addresses,
                password_file: Some(path),
            } => {
                let password = password(path)?;
                let with = |address: &PostgresAddress| {
                    let address = address.clone().with_password(&password);
                    address.map_err(|cause| PasswordFileError::Text {
                        path: path.clone(),
                        cause,
                    })
                };
                let addresses = addresses.iter().map(with).collect::<Result<_, _>>()?;
                Ok(Location::Postgres(addresses))
            }
        }
    }
}

fn password(path: &PathBuf) -> Result<SecretBytes, PasswordFileError> {
    let failed = |cause| PasswordFileError::File {
        path: path.clone(),
        cause,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(PasswordFileError::Open {
                path: path.clone(),
                mode,
            });
        }
    }
    let mut octets = fs::read(path).map_err(failed)?;
    while octets.last().is_some_and(u8::is_ascii_whitespace) {
        octets.pop();
    }
    Ok(SecretBytes::new(octets))
}

pub(super) fn read(section: &mut Section<'_>) -> Option<DatabaseSettings> {
    let file = section.optional("path", path);
    let addresses = section.optional_list("addresses", |text| {
        text.parse::<PostgresAddress>()
            .map_err(|error| error.to_string())
    });
    let password_file = section.optional("password-file", path);
    section.finish();
    match (file.ok()?, addresses.ok()?, password_file.ok()?) {
        (Some(file), None, None) => Some(DatabaseSettings::File(file)),
        (None, Some(addresses), password_file) if !addresses.is_empty() => {
            Some(DatabaseSettings::Postgres {
                addresses,
                password_file,
            })
        }
        (None, Some(_), _) => {
            section.problem("addresses", "is empty: name at least one server");
            None
        }
        (Some(_), _, _) => {
            section.problem(
                "path",
                "is for SQLite and stands beside database.addresses or database.password-file, \
                 which are for PostgreSQL: keep one",
            );
            None
        }
        (None, None, _) => {
            section.problem(
                "path",
                "is missing: name a file for SQLite, or database.addresses for PostgreSQL",
            );
            None
        }
    }
}
