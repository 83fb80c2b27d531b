//! The diary's name and signs: what the region shows as its own.

use std::{fmt, fs, path::Path};

use super::section::Section;
use crate::i18n::Language;

/// The diary's name and signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diary {
    /// Its name, as the header and the titles of pages have it; at most 60 characters.
    pub name: String,
    /// Where the last button leads, in the accusative: «в Сетевой Город».
    pub into: String,
    /// Who answers for personal data, as the consent and the legal pages name them; at most 200
    /// characters.
    pub operator: String,
    /// How people reach the support: a telephone number, an address; at most 200 characters.
    pub support: Option<String>,
    /// The region's own picture for the header, in place of ours.
    pub logo: Option<Logo>,
    /// The language of readers whose browser names none of ours.
    pub language: Language,
    /// How English pages say the same; what is missing stands as above.
    pub english: DiaryWords,
}

/// The diary's words in another language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiaryWords {
    /// Its name.
    pub name: Option<String>,
    /// Where the last button leads: «to the diary».
    pub into: Option<String>,
    /// Who answers for personal data.
    pub operator: Option<String>,
    /// How people reach the support.
    pub support: Option<String>,
}

impl Diary {
    /// The name, and the language that it is in.
    #[must_use]
    pub fn name_in(&self, language: Language) -> (&str, Language) {
        match (language, &self.english.name) {
            (Language::English, Some(name)) => (name, Language::English),
            (Language::Russian | Language::English, _) => (&self.name, Language::Russian),
        }
    }

    /// Where the last button leads: «в Сетевой Город», «to the diary».
    #[must_use]
    pub fn into_in(&self, language: Language) -> &str {
        match language {
            Language::Russian => &self.into,
            Language::English => self.english.into.as_deref().unwrap_or("to the diary"),
        }
    }

    /// Who answers for personal data.
    #[must_use]
    pub fn operator_in(&self, language: Language) -> &str {
        match language {
            Language::Russian => &self.operator,
            Language::English => self.english.operator.as_deref().unwrap_or(&self.operator),
        }
    }

    /// How people reach the support.
    #[must_use]
    pub fn support_in(&self, language: Language) -> Option<&str> {
        let own = self.support.as_deref();
        match language {
            Language::Russian => own,
            Language::English => self.english.support.as_deref().or(own),
        }
    }
}

/// A picture for the header.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// The media type, for the answer.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

const MOST_LOGO_BYTES: u64 = 256 * 1024;

pub(super) fn read(section: &mut Section<'_>) -> Option<Diary> {
    let name = section.required("name", |text| line(text, 60));
    let into = section.required("into", |text| line(text, 60));
    let operator = section.required("operator", |text| line(text, 200));
    let support = section.optional("support", |text| line(text, 200));
    let logo = section.optional("logo", |path| read_logo(Path::new(&path)));
    let language = section.optional_word("language");
    let mut english_section = section.section("en");
    let english = read_words(&mut english_section);
    english_section.finish();
    section.finish();
    Some(Diary {
        name: name?,
        into: into?,
        operator: operator?,
        support: support.ok()?,
        logo: logo.ok()?,
        language: language.ok()?.unwrap_or(Language::Russian),
        english: english?,
    })
}

fn read_words(section: &mut Section<'_>) -> Option<DiaryWords> {
    let name = section.optional("name", |text| line(text, 60));
    let into = section.optional("into", |text| line(text, 60));
    let operator = section.optional("operator", |text| line(text, 200));
    let support = section.optional("support", |text| line(text, 200));
    Some(DiaryWords {
        name: name.ok()?,
        into: into.ok()?,
        operator: operator.ok()?,
        support: support.ok()?,
    })
}

fn line(text: String, most: usize) -> Result<String, String> {
    if text.chars().count() > most {
        return Err(format!("is longer than {most} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must be one line".into());
    }
    Ok(text)
}

fn read_logo(path: &Path) -> Result<Logo, String> {
    let media_type = match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        _ => return Err("must name a file that ends with .svg, .png or .webp".into()),
    };
    let unreadable = |error: std::io::Error| format!("names a file that cannot be read: {error}");
    if fs::metadata(path).map_err(unreadable)?.len() > MOST_LOGO_BYTES {
        return Err("names a file of more than 256 KiB".into());
    }
    Ok(Logo {
        media_type,
        bytes: fs::read(path).map_err(unreadable)?,
    })
}
