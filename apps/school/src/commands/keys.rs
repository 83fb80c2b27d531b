//! `svyazka keys`: makes, lists and exchanges the vault's keys (`threats.md` I5, I6).

use std::{io::Write, path::PathBuf, time::Duration};

use clap::Subcommand;
use linking_crypto::{KeyVault, SystemRandom};
use linking_storage::{Resealed, Unreadable};

use super::CommandError;
use crate::{installation::Installation, settings::Settings};

/// How many accounts one transaction seals anew: writers wait for it no longer than for a few
/// sign-ins.
const BATCH: u16 = 100;
/// The pause between two batches, for those who wait to write.
const PAUSE: Duration = Duration::from_millis(20);

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the key file of a new installation.
    Make,
    /// List the keys of the file and of the database: fingerprints, and how many records need
    /// each.
    List,
    /// Add a new key that opens and does not seal yet: give the file to every server, start them
    /// anew, then run `use`.
    Add,
    /// Put a key in force: it seals from the next start of each server on.
    Use {
        /// Its version.
        version: u8,
    },
    /// Add a new key and put it in force: where there is one server.
    Rotate,
    /// Seal every account anew with the key in force, while the program runs.
    Reseal,
    /// Remove a key that nothing needs any more.
    Remove {
        /// Its version.
        version: u8,
        /// End the sessions that still need it, instead of waiting up to 30 days: their people
        /// sign in anew.
        #[arg(long)]
        end_sessions: bool,
    },
    /// After a key is lost: what is lost with it, and what is not.
    Lost {
        /// Give the unreadable accounts an empty name, which the next import fills, and forget
        /// the lost keys. There is no way back.
        #[arg(long)]
        give_up: bool,
    },
}

pub(super) async fn run(
    settings: &Settings,
    command: &KeysCommand,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let file = &settings.vault_keys;
    match command {
        KeysCommand::Make => {
            let vault = KeyVault::create(file, &SystemRandom)?;
            for (version, print) in vault.fingerprints() {
                writeln!(
                    out,
                    "{}: key {version}, fingerprint {print}",
                    file.display()
                )?;
            }
            writeln!(
                out,
                "Keep a copy apart from the database: without it nobody's name can be read."
            )?;
            Ok(())
        }
        KeysCommand::List => list(settings, out).await,
        KeysCommand::Add => {
            let version = add(settings).await?;
            writeln!(
                out,
                "key {version} opens and does not seal yet. Give {} to every server, start them \
                 anew, then run: svyazka keys use {version}",
                file.display()
            )?;
            Ok(())
        }
        KeysCommand::Use { version } => put_in_force(settings, *version, out).await,
        KeysCommand::Rotate => {
            let version = add(settings).await?;
            put_in_force(settings, version, out).await
        }
        KeysCommand::Reseal => reseal(settings, out).await,
        KeysCommand::Remove {
            version,
            end_sessions,
        } => remove(settings, *version, *end_sessions, out).await,
        KeysCommand::Lost { give_up } => lost(settings, *give_up, out).await,
    }
}

/// Adds a key to the file and makes it known to the database, so that a server that lacks it is
/// found before another one writes with it.
async fn add(settings: &Settings) -> Result<u8, CommandError> {
    // The file fits the database before it is changed.
    Installation::open(settings).await?.storage.close().await;
    let version = KeyVault::add_key(&settings.vault_keys, &SystemRandom)?;
    Installation::open(settings).await?.storage.close().await;
    Ok(version)
}

async fn put_in_force(
    settings: &Settings,
    version: u8,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    Installation::open(settings).await?.storage.close().await;
    KeyVault::put_in_force(&settings.vault_keys, version)?;
    writeln!(
        out,
        "key {version} is in force from the next start of each server on. Give {} to every \
         server, start them anew, then run: svyazka keys reseal",
        settings.vault_keys.display()
    )?;
    Ok(())
}

async fn list(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let vault = KeyVault::load(&settings.vault_keys)?;
    let own = vault.fingerprints();
    let installation = Installation::open_as_it_is(settings).await?;
    let storage = &installation.storage;
    storage.check_ready().await?;
    let known = storage.known_keys().await?;
    let versions: std::collections::BTreeSet<u8> =
        own.keys().chain(known.keys()).copied().collect();
    for version in versions {
        let under = storage.under_key(version).await?;
        let state = match (own.get(&version), known.get(&version)) {
            (Some(here), Some(there)) if here != there => "ANOTHER KEY THAN THE DATABASE'S",
            (None, _) => "NOT IN THE FILE",
            (Some(_), _) if version == vault.version_in_force() => "in force",
            (Some(_), _) => "opens",
        };
        let print = own.get(&version).or(known.get(&version));
        writeln!(
            out,
            "key {version}  fingerprint {}  {state}  accounts {}, sessions {}, flows {}",
            print.map_or("", String::as_str),
            under.accounts,
            under.sessions,
            under.flows
        )?;
    }
    storage.close().await;
    Ok(())
}

