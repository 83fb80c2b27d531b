//! Where a key of the settings stands: the variable's name, or line and column of the file.

use std::{collections::BTreeMap, fs, path::Path};

use toml::{Spanned, de::DeTable, de::DeValue};

use super::{Sources, key_of_variable};

/// The places of every key that the sources name.
#[derive(Debug, Default)]
pub(super) struct Places {
    variables: BTreeMap<String, String>,
    file: Option<Lines>,
}

/// Where the keys of a file stand.
#[derive(Debug)]
struct Lines {
    name: String,
    keys: BTreeMap<String, (usize, usize)>,
}

/// The file is no TOML: where, and what the parser says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoToml {
    pub(super) place: String,
    pub(super) what: String,
}

impl Places {
    /// Reads the places of all keys.
    ///
    /// # Errors
    /// The file is no TOML. A file that cannot be read at all has no places.
    pub(super) fn of(sources: &Sources) -> Result<Self, NoToml> {
        let variables = sources
            .variables
            .keys()
            .filter_map(|name| Some((key_of_variable(name)?, name.clone())))
            .collect();
        let file = match &sources.file {
            Some(path) => lines(path)?,
            None => None,
        };
        Ok(Self { variables, file })
    }

    /// The place of a key; of the table that should hold it, where it is missing.
    pub(super) fn of_key(&self, key: &str) -> Option<String> {
        let mut key = key;
        loop {
            if let Some(name) = self.variables.get(key) {
                return Some(format!("variable {name}"));
            }
            if let Some(file) = &self.file
                && let Some((line, column)) = file.keys.get(key)
            {
                return Some(format!("{}, line {line}, column {column}", file.name));
            }
            (key, _) = key.rsplit_once('.')?;
        }
    }
}

fn lines(path: &Path) -> Result<Option<Lines>, NoToml> {
    let Ok(text) = fs::read_to_string(path) else {
        return Ok(None);
    };
    let name = path.display().to_string();
    let at = |offset: usize| {
        let before = text.get(..offset).unwrap_or(&text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    };
    let table = DeTable::parse(&text).map_err(|error| {
        let (line, column) = at(error.span().map_or(0, |span| span.start));
        NoToml {
            place: format!("{name}, line {line}, column {column}"),
            // The parser's own words; the whole of its text would quote the line.
            what: format!("is no TOML: {}", error.message()),
        }
    })?;
    let mut keys = BTreeMap::new();
    walk(table.get_ref(), "", &mut |key, offset| {
        keys.insert(key, at(offset));
    });
    Ok(Some(Lines { name, keys }))
}

fn walk(table: &DeTable<'_>, path: &str, found: &mut dyn FnMut(String, usize)) {
    for (key, value) in table {
        let key_text: &str = key.get_ref();
        let whole = if path.is_empty() {
            key_text.to_owned()
        } else {
            format!("{path}.{key_text}")
        };
        found(whole.clone(), Spanned::span(key).start);
        if let DeValue::Table(table) = value.get_ref() {
            walk(table, &whole, found);
        }
    }
}
