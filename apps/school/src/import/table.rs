//! Reads a CSV file row by row: UTF-8 with or without a byte order mark, `;` or `,` between
//! fields, names of columns in the first line. Memory stays bounded whatever the file holds.

use std::{
    cell::Cell,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

use thiserror::Error;

use super::column::{Column, Fault, Fields};

/// The largest file.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;
/// The longest row.
pub const MAX_ROW_BYTES: u64 = 64 * 1024;
/// How much is read at once.
const BUFFER: u64 = 8 * 1024;

/// A file that cannot be taken as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// The system does not give it.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("{file}: is larger than 512 MiB; split it")]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// The header lacks a column, has one twice, or one that is not known.
    #[error("{file}, line 1: {what}; the columns are: {columns}")]
    Header {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
        /// What the header may have.
        columns: String,
    },
    /// A row is longer than [`MAX_ROW_BYTES`]: often a quotation mark that is not closed.
    #[error(
        "{file}, line {line}: a row is longer than 64 KiB; look for a quotation mark that is not closed"
    )]
    RowTooLong {
        /// The file.
        file: PathBuf,
        /// Where the row begins.
        line: u64,
    },
}

/// Makes items of rows.
pub(crate) trait Table {
    /// What a register takes.
    type Item;
    /// The columns.
    const COLUMNS: &'static [Column];

    /// Takes the next row. An item may need several rows: it is given out with the row that
    /// follows its last one.
    fn row(&mut self, fields: &Fields<'_>) -> Vec<Read1<Self::Item>>;

    /// Gives out what is still held at the end of the file.
    fn end(&mut self) -> Vec<Read1<Self::Item>> {
        Vec::new()
    }
}

/// An item with the line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item<T> {
    pub(crate) line: u64,
    pub(crate) row: T,
    /// Why the name is taken in as unsound, where it is.
    pub(crate) unsound: Option<Fault>,
}

/// What was made of a row: an item, or what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read1<T> {
    pub(crate) line: u64,
    pub(crate) result: Result<Item<T>, Vec<Fault>>,
}

impl<T> Read1<T> {
    pub(crate) const fn good(line: u64, row: T, unsound: Option<Fault>) -> Self {
        Self {
            line,
            result: Ok(Item { line, row, unsound }),
        }
    }

    pub(crate) const fn bad(line: u64, faults: Vec<Fault>) -> Self {
        Self {
            line,
            result: Err(faults),
        }
    }
}