/// Goes through all accounts in small batches.
async fn seal_all(
    installation: &Installation,
    unreadable: Unreadable,
) -> Result<Resealed, CommandError> {
    let mut whole = Resealed::default();
    loop {
        let batch = installation
            .storage
            .reseal_batch(whole.last, BATCH, unreadable)
            .await?;
        whole.rewritten += batch.rewritten;
        whole.unreadable += batch.unreadable;
        if batch.last.is_none() {
            return Ok(whole);
        }
        whole.last = batch.last;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn reseal(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let installation = Installation::open(settings).await?;
    let done = seal_all(&installation, Unreadable::Leave).await?;
    writeln!(out, "sealed anew: {} accounts", done.rewritten)?;
    if done.unreadable > 0 {
        writeln!(
            out,
            "not readable: {} accounts; see `svyazka keys lost`",
            done.unreadable
        )?;
    }
    let in_force = KeyVault::load(&settings.vault_keys)?.version_in_force();
    for version in installation.keys.keys().filter(|key| **key != in_force) {
        let under = installation.storage.under_key(*version).await?;
        writeln!(
            out,
            "left under key {version}: {} accounts, {} sessions, {} flows",
            under.accounts, under.sessions, under.flows
        )?;
    }
    installation.storage.close().await;
    Ok(())
}

async fn remove(
    settings: &Settings,
    version: u8,
    end_sessions: bool,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let vault = KeyVault::load(&settings.vault_keys)?;
    if version == vault.version_in_force() {
        let path: PathBuf = settings.vault_keys.clone();
        return Err(linking_crypto::KeyFileError::InForce { path, version }.into());
    }
    let installation = Installation::open(settings).await?;
    let storage = &installation.storage;
    if end_sessions && storage.under_key(version).await?.accounts == 0 {
        let ended = storage.end_under_key(version).await?;
        writeln!(out, "ended: {ended} sessions and flows")?;
    }
    storage.forget_key(version).await?;
    storage.close().await;
    KeyVault::remove_key(&settings.vault_keys, version)?;
    writeln!(
        out,
        "key {version} is removed. Give {} to every server. A backup that was made while it was \
         in use needs it: keep the old file as long as such a backup",
        settings.vault_keys.display()
    )?;
    Ok(())
}

async fn lost(settings: &Settings, give_up: bool, out: &mut dyn Write) -> Result<(), CommandError> {
    let installation = Installation::open_as_it_is(settings).await?;
    let storage = &installation.storage;
    storage.check_ready().await?;
    let mut lost = Vec::new();
    for (version, print) in storage.known_keys().await? {
        if installation.keys.get(&version) != Some(&print) {
            lost.push((version, print));
        }
    }
    if lost.is_empty() {
        writeln!(
            out,
            "no key is lost: the file holds every key of the database"
        )?;
        return Ok(());
    }
    for (version, print) in &lost {
        let under = storage.under_key(*version).await?;
        writeln!(
            out,
            "key {version} (fingerprint {print}) is not in the file."
        )?;
        writeln!(
            out,
            "  lost with it: name, birth date, gender, SNILS and contacts of {} accounts; {} \
             sessions and {} open steps, whose people begin anew",
            under.accounts, under.sessions, under.flows
        )?;
    }
    writeln!(
        out,
        "  not lost: logins, passwords, roles and classes, links to providers, consents, the \
         trail.\n  First look for the file: on other servers, in its copies, with the backups."
    )?;
    if !give_up {
        writeln!(
            out,
            "  If it is lost for good: `svyazka keys lost --give-up`, then import the register \
             of people again: it brings names, birth dates and SNILS."
        )?;
        return Ok(());
    }
    if lost
        .iter()
        .any(|(version, _)| installation.keys.contains_key(version))
    {
        let what = "the file holds another key under the number of a lost one: make a file whose \
                    only key has a number that the database does not know";
        return Err(CommandError::Refused(what.to_owned()));
    }
    let now = installation.clock.now();
    let done = seal_all(&installation, Unreadable::GiveUp { now }).await?;
    for (version, _) in &lost {
        storage.end_under_key(*version).await?;
        storage.forget_key(*version).await?;
    }
    storage.register_keys(&installation.keys).await?;
    storage.close().await;
    writeln!(
        out,
        "given up: {} accounts; now import the register",
        done.rewritten
    )?;
    Ok(())
}
