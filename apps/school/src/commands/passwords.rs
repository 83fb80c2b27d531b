//! `svyazka passwords`

use std::{fmt::Display, io::Write, path::PathBuf, sync::Arc};

use clap::Args;
use linking_core::{person::Login, ports::PrintScope};

use super::CommandError;
use crate::{
    i18n::{Catalogue, Texts},
    installation::Installation,
    passwords::{Printed, Renewal, SlipFormat, SlipSheet},
    settings::Settings,
};

/// For whom, and where to.
#[derive(Debug, Args)]
pub struct PasswordsArguments {
    /// One person.
    #[arg(long, conflicts_with_all = ["region", "organization", "class"])]
    pub login: Option<String>,
    /// The region's code of an organisation.
    #[arg(long, requires = "organization", required_unless_present = "login")]
    pub region: Option<String>,
    /// The organisation's id in the register.
    #[arg(long, requires = "region")]
    pub organization: Option<String>,
    /// One class of the organisation.
    #[arg(long, requires = "organization")]
    pub class: Option<String>,
    /// Give new passwords to people who chose their own, too.
    #[arg(long)]
    pub renew: bool,
    /// The new file for the slips: .html or .txt. Its owner alone may read it.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

impl PasswordsArguments {
    fn scope(&self) -> Result<PrintScope, CommandError> {
        if let Some(login) = &self.login {
            return Ok(PrintScope::Person(read("login", Login::parse(login))?));
        }
        let region = read("region", self.region.as_deref().unwrap_or_default().parse())?;
        let organization = read(
            "organization",
            self.organization.as_deref().unwrap_or_default().parse(),
        )?;
        Ok(match &self.class {
            None => PrintScope::Organization(region, organization),
            Some(class) => PrintScope::Class(region, organization, read("class", class.parse())?),
        })
    }
}

fn read<T, E: Display>(argument: &'static str, read: Result<T, E>) -> Result<T, CommandError> {
    read.map_err(|error| CommandError::Argument {
        argument,
        what: error.to_string(),
    })
}

pub(super) async fn run(
    settings: &Settings,
    arguments: &PasswordsArguments,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let scope = arguments.scope()?;
    let format = SlipFormat::of(&arguments.out).ok_or(CommandError::SlipFormat)?;
    let renewal = if arguments.renew {
        Renewal::RenewAll
    } else {
        Renewal::KeepOwn
    };
    let catalogue = Arc::new(Catalogue::embedded()?);
    let sheet = SlipSheet {
        texts: Texts::of_diary(catalogue, settings.diary.language, &settings.diary),
        address: settings.public_address.origin(),
        format,
    };
    let installation = Installation::open(settings).await?;
    let printed = installation
        .first_passwords()
        .print(&scope, renewal, &sheet, &arguments.out)
        .await?;
    installation.storage.close().await;
    let Printed { slips, kept_own } = printed;
    let file = arguments.out.display();
    writeln!(
        out,
        "Slips written to {file}: {slips}. Their passwords work from now on."
    )?;
    if kept_own > 0 {
        writeln!(
            out,
            "Own passwords left as they are: {kept_own}; --renew replaces them."
        )?;
    }
    writeln!(out, "Print the file, hand the slips out, and delete it.")?;
    Ok(())
}
