//! `svyazka backup`, `restore`, `restore-finish` (`threats.md` I9).

use std::{
    fs,
    io::Write,
    net::TcpStream,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use linking_core::time::Timestamp;
use linking_crypto::give_to_owner_of;
use linking_storage::{Location, Restored, Storage};

use super::CommandError;
use crate::{
    ends::{self, Ends, Listed},
    installation::Installation,
    settings::{DatabaseSettings, Settings},
};

/// How long a server that runs may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to write a backup.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The new file. One that is there is not written over.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What to put back.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// A file that `svyazka backup` wrote.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take the place of the present database, which is kept beside it under another name.
    #[arg(long)]
    pub replace: bool,
}

/// How to finish a restore.
#[derive(Debug, Args)]
pub struct RestoreFinishArguments {
    /// The lists of ends of other servers, beside the one of `ends.file`.
    #[arg(long, value_name = "FILE")]
    pub ends: Vec<PathBuf>,
    /// Finish though nothing says that the database was put back: ends every session.
    #[arg(long)]
    pub force: bool,
}

/// The database file; these commands are for one.
fn file_of(settings: &Settings) -> Result<&Path, CommandError> {
    let refused = || {
        let what = "the database is not a file: back it up with pg_dump, restore it with \
                    pg_restore, then run `svyazka restore-finish`";
        CommandError::Refused(what.to_owned())
    };
    settings.database.file().ok_or_else(refused)
}

/// What the list of ends says.
fn listed(settings: &Settings) -> Result<Listed, CommandError> {
    let list = settings.ends.as_deref();
    Ok(list.map_or_else(|| Ok(Listed::default()), Listed::read)?)
}

/// A database file beside the one of the settings.
async fn open_copy(installation: &Installation, path: &Path) -> Result<Storage, CommandError> {
    let location = Location::File(path.to_owned());
    let (vault, ids) = (
        Arc::clone(&installation.vault),
        Arc::clone(&installation.ids),
    );
    Ok(Storage::open(&location, vault, ids).await?)
}

pub(super) async fn run(
    settings: &Settings,
    arguments: &BackupArguments,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let file = &arguments.file;
    file_of(settings)?;
    let installation = Installation::open(settings).await?;
    installation.storage.copy_to(file).await?;
    let checked = check_backup(&installation, file).await;
    installation.storage.close().await;
    if let Err(error) = checked {
        // What cannot be put back must not look like a backup.
        let _ = fs::remove_file(file);
        return Err(error);
    }
    let octets = fs::metadata(file).map_or(0, |metadata| metadata.len());
    writeln!(out, "{}: {octets} octets, checked", file.display())?;
    for (version, print) in installation.keys.iter() {
        writeln!(out, "it needs vault key {version}, fingerprint {print}")?;
    }
    writeln!(
        out,
        "the key file is not in it: keep a copy of that elsewhere"
    )?;
    Ok(())
}

async fn check_backup(installation: &Installation, file: &Path) -> Result<(), CommandError> {
    let copy = open_copy(installation, file).await?;
    copy.call_backup().await?;
    copy.check_integrity().await?;
    copy.check_ready().await?;
    copy.check_keys(&installation.keys).await?;
    copy.close().await;
    Ok(())
}

pub(super) async fn restore(
    settings: &Settings,
    arguments: &RestoreArguments,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let database = file_of(settings)?;
    if TcpStream::connect_timeout(&settings.listen, PATIENCE).is_ok() {
        let what = format!("a server answers at {}: stop it first", settings.listen);
        return Err(CommandError::Refused(what));
    }
    if database.exists() && !arguments.replace {
        let what = format!(
            "{} is there: with --replace it is kept under another name and replaced",
            database.display()
        );
        return Err(CommandError::Refused(what));
    }
    let beside = with_end(database, ".restoring");
    let copied = |cause| CommandError::File {
        path: arguments.file.clone(),
        cause,
    };
    remove_database(&beside);
    copy_private(&arguments.file, &beside).map_err(copied)?;
    let result = put_back(settings, &beside, out).await;
    if result.is_err() {
        remove_database(&beside);
    }
    result
}

