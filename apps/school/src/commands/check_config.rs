//! `svyazka check-config`: what a start would refuse, and what it would only find out later; every
//! error at once, each with its key and place.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use linking_crypto::KeyVault;

use super::CommandError;
use crate::{
    installation::Installation,
    settings::{DatabaseSettings, Problem, Settings, SettingsError, Sources},
};

pub(super) async fn run(sources: &Sources, out: &mut dyn Write) -> Result<(), CommandError> {
    let (settings, mut problems) = match Settings::load(sources) {
        Ok(settings) => (Some(settings), Vec::new()),
        Err(SettingsError { problems }) => (None, problems),
    };
    // Files are looked at though the settings are faulty, so that all is told at once.
    let keys = check_keys(sources, &mut problems);
    let database = check_database(sources, &mut problems);
    // A file that is not there yet is made by the first start.
    let is_there = database.as_ref().is_none_or(|file| file.exists());
    if let (Some(settings), Some(_), true) = (&settings, &keys, problems.is_empty())
        && is_there
    {
        check_together(settings, sources, &mut problems).await;
    }
    if !problems.is_empty() {
        let number = problems.len();
        writeln!(out, "{}", SettingsError { problems })?;
        return Err(CommandError::Faulty(number));
    }
    if let Some(settings) = settings {
        tell(&settings, keys.as_ref(), out)?;
    }
    Ok(())
}

/// Tells of a problem with what a key names.
fn problem(sources: &Sources, problems: &mut Vec<Problem>, key: &str, what: String) {
    problems.push(Problem {
        key: key.to_owned(),
        place: sources.place_of(key).unwrap_or_default(),
        what,
    });
}

/// The key file reads, is its owner's alone, and holds keys.
fn check_keys(sources: &Sources, problems: &mut Vec<Problem>) -> Option<KeyVault> {
    let key = "vault.key-file";
    let path = sources.path_at(key)?;
    match KeyVault::load(&path) {
        Ok(vault) => Some(vault),
        Err(error) => {
            let more = if path.exists() {
                ""
            } else {
                "; make one with `svyazka keys make`"
            };
            problem(
                sources,
                problems,
                key,
                format!("cannot be used: {error}{more}"),
            );
            None
        }
    }
}

/// The database file is its owner's alone; where there is none yet, its folder is there.
fn check_database(sources: &Sources, problems: &mut Vec<Problem>) -> Option<PathBuf> {
    let key = "database.path";
    let path = sources.path_at(key)?;
    if let Ok(metadata) = fs::metadata(&path) {
        if let Some(mode) = open_to_others(&metadata) {
            let what = format!(
                "names a file that is open to others (mode {mode:04o}); run: chmod 600 {}",
                path.display()
            );
            problem(sources, problems, key, what);
        }
    } else {
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => Path::new("/"),
        };
        if !folder.is_dir() {
            let what = format!(
                "is to be in a folder that is not there: {}",
                folder.display()
            );
            problem(sources, problems, key, what);
        }
    }
    Some(path)
}

#[cfg(unix)]
fn open_to_others(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Access control lists are the operator's there.
#[cfg(not(unix))]
fn open_to_others(_: &fs::Metadata) -> Option<u32> {
    None
}

/// The database answers, has the present schema, and was sealed with these keys.
async fn check_together(settings: &Settings, sources: &Sources, problems: &mut Vec<Problem>) {
    let opened = match Installation::open_as_it_is(settings).await {
        Ok(opened) => opened,
        Err(error) => {
            let what = format!("cannot be used: {error}");
            return problem(sources, problems, "database", what);
        }
    };
    // An empty file has no schema yet, and needs none before the first start.
    match opened.storage.check_ready().await {
        Ok(()) => {
            if let Err(error) = opened.check().await {
                problem(
                    sources,
                    problems,
                    "database",
                    format!("does not fit: {error}"),
                );
            }
        }
        Err(error) => problem(
            sources,
            problems,
            "database",
            format!("is not ready: {error}"),
        ),
    }
    opened.storage.close().await;
}

fn tell(
    settings: &Settings,
    keys: Option<&KeyVault>,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    writeln!(out, "the configuration is sound")?;
    writeln!(out, "  profile         {:?}", settings.profile)?;
    writeln!(
        out,
        "  public-address  {}",
        settings.public_address.origin()
    )?;
    writeln!(out, "  listen          {}", settings.listen)?;
    match settings.metrics {
        Some(address) => writeln!(out, "  metrics.listen  {address}")?,
        None => writeln!(out, "  metrics.listen  not set: no metrics")?,
    }
    if let Some(traces) = &settings.traces {
        writeln!(out, "  traces.address  {}", traces.address)?;
    }
    match &settings.database {
        DatabaseSettings::File(path) => writeln!(out, "  database        {}", path.display())?,
        DatabaseSettings::Postgres { addresses, .. } => {
            let number = addresses.len();
            writeln!(out, "  database        PostgreSQL, {number} addresses")?;
        }
    }
    match &settings.ends {
        Some(path) => writeln!(out, "  ends.file       {}", path.display())?,
        None => writeln!(
            out,
            "  ends.file       not set: a restore brings ended links back"
        )?,
    }
    writeln!(out, "  policies        {}", settings.policy_digest)?;
    if let Some(keys) = keys {
        for (version, fingerprint) in keys.fingerprints() {
            let force = if version == keys.version_in_force() {
                " in force"
            } else {
                ""
            };
            writeln!(
                out,
                "  vault key {version}     fingerprint {fingerprint}{force}"
            )?;
        }
    }
    Ok(())
}