/// Reads the file; the header is read at once.
pub(crate) fn items<T: Table>(path: &Path, table: T) -> Result<Items<T>, FileError> {
    let unreadable = |error: io::Error| FileError::Unreadable {
        file: path.to_owned(),
        cause: error.to_string(),
    };
    let mut file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.len() > MAX_FILE_BYTES {
        return Err(FileError::TooLarge {
            file: path.to_owned(),
        });
    }
    let mut start = Vec::new();
    Read::by_ref(&mut file)
        .take(BUFFER)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    let start = start
        .strip_prefix(b"\xef\xbb\xbf")
        .map(<[u8]>::to_vec)
        .unwrap_or(start);
    let header = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let header = String::from_utf8_lossy(header);
    let delimiter = if header.matches(';').count() > header.matches(',').count() {
        b';'
    } else {
        b','
    };
    let left = Rc::new(Cell::new(MAX_ROW_BYTES + BUFFER));
    let source = Bounded {
        inner: io::Cursor::new(start).chain(file).chain(END),
        left: Rc::clone(&left),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(source);
    let places = read_header::<T>(path, &mut reader)?;
    Ok(Items {
        path: path.to_owned(),
        reader,
        left,
        places,
        table,
        ready: Vec::new(),
        over: false,
    })
}

type Source = Bounded<io::Chain<io::Chain<io::Cursor<Vec<u8>>, File>, &'static [u8]>>;

/// The last line ends too.
const END: &[u8] = b"\n";
type Places = Vec<(&'static str, Option<usize>)>;

fn read_header<T: Table>(
    path: &Path,
    reader: &mut csv::Reader<Source>,
) -> Result<Places, FileError> {
    let wrong = |what: String| FileError::Header {
        file: path.to_owned(),
        what,
        columns: T::COLUMNS
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut header = csv::StringRecord::new();
    match reader.read_record(&mut header) {
        Ok(true) => {}
        Ok(false) => return Err(wrong("the file is empty".to_owned())),
        Err(_) => {
            return Err(wrong(
                "cannot be read; save the file as CSV in UTF-8".to_owned(),
            ));
        }
    }
    let names: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    if let Some(at) = names
        .iter()
        .position(|name| !T::COLUMNS.iter().any(|c| c.name == name))
    {
        return Err(wrong(format!(
            "column {} has an unknown name",
            at.saturating_add(1)
        )));
    }
    let mut places = Vec::new();
    for column in T::COLUMNS {
        let mut found = names
            .iter()
            .enumerate()
            .filter(|(_, name)| *name == column.name);
        let place = found.next().map(|(at, _)| at);
        if found.next().is_some() {
            return Err(wrong(format!("column {} stands twice", column.name)));
        }
        if place.is_none() && column.required {
            return Err(wrong(format!("column {} is missing", column.name)));
        }
        places.push((column.name, place));
    }
    Ok(places)
}

/// The items of a file, one after another.
pub(crate) struct Items<T: Table> {
    path: PathBuf,
    reader: csv::Reader<Source>,
    left: Rc<Cell<u64>>,
    places: Places,
    table: T,
    ready: Vec<Read1<T::Item>>,
    over: bool,
}

impl<T: Table> Items<T> {
    fn read(&mut self) -> Result<(), FileError> {
        let mut record = csv::StringRecord::new();
        self.left.set(MAX_ROW_BYTES + BUFFER);
        let before = self.reader.position().line();
        match self.reader.read_record(&mut record) {
            Ok(true) => {
                let line = self.first_line(&record);
                if record.iter().all(|field| field.trim().is_empty()) {
                    return Ok(());
                }
                if record.len() != self.header_width() {
                    let what = format!(
                        "has {} fields in place of {}; look for a stray separator",
                        record.len(),
                        self.header_width()
                    );
                    self.ready
                        .push(Read1::bad(line, vec![Fault { column: "", what }]));
                    return Ok(());
                }
                let fields = Fields::new(line, &record, &self.places);
                self.ready = self.table.row(&fields);
            }
            Ok(false) => {
                self.over = true;
                self.ready = self.table.end();
            }
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { .. } => {
                    let line = self.reader.position().line().saturating_sub(1);
                    let what = "is not UTF-8; save the file as CSV in UTF-8".to_owned();
                    self.ready
                        .push(Read1::bad(line, vec![Fault { column: "", what }]));
                }
                csv::ErrorKind::Io(_) if self.left.get() == 0 => {
                    return Err(FileError::RowTooLong {
                        file: self.path.clone(),
                        line: before,
                    });
                }
                _ => {
                    let cause = "reading stopped in its midst".to_owned();
                    return Err(FileError::Unreadable {
                        file: self.path.clone(),
                        cause,
                    });
                }
            },
        }
        // Given out from the end.
        self.ready.reverse();
        Ok(())
    }

    /// The line on which the row begins that was just read. The reader's own count of it begins
    /// at the empty lines before the row.
    fn first_line(&self, record: &csv::StringRecord) -> u64 {
        let breaks = record
            .iter()
            .map(|field| field.matches('\n').count())
            .sum::<usize>();
        let end = self.reader.position().line().saturating_sub(1);
        end.saturating_sub(u64::try_from(breaks).unwrap_or_default())
    }

    fn header_width(&self) -> usize {
        self.places
            .iter()
            .filter(|(_, place)| place.is_some())
            .count()
    }
}

impl<T: Table> Iterator for Items<T> {
    type Item = Result<Read1<T::Item>, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop() {
                return Some(Ok(item));
            }
            if self.over {
                return None;
            }
            if let Err(error) = self.read() {
                self.over = true;
                return Some(Err(error));
            }
        }
    }
}

/// Stops reading in the midst of a row that is too long, and leaves out carriage returns, so that
/// every line ends alike.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other("row too long"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let out = out.get_mut(..most).unwrap_or_default();
        loop {
            let read = self.inner.read(out)?;
            self.left.set(
                self.left
                    .get()
                    .saturating_sub(u64::try_from(read).unwrap_or(left)),
            );
            let mut kept = 0;
            for at in 0..read {
                if let Some(byte) = out.get(at).copied().filter(|byte| *byte != b'\r')
                    && let Some(place) = out.get_mut(kept)
                {
                    *place = byte;
                    kept += 1;
                }
            }
            // Nothing kept of something read is not the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}
