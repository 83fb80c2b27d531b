//! The commands of `svyazka`.

mod import;
mod passwords;
mod serve;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Parser, Subcommand};
use thiserror::Error;

use crate::{
    app::BuildError,
    i18n::CatalogueError,
    import::ImportError,
    installation::OpenInstallationError,
    passwords::PasswordsError,
    settings::{Settings, SettingsError, Sources},
    telemetry::TelemetryError,
};

pub use import::ImportArguments;
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
    #[error("listen: {address} cannot be had: {cause}")]
    Listen {
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
    /// The terminal, or the listener.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Carries a command out; what it has to say goes to `out`.
///
/// # Errors
/// See [`CommandError`].
pub async fn run(arguments: Arguments, out: &mut dyn Write) -> Result<(), CommandError> {
    let settings = Settings::load(&Sources::of_process(arguments.config))?;
    match arguments.command {
        Command::Serve => serve::run(&settings).await,
        Command::Import(arguments) => import::run(&settings, &arguments, out).await,
        Command::Passwords(arguments) => passwords::run(&settings, &arguments, out).await,
    }
}
