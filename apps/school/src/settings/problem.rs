//! What is wrong with the settings: all of it, each with key and place.

use std::{cell::RefCell, fmt};

use super::places::Places;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, as `database.path`.
    pub key: String,
    /// Where the value stands: line and column of the file, a variable, the preset; empty where
    /// there is none.
    pub place: String,
    /// What is wrong, and what to do. Never the value itself: it may be a secret in the wrong
    /// place.
    pub what: String,
}

/// The settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// Everything that is wrong, in the order of reading.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        for Problem { key, place, what } in &self.problems {
            let place = if place.is_empty() {
                String::new()
            } else {
                format!(" ({place})")
            };
            write!(f, "\n  {key}{place} {what}")?;
        }
        Ok(())
    }
}

/// Collects problems while the settings are read.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: RefCell<Vec<Problem>>,
    /// Every key that was asked for.
    #[cfg(test)]
    asked: RefCell<std::collections::BTreeSet<String>>,
}

impl Problems {
    pub(crate) fn add(&self, key: &str, place: &str, what: &str) {
        let problem = Problem {
            key: key.to_owned(),
            place: place.to_owned(),
            what: what.to_owned(),
        };
        self.found.borrow_mut().push(problem);
    }

    #[cfg(test)]
    pub(super) fn note(&self, key: String) {
        self.asked.borrow_mut().insert(key);
    }

    #[cfg(test)]
    pub(super) fn asked(self) -> std::collections::BTreeSet<String> {
        self.asked.into_inner()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(super) fn into_error(self, places: &Places) -> SettingsError {
        let mut problems = self.found.into_inner();
        for problem in &mut problems {
            // The preset has no place that an operator could go to.
            if problem.place != "preset"
                && let Some(place) = places.of_key(&problem.key)
            {
                problem.place = place;
            }
        }
        SettingsError { problems }
    }
}
