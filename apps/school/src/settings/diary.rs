//! The diary's name and signs: what the region shows as its own.

use std::{fmt, fs, path::Path};

use super::section::Section;

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
    section.finish();
    Some(Diary {
        name: name?,
        into: into?,
        operator: operator?,
        support: support.ok()?,
        logo: logo.ok()?,
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