/// The copy is checked and finished before it takes the database's place.
async fn put_back(
    settings: &Settings,
    copy: &Path,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let database = file_of(settings)?;
    let mut at_copy = settings.clone();
    at_copy.database = DatabaseSettings::File(copy.to_owned());
    let installation = Installation::open_as_it_is(&at_copy).await?;
    let now = installation.clock.now();
    let storage = &installation.storage;
    storage.check_integrity().await?;
    storage.migrate().await?;
    storage.check_keys(&installation.keys).await?;
    if database.exists() {
        last_ends(&installation, settings, database, now, out).await?;
    }
    let listed = listed(settings)?;
    let done = storage
        .finish_restore(&listed.ends, listed.mark, now)
        .await?;
    storage.close().await;
    let renamed = |cause| CommandError::File {
        path: database.to_owned(),
        cause,
    };
    let owner = if database.exists() {
        database
    } else {
        folder_of(database)
    };
    give_to_owner_of(owner, copy).map_err(renamed)?;
    if database.exists() {
        let kept = with_end(database, &format!(".before-{}", now.timestamp()));
        fs::rename(database, &kept).map_err(renamed)?;
        for end in ["-wal", "-shm"] {
            // With it go its journal and index, where a crash left them.
            let _ = fs::rename(with_end(database, end), with_end(&kept, end));
        }
        writeln!(out, "the former database is kept as {}", kept.display())?;
    }
    fs::rename(copy, database).map_err(renamed)?;
    set_mark(settings.ends.as_deref(), done.mark, now)?;
    tell(done, out)
}

/// What the present database knows of ends and the list does not yet. A database that does not
/// open is why people restore: then the list has to do.
async fn last_ends(
    installation: &Installation,
    settings: &Settings,
    database: &Path,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let noted = async {
        let present = open_copy(installation, database).await?;
        if present.mark().await?.is_backup {
            present.close().await;
            return Ok(0);
        }
        let noted = Ends::open(settings.ends.as_deref())?
            .note(&present, now)
            .await;
        present.close().await;
        Ok::<usize, CommandError>(noted?)
    };
    match noted.await {
        Ok(lines) => writeln!(out, "ends taken from the present database: {lines}")?,
        Err(error) => writeln!(
            out,
            "the present database does not tell what ended last ({error}); the list of ends does"
        )?,
    }
    Ok(())
}

pub(super) async fn finish(
    settings: &Settings,
    arguments: &RestoreFinishArguments,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let installation = Installation::open_as_it_is(settings).await?;
    let storage = &installation.storage;
    storage.migrate().await?;
    storage.check_keys(&installation.keys).await?;
    let mut listed = listed(settings)?;
    for other in &arguments.ends {
        let other = Listed::read(other)?;
        listed.ends.extend(other.ends);
        listed.mark = listed.mark.max(other.mark);
    }
    let mark = storage.mark().await?;
    if !mark.is_backup && mark.number >= listed.mark && !arguments.force {
        let what = "nothing says that this database was put back; with --force every session \
                    ends all the same";
        return Err(CommandError::Refused(what.to_owned()));
    }
    let now = installation.clock.now();
    let done = storage
        .finish_restore(&listed.ends, listed.mark, now)
        .await?;
    storage.close().await;
    set_mark(settings.ends.as_deref(), done.mark, now)?;
    tell(done, out)
}

/// Sets the mark; a list that is begun with it belongs to whoever has the folder.
fn set_mark(list: Option<&Path>, mark: u64, now: Timestamp) -> Result<(), CommandError> {
    let begun = list.filter(|list| !list.exists());
    ends::set_mark(list, mark, now)?;
    let Some(list) = begun else {
        return Ok(());
    };
    give_to_owner_of(folder_of(list), list).map_err(|cause| CommandError::File {
        path: list.to_owned(),
        cause,
    })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) => Path::new("."),
        None => Path::new("/"),
    }
}

fn tell(done: Restored, out: &mut dyn Write) -> Result<(), CommandError> {
    writeln!(
        out,
        "restored. Ended again: {} links, {} consents. Sessions ended: {}, open steps: {}.",
        done.links, done.consents, done.sessions, done.flows
    )?;
    if done.passwords > 0 {
        writeln!(
            out,
            "{} people had changed their password since: print them a new one (`svyazka \
             passwords`).",
            done.passwords
        )?;
    }
    writeln!(
        out,
        "Now import the registers again: they say who has left since the backup."
    )?;
    Ok(())
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Removes what an earlier try left.
fn remove_database(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(with_end(path, end));
    }
}

/// Copies a file into a new one that only its owner may read.
fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut source = fs::File::open(from)?;
    let mut target = options.open(to)?;
    std::io::copy(&mut source, &mut target)?;
    target.sync_all()
}
