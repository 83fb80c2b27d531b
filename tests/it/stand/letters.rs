//! The letters that the program sent, read by Python's `email`: a reader that is not ours.

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{PATIENCE, Stand};

/// Prints the subject, then the words of the plain part.
const READER: &str = "import email, email.policy, sys\n\
    m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n\
    sys.stdout.buffer.write((m['subject'] + '\\n' + \
    m.get_body(('plain',)).get_content()).encode())\n";

/// A letter as its reader sees it.
pub(crate) struct Letter {
    /// Its words.
    pub(crate) text: String,
}

impl Letter {
    /// Where its one link leads.
    pub(crate) fn link(&self) -> Result<&str> {
        let mut links = self
            .text
            .split_whitespace()
            .filter(|word| word.contains("://"));
        let link = links.next().context("no link")?;
        ensure!(links.next().is_none(), "two links: {}", self.text);
        Ok(link)
    }
}

fn read(file: &Path) -> Result<(String, String)> {
    let output = Command::new("python3")
        .args(["-c", READER])
        .arg(file)
        .output()?;
    ensure!(output.status.success(), "{}", file.display());
    let words = String::from_utf8(output.stdout)?;
    let (subject, text) = words.split_once('\n').context("no subject")?;
    Ok((subject.to_owned(), text.to_owned()))
}

impl Stand {
    /// Waits for the letter of a subject.
    pub(crate) async fn letter(&self, subject: &str) -> Result<Letter> {
        let folder = self.folder.join("letters");
        let begun = Instant::now();
        loop {
            for entry in fs::read_dir(&folder)? {
                let file = entry?.path();
                if file.extension().is_some_and(|ending| ending == "eml") {
                    let (found, text) = read(&file)?;
                    if found == subject {
                        return Ok(Letter { text });
                    }
                }
            }
            if begun.elapsed() > PATIENCE {
                bail!("no letter «{subject}» in {}", folder.display());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
