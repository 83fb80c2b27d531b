//! A letter as MIME has it.

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use linking_core::ports::{MailError, OutgoingLetter};
use thiserror::Error;

/// The sender of every letter: an address of the installation's settings, never of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    mailbox: Mailbox,
}

/// The sender is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("needs an e-mail address, as no-reply@diary.example.ru")]
pub struct SenderError;

impl Sender {
    /// Takes the name that people read, and the address.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(name: &str, address: &str) -> Result<Self, SenderError> {
        let address: Address = address.parse().map_err(|_| SenderError)?;
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        Ok(Self {
            mailbox: Mailbox::new(Some(name), address),
        })
    }

    /// The domain of the address.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

/// Says that nobody wrote it, so that no answering machine answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Builds the message. Its identifier is the letter's key: the receiver knows a second copy.
pub(crate) fn build(from: &Sender, letter: &OutgoingLetter) -> Result<Message, MailError> {
    let refused = |what: &str| MailError::Refused(what.to_owned());
    let to: Address = letter
        .to
        .as_str()
        .parse()
        .map_err(|_| refused("the address is none that mail takes"))?;
    let body = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    Message::builder()
        .from(from.mailbox.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}@{}>", letter.key, from.domain())))
        .header(AutoSubmitted)
        .multipart(body)
        .map_err(|_| refused("the letter does not make a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn letter() -> OutgoingLetter {
        OutgoingLetter {
            key: "evt_1".to_owned(),
            to: "teacher@example.ru".parse().unwrap(),
            subject: "Пароль изменён".to_owned(),
            text: "Здравствуйте.\n".to_owned(),
            html: "<p>Здравствуйте.</p>".to_owned(),
        }
    }

    fn formatted(from: &Sender, letter: &OutgoingLetter) -> String {
        String::from_utf8(build(from, letter).unwrap().formatted()).unwrap()
    }

    #[test]
    fn g3_no_text_forges_a_header() {
        let from = Sender::new(
            "Дневник\r\nBcc: all@example.ru",
            "no-reply@diary.example.ru",
        )
        .unwrap();
        for forged in [
            "Тема\r\nBcc: all@example.ru",
            "Тема\nBcc: all@example.ru",
            "x\r\n\r\n<script>",
            "Тема\u{2028}Bcc: all@example.ru",
        ] {
            let letter = OutgoingLetter {
                subject: forged.to_owned(),
                ..letter()
            };
            let text = formatted(&from, &letter);
            let head = text.split("\r\n\r\n").next().unwrap();
            let names: Vec<&str> = head
                .lines()
                .filter(|line| !line.starts_with([' ', '\t']))
                .filter_map(|line| line.split(':').next())
                .collect();
            assert!(!names.contains(&"Bcc"), "{head}");
            assert!(names.len() <= 8, "{names:?}");
        }
    }

    #[test]
    fn i10_the_same_letter_has_the_same_identifier() {
        let from = Sender::new("Дневник", "no-reply@diary.example.ru").unwrap();
        for _ in 0..2 {
            let text = formatted(&from, &letter());
            assert!(
                text.contains("Message-ID: <evt_1@diary.example.ru>"),
                "{text}"
            );
            assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        }
    }

    #[test]
    fn a_sender_is_an_address() {
        assert!(Sender::new("Дневник", "no-reply").is_err());
        assert!(Sender::new("Дневник", "a@b.ru\r\nBcc: c@d.ru").is_err());
    }

    #[test]
    fn h1_a_letter_prints_its_key_alone() {
        assert_eq!(
            format!("{:?}", letter()),
            "OutgoingLetter { key: \"evt_1\", .. }"
        );
    }
}
