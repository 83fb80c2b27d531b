//! The list of what ended, kept apart from the database: links, consents, passwords, by identifier
//! and time alone. A restore plays it back, so that yesterday's backup brings no ended link to
//! life; and a database that is older than the list is known by its mark (`threats.md` I9, H4).
//!
//! Each line is an end, or `mark 17 1764504000000000`: the database's mark at a time. Lines are
//! only added. A line that stands twice does no harm.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta};
use linking_core::{ports::StoreError, time::Timestamp};
use linking_storage::{End, Mark, Storage};
use thiserror::Error;
use tokio::sync::Mutex;

/// What was written up to so long before the last look is looked at again: another server's clock
/// may be behind, and its commit may have come late.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// A mark is set at least so often, so that an older database is known though nothing ended.
const MARK_EVERY: TimeDelta = TimeDelta::hours(1);

/// The list cannot be used.
#[derive(Debug, Error)]
pub enum EndsError {
    /// It does not read, or is not to be written.
    #[error("ends.file {path}: {cause}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A line of it is none of its lines.
    #[error("ends.file {path}, line {line}, is no line of a list of ends")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a list says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Every end, in the order of writing.
    pub ends: Vec<End>,
    /// The greatest mark; zero if there is none.
    pub mark: u64,
    /// When the last mark was set.
    pub marked_at: Option<Timestamp>,
}

impl Listed {
    /// Reads a list. One that is not there says nothing.
    ///
    /// # Errors
    /// It does not read, or a line of it is none. The last line may be cut short: the server that
    /// wrote it was killed.
    pub fn read(path: &Path) -> Result<Self, EndsError> {
        let file_error = |cause| EndsError::File {
            path: path.to_owned(),
            cause,
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(file_error(cause)),
        };
        let mut listed = Self::default();
        let mut bad = None;
        for (line, text) in (1..).zip(BufReader::new(file).lines()) {
            let text = text.map_err(file_error)?;
            if let Some(line) = bad {
                let path = path.to_owned();
                return Err(EndsError::Line { path, line });
            }
            if listed.take(&text).is_none() {
                bad = Some(line);
            }
        }
        Ok(listed)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        if let Some(mark) = line.strip_prefix("mark ") {
            let (number, at) = mark.split_once(' ')?;
            self.mark = self.mark.max(number.parse().ok()?);
            self.marked_at = DateTime::from_timestamp_micros(at.parse().ok()?);
        } else if !line.is_empty() {
            self.ends.push(line.parse().ok()?);
        }
        Some(())
    }
}

/// The list of a server that runs.
#[derive(Debug)]
pub struct Ends {
    path: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mark: u64,
    marked_at: Option<Timestamp>,
    /// From when on the next look begins.
    from: Timestamp,
    /// What was written within the overlap.
    recent: BTreeSet<String>,
}

impl Ends {
    /// Opens a list; it is made with the first line. Without a file nothing is kept, and of a
    /// restore only the backup's own mark tells.
    ///
    /// # Errors
    /// It does not read.
    pub fn open(path: Option<&Path>) -> Result<Self, EndsError> {
        let Listed {
            mark, marked_at, ..
        } = path.map_or_else(|| Ok(Listed::default()), Listed::read)?;
        Ok(Self {
            path: path.map(Path::to_owned),
            state: Mutex::new(State {
                mark,
                // A server that starts sets a mark at once.
                marked_at: None,
                from: marked_at.unwrap_or(DateTime::UNIX_EPOCH),
                recent: BTreeSet::new(),
            }),
        })
    }

    /// Whether a database with this mark may be served: it is no backup, and not older than the
    /// list.
    #[must_use]
    pub async fn fits(&self, mark: Mark) -> bool {
        !mark.is_backup && mark.number >= self.state.lock().await.mark
    }

    /// Writes what ended since the last look; gives how many lines.
    ///
    /// # Errors
    /// See [`EndsError`]; the next look writes it.
    pub async fn note(&self, storage: &Storage, now: Timestamp) -> Result<usize, EndsError> {
        let Some(path) = &self.path else {
            return Ok(0);
        };
        let mut state = self.state.lock().await;
        let from = state.from - OVERLAP;
        let ends = storage.ends_since(from).await?;
        let lines: BTreeSet<String> = ends.iter().map(ToString::to_string).collect();
        let new: Vec<&String> = lines.difference(&state.recent).collect();
        let due = |at| now.signed_duration_since(at) >= MARK_EVERY;
        if new.is_empty() && !state.marked_at.is_none_or(due) {
            return Ok(0);
        }
        let written = new.len();
        let mark = storage.raise_mark().await?;
        let mark_line = format!("mark {mark} {}", now.timestamp_micros());
        let text: String = new
            .into_iter()
            .chain([&mark_line])
            .flat_map(|line| [line.as_str(), "\n"])
            .collect();
        append(path, &text)?;
        *state = State {
            mark: state.mark.max(mark),
            marked_at: Some(now),
            from: now,
            recent: lines,
        };
        Ok(written)
    }
}

/// Adds whole lines to a list, down to the disk.
///
/// # Errors
/// The file cannot be written.
pub fn append(path: &Path, text: &str) -> Result<(), EndsError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        })
        .map_err(|cause| EndsError::File {
            path: path.to_owned(),
            cause,
        })
}

/// Sets a mark, after a restore.
///
/// # Errors
/// The file cannot be written.
pub fn set_mark(path: Option<&Path>, mark: u64, now: Timestamp) -> Result<(), EndsError> {
    let Some(path) = path else {
        return Ok(());
    };
    append(path, &format!("mark {mark} {}\n", now.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<Listed, EndsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ends");
        std::fs::write(&path, text).unwrap();
        Listed::read(&path)
    }

    #[test]
    fn i9_the_greatest_mark_counts_and_a_line_cut_short_is_passed_over() {
        let link = "link lnk_0190f5c2000070008000000000000001 1764504000000000 unlinked";
        let list = listed(&format!("{link}\nmark 5 1\nmark 3 2\n{link}\nlink lnk_01"));
        let list = list.unwrap();
        assert_eq!(list.mark, 5);
        assert_eq!(list.ends.len(), 2);
        assert_eq!(list.ends.first().unwrap().to_string(), link);
        assert_eq!(listed("").unwrap(), Listed::default());
        assert!(matches!(
            listed(&format!("nonsense\n{link}\n")),
            Err(EndsError::Line { line: 1, .. })
        ));
    }
}
