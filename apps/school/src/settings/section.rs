//! Reads a table of settings key by key. What nobody asked for is an unknown key, and an error.

use config::{Map, Value, ValueKind};
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};

use super::problem::Problems;

/// The value is faulty, and the problem was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reported;

/// A table of the settings, with the path that leads to it.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    path: String,
    table: Map<String, Value>,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// The whole of the settings.
    pub(crate) fn root(value: Value, problems: &'a Problems) -> Self {
        Self {
            path: String::new(),
            table: value.into_table().unwrap_or_default(),
            problems,
        }
    }

    /// The full name of a key of this table.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Tells of a problem with a key of this table.
    pub(crate) fn problem(&self, key: &str, what: &str) {
        self.problems.add(&self.name(key), "", what);
    }

    /// Keeps what is asked for: the page of all keys is held to it.
    #[cfg(test)]
    fn note(&self, key: &str) {
        self.problems.note(self.name(key));
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests keep what is asked for")]
    const fn note(&self, _: &str) {}

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.note(key);
        self.table.contains_key(key)
    }

    /// The text at a path of keys, without taking it.
    pub(crate) fn text_at(&self, path: &str) -> Option<String> {
        let mut value = Value::new(None, self.table.clone());
        for name in path.split('.') {
            value = value.into_table().ok()?.remove(name)?;
        }
        value.into_string().ok()
    }

    /// The keys of this table that nobody has asked for yet, sorted.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.table.keys().cloned().collect();
        keys.sort();
        keys
    }

    /// The value of a key as it stands, for a reader of its own.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.note(key);
        self.table.remove(key)
    }

    /// Passes over a key that was read before.
    pub(crate) fn skip(&mut self, key: &str) {
        self.note(key);
        self.table.remove(key);
    }

    /// A text, number or switch, which must be there and not be empty.
    pub(crate) fn required<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(String) -> Result<T, String>,
    ) -> Option<T> {
        if !self.has(key) {
            self.problem(key, "is missing");
            return None;
        }
        self.optional(key, read).ok()?
    }

    /// The same, which may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(String) -> Result<T, String>,
    ) -> Result<Option<T>, Reported> {
        self.note(key);
        let Some(value) = self.table.remove(key) else {
            return Ok(None);
        };
        let place = place(&value);
        let name = self.name(key);
        let Ok(text) = value.into_string() else {
            self.problems
                .add(&name, &place, "must be one value, not a list or a table");
            return Err(Reported);
        };
        if text.trim().is_empty() {
            self.problems.add(&name, &place, "is empty");
            return Err(Reported);
        }
        match read(text) {
            Ok(value) => Ok(Some(value)),
            Err(what) => {
                self.problems.add(&name, &place, &what);
                Err(Reported)
            }
        }
    }

    /// One of the words that a type knows by its serialised names.
    pub(crate) fn word<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        self.required(key, read_word)
    }

    /// The same, which may be absent.
    pub(crate) fn optional_word<T: DeserializeOwned>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, Reported> {
        self.optional(key, read_word)
    }

    /// A list, which must be there; it may be empty. A text is a list with commas.
    pub(crate) fn list<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        if !self.has(key) {
            self.problem(key, "is missing; write an empty list if there is nothing");
            return None;
        }
        self.optional_list(key, read).ok()?
    }

    /// The same, which may be absent.
    pub(crate) fn optional_list<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, Reported> {
        self.note(key);
        let Some(value) = self.table.remove(key) else {
            return Ok(None);
        };
        let place = place(&value);
        let name = self.name(key);
        let items = match value.kind {
            ValueKind::Array(items) => items.into_iter().map(Value::into_string).collect(),
            ValueKind::String(text) => Ok(text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect()),
            _ => Err(config::ConfigError::NotFound(name.clone())),
        };
        let Ok(items): Result<Vec<String>, _> = items else {
            self.problems.add(&name, &place, "must be a list of texts");
            return Err(Reported);
        };
        let mut taken = Ok(Vec::new());
        for item in items {
            match read(&item) {
                Ok(item) => {
                    if let Ok(taken) = &mut taken {
                        taken.push(item);
                    }
                }
                Err(what) => {
                    self.problems.add(&name, &place, &what);
                    taken = Err(Reported);
                }
            }
        }
        taken.map(Some)
    }

    /// A table below this one; absent, it is empty.
    pub(crate) fn section(&mut self, key: &str) -> Section<'a> {
        self.note(key);
        let path = self.name(key);
        let table = match self.table.remove(key) {
            None => Map::new(),
            Some(value) => {
                let place = place(&value);
                value.into_table().unwrap_or_else(|_| {
                    self.problems.add(&path, &place, "must be a table");
                    Map::new()
                })
            }
        };
        Section {
            path,
            table,
            problems: self.problems,
        }
    }

    /// What is left was never asked for: a misspelt key must not be passed over.
    pub(crate) fn finish(&mut self) {
        let mut left: Vec<(String, Value)> = self.table.drain().collect();
        left.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (key, value) in left {
            let known = "is no setting; look for a slip of the pen";
            self.problems.add(&self.name(&key), &place(&value), known);
        }
    }
}

fn read_word<T: DeserializeOwned>(text: String) -> Result<T, String> {
    let reader: serde::de::value::StringDeserializer<Error> = text.into_deserializer();
    T::deserialize(reader).map_err(|error| {
        // Serde quotes the value; what is expected stands after it.
        let text = error.to_string();
        let expected = text
            .split_once("expected ")
            .map_or("another word", |(_, words)| words);
        format!("must be {expected}")
    })
}

/// Where a value came from. A table has no place of its own.
fn place(value: &Value) -> String {
    match (value.origin(), &value.kind) {
        (Some(origin), _) => origin.to_owned(),
        (None, ValueKind::Table(_)) => String::new(),
        (None, _) => "preset".to_owned(),
    }
}
