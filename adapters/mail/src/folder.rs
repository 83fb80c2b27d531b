//! A folder in place of a mail server: for the demo and for stands.

use std::{io, path::PathBuf};

use async_trait::async_trait;
use linking_core::ports::{MailError, Mailer, OutgoingLetter};

use crate::message::{Sender, build};

/// Writes each letter into a file of its own, which every mail program opens.
#[derive(Debug, Clone)]
pub struct FolderMailer {
    from: Sender,
    folder: PathBuf,
}

impl FolderMailer {
    /// Takes the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(from: Sender, folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { from, folder })
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        let message = build(&self.from, letter)?.formatted();
        // The same letter is the same file, however often it is sent.
        let name: String = letter
            .key
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
            .collect();
        let passing = |error: io::Error| MailError::Passing(error.kind().to_string());
        let done = self.folder.join(format!("{name}.eml"));
        let begun = self.folder.join(format!(".{name}.part"));
        tokio::fs::write(&begun, message).await.map_err(passing)?;
        tokio::fs::rename(&begun, &done).await.map_err(passing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_letter_is_one_file_however_often_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let from = Sender::new("Дневник", "no-reply@diary.example.ru").unwrap();
        let mailer = FolderMailer::new(from, folder.path().join("letters")).unwrap();
        let letter = OutgoingLetter {
            key: "../evt_1".to_owned(),
            to: "teacher@example.ru".parse().unwrap(),
            subject: "Пароль изменён".to_owned(),
            text: "Здравствуйте.".to_owned(),
            html: "<p>Здравствуйте.</p>".to_owned(),
        };
        mailer.send(&letter).await.unwrap();
        mailer.send(&letter).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("letters"))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files, ["..evt_1.eml"]);
    }
}
