//! `svyazka import`

use std::{io::Write, path::PathBuf};

use clap::Args;

use super::CommandError;
use crate::{
    import::{BadRows, Outcome, RegisterKind},
    installation::Installation,
    settings::Settings,
};

/// Which files to take in.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Organisations with their regions, one in each row.
    #[arg(long, value_name = "FILE")]
    pub organizations: Option<PathBuf>,
    /// People with their roles; a row for each role of a person.
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// Who answers for whom, by their logins.
    #[arg(long, value_name = "FILE")]
    pub guardianships: Option<PathBuf>,
    /// Import the good rows of a file that has bad ones.
    #[arg(long)]
    pub skip_bad_rows: bool,
}

impl ImportArguments {
    /// The files in the order in which they need each other.
    fn files(&self) -> impl Iterator<Item = (RegisterKind, &PathBuf)> {
        [
            (RegisterKind::Organizations, &self.organizations),
            (RegisterKind::People, &self.people),
            (RegisterKind::Guardianships, &self.guardianships),
        ]
        .into_iter()
        .filter_map(|(kind, file)| Some((kind, file.as_ref()?)))
    }
}

pub(super) async fn run(
    settings: &Settings,
    arguments: &ImportArguments,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    if arguments.files().next().is_none() {
        return Err(CommandError::NoFile);
    }
    let bad_rows = if arguments.skip_bad_rows {
        BadRows::Skip
    } else {
        BadRows::RefuseFile
    };
    let installation = Installation::open(settings).await?;
    let mut whole = true;
    for (kind, file) in arguments.files() {
        let report = installation.importer().import(kind, file, bad_rows).await?;
        writeln!(out, "{report}")?;
        whole &= !report.has_bad_rows();
        if report.outcome != Outcome::Written {
            // The next file may need what this one was to bring.
            break;
        }
    }
    installation.storage.close().await;
    if whole {
        Ok(())
    } else {
        Err(CommandError::BadRows)
    }
}
