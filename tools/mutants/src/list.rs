//! The list of breaks.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

/// Where the broken sources stand, from the root of the repository.
pub(crate) const CORE: &str = "crates/linking-core/src";

/// One break: a text of a file, and what stands there instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutant {
    /// The file, below [`CORE`].
    pub(crate) file: String,
    /// The text; stands there exactly once.
    pub(crate) text: String,
    /// What stands there instead.
    pub(crate) instead: String,
}

#[derive(Deserialize)]
struct List {
    mutant: Vec<Mutant>,
}

impl Mutant {
    /// Whether file or text holds a word.
    pub(crate) fn is_about(&self, word: &str) -> bool {
        self.file.contains(word) || self.text.contains(word)
    }

    /// The file with the break; how often the text stands there, if not once.
    pub(crate) fn applied(&self, source: &str) -> Result<String, usize> {
        match source.matches(&self.text).count() {
            1 => Ok(source.replacen(&self.text, &self.instead, 1)),
            other => Err(other),
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(
            f,
            "{}: «{}» → «{}»",
            self.file,
            line(&self.text),
            line(&self.instead)
        )
    }
}

/// Reads the list.
pub(crate) fn read(root: &Path) -> Result<Vec<Mutant>> {
    let path = root.join("tools/mutants/mutants.toml");
    let text = fs::read_to_string(&path).context("mutants.toml")?;
    Ok(toml::from_str::<List>(&text)?.mutant)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// An entry whose text is gone or stands there twice breaks nothing, or something else.
    #[test]
    fn every_mutant_still_fits_its_source() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mutants = read(&root).unwrap();
        assert!(mutants.len() >= 60, "{}", mutants.len());
        let mut seen = HashSet::new();
        for mutant in &mutants {
            let source = fs::read_to_string(root.join(CORE).join(&mutant.file)).unwrap();
            match mutant.applied(&source) {
                Ok(broken) => {
                    assert_ne!(broken, source, "breaks nothing: {mutant}");
                    assert!(seen.insert((&mutant.file, broken)), "twice: {mutant}");
                }
                Err(times) => panic!("stands there {times} times: {mutant}"),
            }
        }
    }
}
