//! Letters over a conversation that is kept secret, and faults of the server.

use std::{path::Path, process::Stdio, time::Duration};

use linking_core::{
    ports::{MailError, Mailer, OutgoingLetter},
    secret::SecretText,
};
use linking_mail::{Encryption, Sender, SmtpMailer, SmtpSettings, SmtpUser};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// A mail server of one test.
struct Server {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    async fn start(settings: &Value) -> Self {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let here = crate_folder.join("tests/smtp/server.js");
        let modules = crate_folder.join("../../tests/node_modules/smtp-server");
        assert!(
            modules.exists(),
            "the mail server of the tests is not here: run `npm ci` in tests/"
        );
        let mut process = Command::new("node")
            .arg(&here)
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().unwrap().parse().unwrap();
        Self {
            port,
            lines,
            _process: process,
        }
    }

    async fn letter(&mut self) -> Value {
        let line = timeout(Duration::from_secs(20), self.lines.next_line());
        serde_json::from_str(&line.await.unwrap().unwrap().unwrap()).unwrap()
    }
}

/// A certificate for names, which signs itself.
fn certificate(names: &[&str]) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn mailer(settings: SmtpSettings) -> SmtpMailer {
    let from = Sender::new("Сетевой Город", "no-reply@diary.example.ru").unwrap();
    SmtpMailer::new(from, settings).unwrap()
}

fn settings(port: u16, encryption: Encryption, root: Option<&str>) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        encryption,
        roots: root.map(|pem| pem.as_bytes().to_vec()),
        user: None,
    }
}

fn letter(to: &str) -> OutgoingLetter {
    OutgoingLetter {
        key: "evt_0000000000000000000000000000000a".to_owned(),
        to: to.parse().unwrap(),
        subject: "Пароль изменён".to_owned(),
        text: "Здравствуйте.\n\nhttps://diary.example.ru/not-me/00\n".to_owned(),
        html: "<p>Здравствуйте.</p>".to_owned(),
    }
}

#[tokio::test]
async fn a_letter_goes_out_over_tls_either_way() {
    let (cert, key) = certificate(&["localhost"]);
    for (secure, encryption) in [(false, Encryption::StartTls), (true, Encryption::Implicit)] {
        let mut server = Server::start(&json!({"secure": secure, "cert": cert, "key": key})).await;
        let mailer = mailer(settings(server.port, encryption, Some(&cert)));
        mailer.send(&letter("teacher@example.ru")).await.unwrap();
        let came = server.letter().await;
        assert_eq!(came["from"], "no-reply@diary.example.ru");
        assert_eq!(came["to"], json!(["teacher@example.ru"]));
        assert_eq!(came["secure"], true);
        let text = came["text"].as_str().unwrap();
        assert!(
            text.contains("Message-ID: <evt_0000000000000000000000000000000a@"),
            "{text}"
        );
        assert!(text.contains("multipart/alternative"), "{text}");
        // The connection is used again.
        mailer.send(&letter("parent@example.ru")).await.unwrap();
        assert_eq!(server.letter().await["to"], json!(["parent@example.ru"]));
    }
}

#[tokio::test]
async fn a_wrong_certificate_is_refused_and_nothing_is_sent() {
    let (cert, key) = certificate(&["localhost"]);
    let (foreign, foreign_key) = certificate(&["mail.example.ru"]);
    let passing = |error: MailError| matches!(error, MailError::Passing(_));
    for secure in [false, true] {
        let encryption = if secure {
            Encryption::Implicit
        } else {
            Encryption::StartTls
        };
        // Nobody vouches for it.
        let server = Server::start(&json!({"secure": secure, "cert": cert, "key": key})).await;
        let unknown = mailer(settings(server.port, encryption, None));
        assert!(passing(
            unknown
                .send(&letter("teacher@example.ru"))
                .await
                .unwrap_err()
        ));
        // Somebody else's.
        let value = json!({"secure": secure, "cert": foreign, "key": foreign_key});
        let server = Server::start(&value).await;
        let other = mailer(settings(server.port, encryption, Some(&foreign)));
        assert!(passing(
            other.send(&letter("teacher@example.ru")).await.unwrap_err()
        ));
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let (cert, key) = certificate(&["localhost"]);
    let mut server = Server::start(&json!({"plain": true, "cert": cert, "key": key})).await;
    let strict = mailer(settings(server.port, Encryption::StartTls, Some(&cert)));
    assert!(strict.send(&letter("teacher@example.ru")).await.is_err());
    // To this very machine letters may go in the clear.
    let plain = mailer(settings(server.port, Encryption::LoopbackOnly, None));
    plain.send(&letter("parent@example.ru")).await.unwrap();
    let came = server.letter().await;
    assert_eq!(
        came["to"],
        json!(["parent@example.ru"]),
        "the first was never sent"
    );
}

#[tokio::test]
async fn the_password_is_given_and_a_wrong_one_is_told() {
    let (cert, key) = certificate(&["localhost"]);
    let value = json!({"cert": cert, "key": key, "user": "diary", "password": "right"});
    let mut server = Server::start(&value).await;
    let by = |password: &str| {
        let user = Some(SmtpUser {
            name: "diary".to_owned(),
            password: SecretText::new(password.to_owned()),
        });
        mailer(SmtpSettings {
            user,
            ..settings(server.port, Encryption::StartTls, Some(&cert))
        })
    };
    let (right, wrong) = (by("right"), by("wrong"));
    assert!(wrong.send(&letter("teacher@example.ru")).await.is_err());
    right.send(&letter("teacher@example.ru")).await.unwrap();
    assert_eq!(server.letter().await["user"], "diary");
}

#[tokio::test]
async fn h1_a_refusal_is_told_without_the_address() {
    let (cert, key) = certificate(&["localhost"]);
    let server = Server::start(&json!({"cert": cert, "key": key})).await;
    let mailer = mailer(settings(server.port, Encryption::StartTls, Some(&cert)));
    let never = mailer.send(&letter("nobody@example.ru")).await.unwrap_err();
    assert!(matches!(&never, MailError::Refused(_)), "{never}");
    let later = mailer.send(&letter("later@example.ru")).await.unwrap_err();
    assert!(matches!(&later, MailError::Passing(_)), "{later}");
    for error in [never, later] {
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("example.ru") && !text.contains("nobody"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn i10_a_server_that_is_away_is_a_passing_fault() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mailer = mailer(settings(port, Encryption::StartTls, None));
    let away = mailer
        .send(&letter("teacher@example.ru"))
        .await
        .unwrap_err();
    assert!(matches!(away, MailError::Passing(_)), "{away}");
}
