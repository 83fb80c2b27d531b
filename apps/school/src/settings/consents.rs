//! Our consent texts: versioned, with the digest of the very text that people read (`threats.md`
//! H3).

use std::{collections::BTreeMap, fs, path::Path};

use linking_core::{
    consent::{ConsentText, ConsentTexts, DataScope},
    provider::ProviderId,
};
use sha2::{Digest, Sha256};

use super::{Diary, kind_of, section::Section};
use crate::i18n::Language;

/// A version of a consent text, with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentDocument {
    /// Version, digest of the body, and what it names.
    pub text: ConsentText,
    /// The language that it is in.
    pub language: Language,
    /// The text that people read, the operator's name in it; paragraphs stand between empty
    /// lines, the first is the title.
    pub body: String,
}

/// The texts of a provider: today's, its translations, and earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OfProvider {
    current: ConsentDocument,
    translations: Vec<ConsentDocument>,
    earlier: Vec<ConsentDocument>,
}

/// The consent texts of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consents(BTreeMap<ProviderId, OfProvider>);

impl Consents {
    /// The text that binds today.
    #[must_use]
    pub fn current(&self, provider: &ProviderId) -> Option<&ConsentDocument> {
        self.0.get(provider).map(|texts| &texts.current)
    }

    /// The text of today for a reader: in their language, if there is a translation.
    #[must_use]
    pub fn current_in(
        &self,
        provider: &ProviderId,
        language: Language,
    ) -> Option<&ConsentDocument> {
        let texts = self.0.get(provider)?;
        let translation = texts
            .translations
            .iter()
            .find(|document| document.language == language);
        Some(translation.unwrap_or(&texts.current))
    }

    /// Whether people can agree to that version today.
    #[must_use]
    pub fn is_current(&self, version: &str) -> bool {
        self.0.values().any(|texts| {
            std::iter::once(&texts.current)
                .chain(&texts.translations)
                .any(|document| document.text.version == version)
        })
    }

    /// Every text to which people can agree today, for the use cases.
    #[must_use]
    pub fn texts(&self, provider: &ProviderId) -> Option<ConsentTexts> {
        let texts = self.0.get(provider)?;
        let main = ConsentTexts::from(texts.current.text.clone());
        Some(texts.translations.iter().fold(main, |all, document| {
            let ConsentText {
                version, digest, ..
            } = document.text.clone();
            all.translated(version, digest)
        }))
    }

    /// Every text of a provider in every language, today's first.
    pub fn of<'a>(
        &'a self,
        provider: &ProviderId,
    ) -> impl Iterator<Item = &'a ConsentDocument> + use<'a> {
        self.0.get(provider).into_iter().flat_map(|texts| {
            std::iter::once(&texts.current)
                .chain(&texts.translations)
                .chain(&texts.earlier)
        })
    }

    /// The texts that a reader is offered: today's in their language, and all earlier ones.
    pub fn offered<'a>(
        &'a self,
        provider: &ProviderId,
        language: Language,
    ) -> impl Iterator<Item = &'a ConsentDocument> + use<'a> {
        let earlier = self.0.get(provider).into_iter();
        self.current_in(provider, language)
            .into_iter()
            .chain(earlier.flat_map(|texts| &texts.earlier))
    }
}

const MOST_BYTES: u64 = 64 * 1024;

pub(super) fn read(section: &mut Section<'_>, diary: Option<&Diary>) -> Option<Consents> {
    let mut consents = Consents::default();
    let mut whole = true;
    for key in section.keys() {
        let mut own = section.section(&key);
        let Ok(provider) = key.parse::<ProviderId>() else {
            section.problem(&key, "is no provider");
            whole = false;
            continue;
        };
        match read_provider(&mut own, &provider, diary) {
            Some(texts) => {
                consents.0.insert(provider, texts);
            }
            None => whole = false,
        }
    }
    whole.then_some(consents)
}

