//! Columns of a file, and reading a field of one.

/// A column: its name in the header, and whether the header must have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// A column that the header must have.
pub(crate) const fn required(name: &'static str) -> Column {
    Column {
        name,
        required: true,
    }
}

/// A column that the header may leave out.
pub(crate) const fn optional(name: &'static str) -> Column {
    Column {
        name,
        required: false,
    }
}

/// What is wrong with a field: its column, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: &'static str,
    pub(crate) what: String,
}

/// A row as texts, by column.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    /// The line on which the row begins, from 1.
    pub(crate) line: u64,
    record: &'a csv::StringRecord,
    /// For each column of the table its place in the file.
    places: &'a [(&'static str, Option<usize>)],
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(
        line: u64,
        record: &'a csv::StringRecord,
        places: &'a [(&'static str, Option<usize>)],
    ) -> Self {
        Self {
            line,
            record,
            places,
        }
    }

    /// The text of a column, without blanks at the ends; empty where the file has no such column.
    pub(crate) fn text(&self, column: &'static str) -> &'a str {
        self.places
            .iter()
            .find(|(name, _)| *name == column)
            .and_then(|(_, place)| self.record.get((*place)?))
            .map_or("", str::trim)
    }

    /// Reads a field that must not be empty.
    pub(crate) fn read<T, E: std::fmt::Display>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Fault> {
        let text = self.text(column);
        if text.is_empty() {
            return Err(Fault {
                column,
                what: "is empty; fill it in".to_owned(),
            });
        }
        read(text).map_err(|error| Fault {
            column,
            what: error.to_string(),
        })
    }

    /// Reads a field that may be empty.
    pub(crate) fn read_optional<T, E: std::fmt::Display>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        read(text).map(Some).map_err(|error| Fault {
            column,
            what: error.to_string(),
        })
    }
}
