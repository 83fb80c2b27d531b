//! Keys and certificates as the settings name them.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use gost_signature::Certificate;
use serde::Deserialize;
use thiserror::Error;
use x509_cert::der::{DecodePem, Encode};

/// Key or certificate material: a path (`"/etc/svyazka/esia.crt"`), or the PEM text itself
/// (`{ pem = "-----BEGIN …" }`, for the demo and tests).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Material {
    /// A file; where certificates are wanted, also a folder with files that end in `.pem`,
    /// `.crt`, `.cer` or `.der`.
    Path(PathBuf),
    /// PEM text.
    Inline(InlinePem),
}

/// PEM text in the settings.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InlinePem {
    pem: String,
}

impl Material {
    /// PEM text.
    #[must_use]
    pub fn pem(text: impl Into<String>) -> Self {
        Self::Inline(InlinePem { pem: text.into() })
    }

    /// The material's octets. A file is read anew each time.
    ///
    /// # Errors
    /// [`MaterialError::Unreadable`].
    pub(crate) fn read(&self) -> Result<Vec<u8>, MaterialError> {
        match self {
            Self::Inline(inline) => Ok(inline.pem.clone().into_bytes()),
            Self::Path(path) => read(path),
        }
    }

    /// The files behind it: itself, or what a folder holds, sorted by name.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, MaterialError> {
        match self {
            Self::Inline(_) => Ok(Vec::new()),
            Self::Path(path) if path.is_dir() => {
                let unreadable = |error| MaterialError::unreadable(path, &error);
                let mut files = Vec::new();
                for entry in fs::read_dir(path).map_err(unreadable)? {
                    let file = entry.map_err(unreadable)?.path();
                    let known = ["pem", "crt", "cer", "der"];
                    if file
                        .extension()
                        .is_some_and(|end| known.iter().any(|known| end == *known))
                    {
                        files.push(file);
                    }
                }
                files.sort();
                Ok(files)
            }
            Self::Path(path) => Ok(vec![path.clone()]),
        }
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Inline(inline) => inline.fmt(f),
        }
    }
}

impl fmt::Debug for InlinePem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[pem]")
    }
}

/// Material that cannot be used. Names the file; never a part of a private key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MaterialError {
    /// The file cannot be read.
    #[error("`{path}` cannot be read: {kind}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// Others than its owner may read a private key (`threats.md` B10).
    #[error(
        "`{path}` has mode {mode:04o}, so that others than its owner may read it: set it to 0600"
    )]
    OpenToOthers {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It does not hold what it should.
    #[error("{0}")]
    Unusable(String),
}

impl MaterialError {
    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            kind: error.kind(),
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, MaterialError> {
    fs::read(path).map_err(|error| MaterialError::unreadable(path, &error))
}

/// Refuses a private key that group or others may read.
#[cfg(unix)]
pub(crate) fn private(material: &Material) -> Result<(), MaterialError> {
    use std::os::unix::fs::PermissionsExt;

    let Material::Path(path) = material else {
        return Ok(());
    };
    let found = fs::metadata(path).map_err(|error| MaterialError::unreadable(path, &error))?;
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MaterialError::OpenToOthers {
            path: path.clone(),
            mode,
        });
    }
    Ok(())
}

/// Other systems have no such mode.
#[cfg(not(unix))]
pub(crate) fn private(_: &Material) -> Result<(), MaterialError> {
    Ok(())
}

/// The one certificate of ours, PEM or DER.
pub(crate) fn certificate(material: &Material) -> Result<Certificate, String> {
    let octets = material.read().map_err(|error| error.to_string())?;
    let all = certificates(&octets, "it").map_err(|error| error.to_string())?;
    match &all[..] {
        [one] => Certificate::from_der(one).map_err(|error| error.to_string()),
        _ => Err("expected one certificate, found several".to_owned()),
    }
}

/// The DER certificates in PEM text (one or several) or in one DER file.
pub(crate) fn certificates(octets: &[u8], from: &str) -> Result<Vec<Vec<u8>>, MaterialError> {
    let unusable = || MaterialError::Unusable(format!("{from} holds no certificate (PEM or DER)"));
    let Ok(text) = std::str::from_utf8(octets) else {
        return Ok(vec![octets.to_vec()]);
    };
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((_, from_begin)) = rest.split_once(BEGIN) {
        let (body, after) = from_begin.split_once(END).ok_or_else(unusable)?;
        let block = format!("{BEGIN}{body}{END}\n");
        let parsed = x509_cert::Certificate::from_pem(block.as_bytes()).map_err(|_| unusable())?;
        all.push(parsed.to_der().map_err(|_| unusable())?);
        rest = after;
    }
    if all.is_empty() {
        Err(unusable())
    } else {
        Ok(all)
    }
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