fn read_provider(
    own: &mut Section<'_>,
    provider: &ProviderId,
    diary: Option<&Diary>,
) -> Option<OfProvider> {
    let version = own.required("version", read_version);
    let file = own.optional("file", |path| read_text(Path::new(&path)));
    let english = own.optional("en", |path| read_text(Path::new(&path)));
    let scopes = own.optional_list("scopes", read_scope);
    let mut previous = own.section("previous");
    let mut earlier = Some(Vec::new());
    for version in previous.keys() {
        match previous.required(&version, |path| read_text(Path::new(&path))) {
            // Only to be read: who agreed to it has its scopes in the record.
            Some(text) => {
                let language = language_of(&version);
                let document = document(version, language, &text, diary, Vec::new());
                if let Some(earlier) = &mut earlier {
                    earlier.push(document);
                }
            }
            None => earlier = None,
        }
    }
    own.finish();
    let (version, file, english, scopes) = (version?, file.ok()?, english.ok()?, scopes.ok()?);
    // What a text names is known of our own texts alone.
    let found = match (file, scopes) {
        (Some(_), Some(scopes)) if !scopes.contains(&DataScope::Name) => Err((
            "scopes",
            "lacks `name`: nobody is linked without a name to compare",
        )),
        (Some(text), Some(scopes)) => Ok((text, english, scopes)),
        (Some(_), None) => Err(("scopes", "is missing: say what the text of `file` names")),
        (None, Some(_)) => Err(("scopes", "goes with a text of your own, in `file`")),
        (None, None) if english.is_some() => Err(("en", "goes with a text of your own, in `file`")),
        (None, None) => built_in(provider, &version).ok_or((
            "file",
            "is missing: the program has no text of that version",
        )),
    };
    let (text, english, scopes) = match found {
        Ok(found) => found,
        Err((key, what)) => {
            own.problem(key, what);
            return None;
        }
    };
    let translations = english.map(|text| {
        let language = Language::English;
        let version = format!("{version}-{}", language.code());
        document(version, language, &text, diary, scopes.clone())
    });
    Some(OfProvider {
        translations: translations.into_iter().collect(),
        current: document(version, Language::Russian, &text, diary, scopes),
        earlier: earlier?,
    })
}

/// The texts inside the program: in Russian, in English, and what they name.
fn built_in(
    provider: &ProviderId,
    version: &str,
) -> Option<(String, Option<String>, Vec<DataScope>)> {
    match (kind_of(provider), version) {
        ("gosuslugi", "2026-11") => Some((
            include_str!("../../presets/consents/gosuslugi-2026-11.txt").to_owned(),
            Some(include_str!("../../presets/consents/gosuslugi-2026-11-en.txt").to_owned()),
            vec![
                DataScope::Name,
                DataScope::Snils,
                DataScope::BirthDate,
                DataScope::Contacts,
            ],
        )),
        _ => None,
    }
}

/// The language of an earlier text: its version ends with the code, as those of translations do.
fn language_of(version: &str) -> Language {
    version
        .rsplit_once('-')
        .and_then(|(_, code)| Language::from_code(code))
        .unwrap_or(Language::Russian)
}

fn document(
    version: String,
    language: Language,
    text: &str,
    diary: Option<&Diary>,
    scopes: Vec<DataScope>,
) -> ConsentDocument {
    // Without a diary the settings are refused as a whole.
    let operator = diary.map_or("", |diary| diary.operator_in(language));
    let body = text.trim().replace("{operator}", operator);
    let digest = hex::encode(Sha256::digest(&body));
    ConsentDocument {
        text: ConsentText {
            version,
            digest,
            scopes,
        },
        language,
        body,
    }
}

fn read_scope(word: &str) -> Result<DataScope, String> {
    match word {
        "name" => Ok(DataScope::Name),
        "snils" => Ok(DataScope::Snils),
        "birth-date" => Ok(DataScope::BirthDate),
        "contacts" => Ok(DataScope::Contacts),
        _ => Err("must be of name, snils, birth-date, contacts".into()),
    }
}

fn read_version(text: String) -> Result<String, String> {
    let sound = text.len() <= 32
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    if sound {
        Ok(text)
    } else {
        Err("needs letters, digits, dots and hyphens, at most 32".into())
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("names a file that cannot be read: {error}");
    if fs::metadata(path).map_err(unreadable)?.len() > MOST_BYTES {
        return Err("names a file of more than 64 KiB".into());
    }
    fs::read_to_string(path).map_err(unreadable)
}
