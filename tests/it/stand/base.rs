//! The database of a stand: a file of its own, or a database of its own of the tests' PostgreSQL.
//! Which it is says the variable `SVYAZKA_TEST_DATABASE`: `./test` runs the journeys on both.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use linking_storage::Location;
use linking_testkit::counterpart;

/// Where the journeys' databases are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// What the variable says; SQLite where it says nothing.
    pub(crate) fn of_tests() -> Self {
        match env::var("SVYAZKA_TEST_DATABASE").as_deref() {
            Ok("postgres") => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// Tells one kind's folders and pictures from the other's.
    pub(crate) fn named(self, name: &str) -> String {
        match self {
            Self::Sqlite => name.to_owned(),
            Self::Postgres => format!("{name}-postgres"),
        }
    }
}

/// A database for one stand, or for the template of all.
#[derive(Debug)]
pub(super) enum Base {
    File(PathBuf),
    Server(String),
}

impl Base {
    /// The place for a folder; on a server nothing is there yet.
    pub(super) fn of(kind: Kind, folder: &Path) -> Self {
        match kind {
            Kind::Sqlite => Self::File(folder.join("svyazka.db")),
            Kind::Postgres => {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
                Self::Server(format!(
                    "stand_{}",
                    name.chars().map(plain).collect::<String>()
                ))
            }
        }
    }

    /// An empty database.
    pub(super) fn make(&self) -> Result<()> {
        match self {
            Self::File(_) => Ok(()),
            Self::Server(name) => self
                .remove()
                .and_then(|()| psql(&format!("CREATE DATABASE {name}"))),
        }
    }

    /// A copy of another of its kind.
    pub(super) fn copy_of(&self, template: &Self) -> Result<()> {
        match (self, template) {
            (Self::File(own), Self::File(template)) => {
                fs::copy(template, own).context("copying the database")?;
                Ok(())
            }
            (Self::Server(own), Self::Server(template)) => {
                self.remove()?;
                psql(&format!("CREATE DATABASE {own} TEMPLATE {template}"))
            }
            _ => bail!("databases of two kinds"),
        }
    }

    pub(super) fn remove(&self) -> Result<()> {
        match self {
            Self::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(end);
                    let _ = fs::remove_file(name);
                }
                Ok(())
            }
            Self::Server(name) => psql(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")),
        }
    }

    /// The database on the tests' server, and on the standby where a test has one.
    fn addresses(name: &str) -> Vec<String> {
        let of = |server: &str| {
            let (before, _) = server.rsplit_once('/').unwrap_or((server, ""));
            format!("{before}/{name}")
        };
        let standby = env::var("SVYAZKA_TEST_STANDBY").ok();
        [Some(counterpart::postgres()), standby]
            .iter()
            .flatten()
            .map(|server| of(server.trim()))
            .collect()
    }

    pub(super) fn location(&self) -> Result<Location> {
        match self {
            Self::File(path) => Ok(Location::File(path.clone())),
            Self::Server(name) => {
                let addresses = Self::addresses(name);
                let addresses = addresses.iter().map(|address| address.parse());
                Ok(Location::Postgres(addresses.collect::<Result<_, _>>()?))
            }
        }
    }

    /// Puts the place into a configuration that names a file.
    pub(super) fn configure(&self, configuration: &Path) -> Result<()> {
        let Self::Server(name) = self else {
            return Ok(());
        };
        let text = fs::read_to_string(configuration)?;
        let (before, after) = text
            .split_once("[database]\npath = ")
            .context("the configuration names no file")?;
        let (_, after) = after.split_once('\n').unwrap_or_default();
        let addresses = Self::addresses(name).join("', '");
        let text = format!("{before}[database]\naddresses = ['{addresses}']\n{after}");
        Ok(fs::write(configuration, text)?)
    }
}

/// Runs one statement on the server, outside of every database of a stand.
fn psql(statement: &str) -> Result<()> {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--command",
            statement,
        ])
        .arg(counterpart::postgres())
        .output()
        .context("starting psql")?;
    if !output.status.success() {
        bail!("{statement}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
