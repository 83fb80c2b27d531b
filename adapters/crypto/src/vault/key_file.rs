//! Key files: their text, and who may read them.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use linking_core::{
    ports::Randomness,
    secret::{Secret256, SecretText},
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::KeyVault;

/// A key file of 255 keys has a tenth of this.
const MOST_OCTETS: u64 = 256 * 1024;
/// Of 32 random octets about 30 differ from each other; fewer than this come once in 10^14 keys.
const FEWEST_DIFFERENT_OCTETS: usize = 12;

/// What is wrong with a line of a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyTextFault {
    /// No colon.
    #[error("there is no colon between version and key")]
    NoColon,
    /// The version is no whole number from 1 to 255.
    #[error("the version is no number from 1 to 255")]
    Version,
    /// The key is not 64 lower-case hex digits.
    #[error("the key is not 64 lower-case hex digits")]
    Digits,
    /// The key repeats itself: nobody drew it (`threats.md` J6).
    #[error("the key is not random; make one with a random generator")]
    NotRandom,
    /// The version stands in an earlier line.
    #[error("the version stands in an earlier line too")]
    RepeatedVersion,
    /// The key stands in an earlier line under another version.
    #[error("the key stands in an earlier line too")]
    RepeatedKey,
    /// `seal-with` names no key of the file, or stands twice.
    #[error("`seal-with` must stand once and name a key of this file, as `seal-with: 2`")]
    SealWith,
}

/// Why a text is no key file. Says where, and never what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyTextError {
    /// A line is no key.
    #[error("line {line}: {fault}; a line is like `1:` and 64 lower-case hex digits")]
    Line {
        /// Which, counted from 1.
        line: usize,
        /// What is wrong with it.
        fault: KeyTextFault,
    },
    /// No line holds a key.
    #[error("there is no key; a line is like `1:` and 64 lower-case hex digits")]
    NoKey,
}

/// Why a key file was not taken. Names the file, and never its contents.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// It does not read, or is not to be written.
    #[error("key file {path}: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Others than its owner may read or write it.
    #[error("key file {path} is open to others (mode {mode:04o}); run: chmod 600 {path}")]
    OpenToOthers {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is no text, or larger than any key file.
    #[error("key file {path} is not a text of at most 256 KiB")]
    NoText {
        /// Which file.
        path: PathBuf,
    },
    /// It has no key of that version.
    #[error("key file {path} has no key {version}")]
    NoSuchKey {
        /// Which file.
        path: PathBuf,
        /// Which version.
        version: u8,
    },
    /// The key seals and tags: another one must be put in force first.
    #[error("key {version} of key file {path} is in force; put another key in force first")]
    InForce {
        /// Which file.
        path: PathBuf,
        /// Which version.
        version: u8,
    },
    /// Version 255 is taken.
    #[error("key file {path} has key 255, the last one there can be")]
    Full {
        /// Which file.
        path: PathBuf,
    },
    /// Its text is no key file's.
    #[error("key file {path}, {cause}")]
    Text {
        /// Which file.
        path: PathBuf,
        /// Where, and what is wrong.
        cause: KeyTextError,
    },
}

/// The word before the version that is in force.
pub(super) const SEAL_WITH: &str = "seal-with";

/// What a key file says.
pub(super) struct Parsed {
    pub(super) keys: BTreeMap<u8, Secret256>,
    pub(super) seal_with: Option<u8>,
}

pub(super) fn parse(text: &str) -> Result<Parsed, KeyTextError> {
    let mut keys = BTreeMap::new();
    let mut named: Option<(usize, u8)> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let fault = |fault| KeyTextError::Line { line, fault };
        if let Some((SEAL_WITH, version)) = text.split_once(':') {
            let version = version.trim().parse().ok().filter(|_| named.is_none());
            named = Some((line, version.ok_or_else(|| fault(KeyTextFault::SealWith))?));
            continue;
        }
        let (version, key) = key_line(text).map_err(fault)?;
        if keys.contains_key(&version) {
            return Err(fault(KeyTextFault::RepeatedVersion));
        }
        if keys.values().any(|other| *other == key) {
            return Err(fault(KeyTextFault::RepeatedKey));
        }
        keys.insert(version, key);
    }
    if let Some((line, version)) = named
        && !keys.contains_key(&version)
    {
        let fault = KeyTextFault::SealWith;
        return Err(KeyTextError::Line { line, fault });
    }
    Ok(Parsed {
        keys,
        seal_with: named.map(|(_, version)| version),
    })
}

pub(super) fn key_line(text: &str) -> Result<(u8, Secret256), KeyTextFault> {
    let (version, digits) = text.split_once(':').ok_or(KeyTextFault::NoColon)?;
    let plain_number = version.bytes().all(|b| b.is_ascii_digit());
    let version = version
        .parse()
        .ok()
        .filter(|version| plain_number && *version > 0)
        .ok_or(KeyTextFault::Version)?;
    let key = Secret256::from_hex(digits).ok_or(KeyTextFault::Digits)?;
    if different_octets(&key) < FEWEST_DIFFERENT_OCTETS {
        return Err(KeyTextFault::NotRandom);
    }
    Ok((version, key))
}

fn different_octets(key: &Secret256) -> usize {
    let mut octets = Zeroizing::new(*key.expose());
    octets.sort_unstable();
    octets.chunk_by(|a, b| a == b).count()
}

pub(super) fn generate(random: &dyn Randomness) -> SecretText {
    let digits = Zeroizing::new(Secret256::draw(random).to_hex());
    SecretText::new(format!("1:{}\n", &*digits))
}

pub(super) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> KeyFileError {
    move |cause| KeyFileError::Io {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(unix)]
fn refuse_open_to_others(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = file.metadata().map_err(io_at(path))?.permissions();
    let mode = permissions.mode() & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(KeyFileError::OpenToOthers { path, mode });
    }
    Ok(())
}

/// Access control lists are the operator's there.
#[cfg(not(unix))]
fn refuse_open_to_others(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

/// The text of a key file that nobody else may read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let no_text = || KeyFileError::NoText {
        path: path.to_owned(),
    };
    let file = File::open(path).map_err(io_at(path))?;
    refuse_open_to_others(path, &file)?;
    let mut octets = Zeroizing::new(Vec::new());
    let read = file
        .take(MOST_OCTETS + 1)
        .read_to_end(&mut octets)
        .map_err(io_at(path))?;
    if u64::try_from(read).map_or(true, |read| read > MOST_OCTETS) {
        return Err(no_text());
    }
    let text = std::str::from_utf8(&octets).map_err(|_| no_text())?;
    Ok(Zeroizing::new(text.to_owned()))
}

pub(super) fn load(path: &Path) -> Result<KeyVault, KeyFileError> {
    let text = read(path)?;
    KeyVault::from_text(&text).map_err(|cause| KeyFileError::Text {
        path: path.to_owned(),
        cause,
    })
}

pub(super) fn create(path: &Path, random: &dyn Randomness) -> Result<KeyVault, KeyFileError> {
    write_new(path, generate(random).expose())?;
    load(path)
}

/// Writes a file that is not there yet, for its owner alone, down to the disk.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), KeyFileError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(io_at(path))?;
    file.write_all(text.as_bytes()).map_err(io_at(path))?;
    file.sync_all().map_err(io_at(path))
}
