//! `[mail]`: how letters go out. Without the section none do, and a forgotten password is the
//! school's to renew.

use std::{fs, path::PathBuf};

use linking_core::secret::SecretText;
use linking_mail::{Encryption, Sender, SmtpSettings, SmtpUser};
use serde::Deserialize;

use super::{Profile, section::Section};

/// How letters go out.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The sender of every letter.
    pub from: Sender,
    /// The way.
    pub way: MailWay,
}

/// The way of letters.
#[derive(Debug, Clone)]
pub enum MailWay {
    /// To a mail server.
    Smtp(Box<SmtpSettings>),
    /// Into a folder: for the demo and for stands.
    Folder(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WayWord {
    Smtp,
    Folder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TlsWord {
    Starttls,
    Implicit,
    LoopbackOnly,
}

/// Reads the section, which is there.
pub(super) fn read(
    section: &mut Section<'_>,
    profile: Option<Profile>,
    diary: &str,
) -> Option<Mail> {
    let way = section.word::<WayWord>("way");
    let from = section.required("from", |text| {
        Sender::new(diary, &text).map_err(|error| error.to_string())
    });
    let way = match way {
        Some(WayWord::Smtp) => read_smtp(section).map(|smtp| MailWay::Smtp(Box::new(smtp))),
        Some(WayWord::Folder) => {
            if profile == Some(Profile::Production) {
                section.problem("way", "must be smtp: in a folder nobody reads a letter");
            }
            section
                .required("folder", |text| Ok(PathBuf::from(text)))
                .map(MailWay::Folder)
        }
        None => None,
    };
    section.finish();
    Some(Mail {
        from: from?,
        way: way?,
    })
}

fn read_smtp(section: &mut Section<'_>) -> Option<SmtpSettings> {
    let host = section.required("host", |text| {
        let plain = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-.[]:".contains(c));
        if plain {
            Ok(text)
        } else {
            Err("needs a host's name, as mail.example.ru".into())
        }
    });
    let port = section.required("port", |text| {
        text.parse::<u16>()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| "needs a port, as 587 (STARTTLS) or 465 (TLS)".into())
    });
    let tls = section.word::<TlsWord>("tls");
    let roots = section.optional("root-certificates", |path| {
        fs::read(path).map_err(|error| format!("names a file that cannot be read: {error}"))
    });
    let user = section.optional("user", Ok);
    let password = section.optional("password-file", |path| {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("names a file that cannot be read: {error}"))?;
        let line = text.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return Err("names a file that is empty".into());
        }
        Ok(SecretText::new(line.to_owned()))
    });
    let user = match (user.ok()?, password.ok()?) {
        (None, None) => None,
        (Some(name), Some(password)) => Some(SmtpUser { name, password }),
        (Some(_), None) => {
            section.problem("password-file", "is missing, while user is there");
            return None;
        }
        (None, Some(_)) => {
            section.problem("user", "is missing, while password-file is there");
            return None;
        }
    };
    let settings = SmtpSettings {
        host: host?,
        port: port?,
        encryption: match tls? {
            TlsWord::Starttls => Encryption::StartTls,
            TlsWord::Implicit => Encryption::Implicit,
            TlsWord::LoopbackOnly => Encryption::LoopbackOnly,
        },
        roots: roots.ok()?,
        user,
    };
    // What the adapter would refuse at the start is told with everything else.
    match settings.check() {
        Ok(()) => Some(settings),
        Err(error) => {
            section.problem("tls", &error.to_string());
            None
        }
    }
}
