//! The commands of `svyazka`.

mod backup;
mod check_config;
mod import;
mod keys;
mod migrate;
mod passwords;
mod serve;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Parser, Subcommand};
use linking_core::ports::StoreError;
use linking_crypto::KeyFileError;
use linking_storage::{BackupError, KeysError, MigrationError, OpenError};
use thiserror::Error;

use crate::{
    app::BuildError,
    ends::EndsError,
    i18n::CatalogueError,
    import::ImportError,
    installation::OpenInstallationError,
    passwords::PasswordsError,
    settings::{Settings, SettingsError, Sources},
    telemetry::TelemetryError,
};

pub use backup::{BackupArguments, RestoreArguments, RestoreFinishArguments};
pub use import::ImportArguments;
pub use keys::KeysCommand;
pub use passwords::PasswordsArguments;
pub use serve::stop_signal;

/// Svyazka ties a school diary's account to the person's Gosuslugi identity.
#[derive(Debug, Parser)]
#[command(name = "svyazka", version)]
pub struct Arguments {
    /// The configuration file (TOML). Variables SVYAZKA__… stand above it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages until the process is told to stop.
    Serve,
    /// Take registers in from CSV files; importing a file again is safe.
    Import(ImportArguments),
    /// Make first passwords for a person, a class or a school, as slips to print.
    Passwords(PasswordsArguments),
    /// Check the configuration and the files that it names: every error at once. Starts nothing.
    CheckConfig,
    /// Bring the database's schema up to date; safe to run again, and by two servers at once.
    Migrate,
    /// Make, list and exchange the keys that seal the database.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write a checked copy of an SQLite database into a new file, while the program runs.
    Backup(BackupArguments),
    /// Put a backup of an SQLite database in place, and end again what ended since it was made.
    Restore(RestoreArguments),
    /// End again what ended since a backup that was put back by other means (PostgreSQL).
    RestoreFinish(RestoreFinishArguments),
}

/// A command failed. The text says what to do.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The log.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The program could not be assembled.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The installation could not be opened.
    #[error(transparent)]
    Installation(#[from] OpenInstallationError),
    /// The texts.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Nobody can be heard at that address.
    #[error("{key}: {address} cannot be had: {cause}")]
    Listen {
        /// The setting.
        key: &'static str,
        /// The address.
        address: std::net::SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// A file could not be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A file has bad rows; they were told.
    #[error("not everything was imported")]
    BadRows,
    /// No file was named.
    #[error("name a file: --organizations, --people or --guardianships")]
    NoFile,
    /// The slips' file is neither HTML nor text.
    #[error("--out must name a file that ends with .html or .txt")]
    SlipFormat,
    /// An argument cannot be read.
    #[error("--{argument} {what}")]
    Argument {
        /// Which.
        argument: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// First passwords.
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    /// The configuration was checked and is faulty; the faults were told.
    #[error("the configuration has {0} faults")]
    Faulty(usize),
    /// The schema.
    #[error("database: {0}")]
    Schema(#[from] MigrationError),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] OpenError),
    /// The database.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The key file.
    #[error("vault.key-file: {0}")]
    KeyFile(#[from] KeyFileError),
    /// The keys of the database.
    #[error("vault.key-file: {0}")]
    Keys(#[from] KeysError),
    /// A backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The list of ends.
    #[error(transparent)]
    Ends(#[from] EndsError),
    /// A file beside the database.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// What was asked would do harm; the text says what to do.
    #[error("{0}")]
    Refused(String),
    /// The terminal, or the listener.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Carries a command out; what it has to say goes to `out`.
///
/// # Errors
/// See [`CommandError`].
pub async fn run(arguments: Arguments, out: &mut dyn Write) -> Result<(), CommandError> {
    let sources = Sources::of_process(arguments.config);
    if matches!(arguments.command, Command::CheckConfig) {
        return check_config::run(&sources, out).await;
    }
    let settings = Settings::load(&sources)?;
    match arguments.command {
        Command::CheckConfig => check_config::run(&sources, out).await,
        Command::Migrate => migrate::run(&settings, out).await,
        Command::Keys(command) => keys::run(&settings, &command, out).await,
        Command::Backup(arguments) => backup::run(&settings, &arguments, out).await,
        Command::Restore(arguments) => backup::restore(&settings, &arguments, out).await,
        Command::RestoreFinish(arguments) => backup::finish(&settings, &arguments, out).await,
        Command::Serve => serve::run(&settings).await,
        Command::Import(arguments) => import::run(&settings, &arguments, out).await,
        Command::Passwords(arguments) => passwords::run(&settings, &arguments, out).await,
    }
}
