//! Fills the demo by the same import and the same first passwords as a real installation.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use anyhow::{Context, Result, ensure};
use linking_core::ports::{Directory, PrintScope};
use linking_school::{
    import::{BadRows, RegisterKind},
    installation::Installation,
    passwords::Renewal,
};

/// Where the first passwords are kept, so that the next run can tell them again.
const PASSWORDS: &str = "passwords.tsv";

/// Whether nothing was imported yet.
///
/// # Errors
/// A fault of the database.
pub async fn is_empty(installation: &Installation) -> Result<bool> {
    Ok(installation.storage.regions().await?.is_empty())
}

/// Imports the registers of the folder and makes first passwords for everybody in the demo's
/// schools.
///
/// # Errors
/// A file or the database failed.
pub async fn fill(installation: &Installation, folder: &Path) -> Result<()> {
    for (kind, file) in [
        (RegisterKind::Organizations, "organizations.csv"),
        (RegisterKind::People, "people.csv"),
        (RegisterKind::Guardianships, "guardianships.csv"),
    ] {
        let importer = installation.importer();
        let report = importer
            .import(kind, &folder.join(file), BadRows::RefuseFile)
            .await?;
        ensure!(
            !report.has_bad_rows(),
            "{file} has rows that cannot be imported"
        );
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(folder.join(PASSWORDS))?;
    let passwords = installation.first_passwords();
    for organization in ["lugovoe-30", "authority"] {
        let scope = PrintScope::Organization("sakhalin".parse()?, organization.parse()?);
        let (slips, _) = passwords.make(&scope, Renewal::KeepOwn).await?;
        for slip in &slips {
            writeln!(
                file,
                "{}\t{}",
                slip.person.login.as_str(),
                slip.password.expose()
            )?;
        }
        passwords.set(&slips).await?;
    }
    file.sync_all()?;
    Ok(())
}

/// The first passwords by login, as the first run made them.
///
/// # Errors
/// The file is not there.
pub fn passwords(folder: &Path) -> Result<BTreeMap<String, String>> {
    let file = folder.join(PASSWORDS);
    let text = fs::read_to_string(&file).with_context(|| {
        format!(
            "{} is missing: delete the folder to begin anew",
            file.display()
        )
    })?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(login, password)| (login.to_owned(), password.to_owned()))
        .collect())
}
