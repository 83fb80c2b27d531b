//! Our consent texts: versioned, with the digest of the very text that people read (`threats.md`
//! H3).

use std::{collections::BTreeMap, fs, path::Path};

use linking_core::{
    consent::{ConsentText, DataScope},
    provider::ProviderId,
};
use sha2::{Digest, Sha256};

use super::section::Section;

/// A version of a consent text, with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentDocument {
    /// Version, digest of the body, and what it names.
    pub text: ConsentText,
    /// The text that people read, the operator's name in it; paragraphs stand between empty
    /// lines, the first is the title.
    pub body: String,
}

/// The consent texts of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consents {
    current: BTreeMap<ProviderId, ConsentDocument>,
    earlier: BTreeMap<ProviderId, Vec<ConsentDocument>>,
}

impl Consents {
    /// The text that people agree to today.
    #[must_use]
    pub fn current(&self, provider: &ProviderId) -> Option<&ConsentDocument> {
        self.current.get(provider)
    }

    /// Every text of a provider, today's first.
    pub fn of<'a>(
        &'a self,
        provider: &ProviderId,
    ) -> impl Iterator<Item = &'a ConsentDocument> + use<'a> {
        let earlier = self.earlier.get(provider).into_iter().flatten();
        self.current.get(provider).into_iter().chain(earlier)
    }
}

const MOST_BYTES: u64 = 64 * 1024;

pub(super) fn read(section: &mut Section<'_>, operator: &str) -> Option<Consents> {
    let mut consents = Consents::default();
    let mut whole = true;
    for key in section.keys() {
        let mut own = section.section(&key);
        let Ok(provider) = key.parse::<ProviderId>() else {
            section.problem(&key, "is no provider");
            whole = false;
            continue;
        };
        let version = own.required("version", read_version);
        let file = own.optional("file", |path| read_text(Path::new(&path)));
        let scopes = own.optional_list("scopes", read_scope);
        let mut previous = own.section("previous");
        let mut earlier = Vec::new();
        for version in previous.keys() {
            match previous.required(&version, |path| read_text(Path::new(&path))) {
                // Only to be read: who agreed to it has its scopes in the record.
                Some(text) => earlier.push(document(version, &text, operator, Vec::new())),
                None => whole = false,
            }
        }
        own.finish();
        let (Some(version), Ok(file), Ok(scopes)) = (version, file, scopes) else {
            whole = false;
            continue;
        };
        // What a text names is known of our own texts alone.
        let found = match (file, scopes) {
            (Some(text), Some(scopes)) => Ok((text, scopes)),
            (Some(_), None) => Err(("scopes", "is missing: say what the text of `file` names")),
            (None, Some(_)) => Err(("scopes", "goes with a text of your own, in `file`")),
            (None, None) => built_in(&provider, &version).ok_or((
                "file",
                "is missing: the program has no text of that version",
            )),
        };
        let (text, scopes) = match found {
            Ok(found) => found,
            Err((key, what)) => {
                own.problem(key, what);
                whole = false;
                continue;
            }
        };
        let document = document(version, &text, operator, scopes);
        consents.current.insert(provider.clone(), document);
        consents.earlier.insert(provider, earlier);
    }
    whole.then_some(consents)
}

/// The texts inside the program.
fn built_in(provider: &ProviderId, version: &str) -> Option<(String, Vec<DataScope>)> {
    match (provider.as_str(), version) {
        ("gosuslugi", "2026-11") => Some((
            include_str!("../../presets/consents/gosuslugi-2026-11.txt").to_owned(),
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

fn document(
    version: String,
    text: &str,
    operator: &str,
    scopes: Vec<DataScope>,
) -> ConsentDocument {
    let body = text.trim().replace("{operator}", operator);
    let digest = hex::encode(Sha256::digest(&body));
    ConsentDocument {
        text: ConsentText {
            version,
            digest,
            scopes,
        },
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
