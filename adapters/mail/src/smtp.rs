//! SMTP over TLS. Without TLS only to this very machine.

use std::{fmt, net::IpAddr, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        Error, PoolConfig,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use linking_core::{
    ports::{MailError, Mailer, OutgoingLetter},
    secret::SecretText,
};
use thiserror::Error;

use crate::message::{Sender, build};

/// No step of a conversation takes longer.
const STEP: Duration = Duration::from_secs(20);
/// Nor does the whole of it: a sender's lease is longer.
const WHOLE: Duration = Duration::from_mins(1);
/// Connections to the mail server at once.
const CONNECTIONS: u32 = 4;

/// How the conversation is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// `STARTTLS` before anything else, or nothing is sent.
    StartTls,
    /// TLS from the first octet.
    Implicit,
    /// None: only to this very machine.
    LoopbackOnly,
}

/// Who the program is at the mail server.
#[derive(Debug, Clone)]
pub struct SmtpUser {
    /// The name.
    pub name: String,
    /// The password.
    pub password: SecretText,
}

/// How the mail server is reached.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is kept secret.
    pub encryption: Encryption,
    /// Roots (PEM) that count beside the system's.
    pub roots: Option<Vec<u8>>,
    /// Who the program is there, where it asks.
    pub user: Option<SmtpUser>,
}

impl SmtpSettings {
    /// Whether [`SmtpMailer::new`] would take them; needs no runtime.
    ///
    /// # Errors
    /// See [`SmtpError`].
    pub fn check(&self) -> Result<(), SmtpError> {
        tls(self).map(drop)
    }
}

/// The mail server cannot be used as the settings say.
#[derive(Debug, Error)]
pub enum SmtpError {
    /// Letters would go in the clear.
    #[error("letters go without TLS to this very machine alone")]
    NotLoopback,
    /// A password would go in the clear.
    #[error("a password goes over TLS alone")]
    PasswordInTheClear,
    /// The roots do not read.
    #[error("the root certificates do not read: {0}")]
    Roots(Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(Error),
}

/// Sends letters by SMTP. Cheap to clone; connections are kept and shared.
#[derive(Clone)]
pub struct SmtpMailer {
    from: Sender,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// Sets the way up, within a Tokio runtime; connects to nobody yet.
    ///
    /// # Errors
    /// See [`SmtpError`].
    pub fn new(from: Sender, settings: SmtpSettings) -> Result<Self, SmtpError> {
        let tls = tls(&settings)?;
        let hello = ClientId::Domain(from.domain().to_owned());
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(STEP))
            .hello_name(hello)
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        let builder = match settings.user {
            Some(user) => {
                let password = user.password.expose().to_owned();
                builder.credentials(Credentials::new(user.name, password))
            }
            None => builder,
        };
        Ok(Self {
            from,
            transport: builder.build(),
        })
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, SmtpError> {
    match settings.encryption {
        Encryption::StartTls => parameters(settings).map(Tls::Required),
        Encryption::Implicit => parameters(settings).map(Tls::Wrapper),
        Encryption::LoopbackOnly if !is_loopback(&settings.host) => Err(SmtpError::NotLoopback),
        Encryption::LoopbackOnly if settings.user.is_some() => Err(SmtpError::PasswordInTheClear),
        Encryption::LoopbackOnly => Ok(Tls::None),
    }
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, SmtpError> {
    let builder =
        TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::Default);
    let builder = match &settings.roots {
        Some(pem) => {
            builder.add_root_certificate(Certificate::from_pem(pem).map_err(SmtpError::Roots)?)
        }
        None => builder,
    };
    builder.build_rustls().map_err(SmtpError::Tls)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// What a fault means, in words that name no address: a server's own text may repeat one.
fn fault(error: &Error) -> MailError {
    if let Some(code) = error.status() {
        let code = format!("the mail server answered {code}");
        return if error.is_permanent() {
            MailError::Refused(code)
        } else {
            MailError::Passing(code)
        };
    }
    MailError::Passing(
        if error.is_tls() {
            "TLS with the mail server failed"
        } else if error.is_timeout() {
            "the mail server did not answer in time"
        } else if error.is_client() {
            "the mail server does not offer what is needed"
        } else {
            "there is no connection to the mail server"
        }
        .to_owned(),
    )
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        let message = build(&self.from, letter)?;
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error)),
            Err(_) => Err(MailError::Passing(
                "the mail server did not answer in time".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, encryption: Encryption) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: 25,
            encryption,
            roots: None,
            user: None,
        }
    }

    #[test]
    fn j5_nothing_goes_in_the_clear_but_to_this_machine() {
        let none = Encryption::LoopbackOnly;
        for host in ["mail.example.ru", "10.0.0.7", "localhost.example.ru"] {
            assert!(matches!(
                settings(host, none).check(),
                Err(SmtpError::NotLoopback)
            ));
        }
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            assert!(settings(host, none).check().is_ok());
        }
        let user = Some(SmtpUser {
            name: "diary".to_owned(),
            password: SecretText::new("x".to_owned()),
        });
        let known = SmtpSettings {
            user,
            ..settings("localhost", none)
        };
        assert!(matches!(known.check(), Err(SmtpError::PasswordInTheClear)));
    }
}
