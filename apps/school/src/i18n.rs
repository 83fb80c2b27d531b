//! All text that people read: Fluent catalogues inside the program, one folder for each language
//! in `locales/`. Each file begins with the list of its keys and their variables.
//!
//! Values are put into texts as they are, without bidi isolation: no language here is written
//! from right to left, and isolation marks would end up in copied text.

mod args;
mod dates;
mod language;
#[cfg(test)]
mod tests;
mod texts;

pub use args::Args;
pub use language::Language;
pub use texts::Texts;

use fluent_bundle::{FluentResource, concurrent::FluentBundle};
use thiserror::Error;
use unic_langid::LanguageIdentifier;

/// A catalogue in the program is broken: a defect of the build.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// A file is no Fluent text.
    #[error("the message catalogue {file} cannot be read: {cause}")]
    Syntax {
        /// Which.
        file: &'static str,
        /// The parser's words.
        cause: String,
    },
    /// A language's code is no language.
    #[error("the language code {0} cannot be read")]
    Code(&'static str),
    /// A key stands twice.
    #[error("the message catalogue {file} has a key that stands twice: {cause}")]
    Doubled {
        /// In which file the second one is.
        file: &'static str,
        /// The bundle's words.
        cause: String,
    },
}

/// The texts of every language.
pub struct Catalogue {
    bundles: Vec<(Language, FluentBundle<FluentResource>)>,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.bundles.iter().map(|(language, _)| language))
            .finish()
    }
}

impl Catalogue {
    /// Reads the catalogues that are inside the program.
    ///
    /// # Errors
    /// See [`CatalogueError`].
    pub fn embedded() -> Result<Self, CatalogueError> {
        let bundles = Language::ALL
            .into_iter()
            .map(|language| Ok((language, bundle(language)?)))
            .collect::<Result<_, CatalogueError>>()?;
        Ok(Self { bundles })
    }

    /// Whether the key is there.
    #[must_use]
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.bundle(language)
            .is_some_and(|bundle| bundle.has_message(key))
    }

    /// The text of a key. A missing key or variable is a defect that tests find: it is logged,
    /// and stands in the text as `⟦key⟧` or `{$variable}`.
    #[must_use]
    pub fn text(&self, language: Language, key: &str, args: &Args) -> String {
        let Some(bundle) = self.bundle(language) else {
            return missing(key);
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return missing(key);
        };
        let mut errors = Vec::new();
        let values = args.to_fluent();
        let text = bundle
            .format_pattern(pattern, Some(&values), &mut errors)
            .into_owned();
        if !errors.is_empty() {
            tracing::error!(key, faults = errors.len(), "a text lacks a variable");
        }
        text
    }

    fn bundle(&self, language: Language) -> Option<&FluentBundle<FluentResource>> {
        self.bundles
            .iter()
            .find(|(known, _)| *known == language)
            .map(|(_, bundle)| bundle)
    }
}

fn missing(key: &str) -> String {
    tracing::error!(key, "a text is missing");
    format!("⟦{key}⟧")
}

fn bundle(language: Language) -> Result<FluentBundle<FluentResource>, CatalogueError> {
    let code = language.code();
    let identifier: LanguageIdentifier = code.parse().map_err(|_| CatalogueError::Code(code))?;
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    bundle.set_use_isolating(false);
    for (file, text) in language.files() {
        let resource = FluentResource::try_new((*text).to_owned()).map_err(|(_, errors)| {
            CatalogueError::Syntax {
                file,
                cause: format!("{errors:?}"),
            }
        })?;
        bundle
            .add_resource(resource)
            .map_err(|errors| CatalogueError::Doubled {
                file,
                cause: format!("{errors:?}"),
            })?;
    }
    Ok(bundle)
}
