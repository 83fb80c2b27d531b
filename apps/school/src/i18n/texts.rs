//! What a page holds: the catalogue in one language, with the values that every text may need.

use std::sync::Arc;

use linking_core::provider::ProviderId;

use super::{Args, Catalogue, Language};
use crate::settings::{Diary, kind_of};

/// The forms of a provider's name: ending of the message key and of the variable.
const PROVIDER_FORMS: [&str; 6] = ["", "-of", "-with", "-through", "-at", "-to"];

/// The catalogue in the language of a page, with values for the variables of all its texts.
#[derive(Debug, Clone)]
pub struct Texts {
    catalogue: Arc<Catalogue>,
    language: Language,
    common: Args,
}

impl Texts {
    /// Texts of a language; `common` holds what the whole installation shares (`diary`, `into`).
    #[must_use]
    pub const fn new(catalogue: Arc<Catalogue>, language: Language, common: Args) -> Self {
        Self {
            catalogue,
            language,
            common,
        }
    }

    /// Texts of a language with the words of a diary.
    #[must_use]
    pub fn of_diary(catalogue: Arc<Catalogue>, language: Language, diary: &Diary) -> Self {
        let (name, _) = diary.name_in(language);
        let common = Args::new()
            .with("diary", name)
            .with("into", diary.into_in(language));
        Self::new(catalogue, language, common)
    }

    /// The language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Whether there is such a text.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.catalogue.has(self.language, key)
    }

    /// A text that needs no values but the common ones.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.catalogue.text(self.language, key, &self.common)
    }

    /// A text with values of its own.
    #[must_use]
    pub fn text_with(&self, key: &str, args: &Args) -> String {
        self.catalogue
            .text(self.language, key, &self.common.clone().and(args))
    }

    /// The same texts with one more common value.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.common = self.common.with(name, text);
        self
    }

    /// The same texts about a provider: every form of its name becomes a common value, with a
    /// small (`provider-of`) and with a capital first letter (`Provider-of`).
    #[must_use]
    pub fn about(mut self, provider: &ProviderId) -> Self {
        for form in PROVIDER_FORMS {
            let text = self.text(&format!("provider-{}{form}", kind_of(provider)));
            self.common = self
                .common
                .with(format!("Provider{form}"), capitalised(&text))
                .with(format!("provider{form}"), text);
        }
        self
    }
}

/// A further text of a page is for the same reader.
impl From<&Texts> for Language {
    fn from(texts: &Texts) -> Self {
        texts.language
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}
