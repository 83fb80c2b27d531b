//! Addresses of PostgreSQL servers, as the settings write them.

use std::{fmt, net::IpAddr, str::FromStr};

use linking_core::secret::SecretBytes;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use thiserror::Error;
use url::{Host, Url};

/// What an address may say after the question mark.
const PARAMETERS: [&str; 8] = [
    "application_name",
    "host",
    "options",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
];
/// What every connection asks of the server: nobody waits for a lock longer than a request may
/// last, and what a server that died left open ends by itself.
const SESSION: [(&str, &str); 3] = [
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "15s"),
    ("client_min_messages", "warning"),
];

/// Why an address is none. No text repeats the address: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It does not read as an address.
    #[error("is no address of the form postgres://user@host:5432/database")]
    Form,
    /// It names no user or no database.
    #[error("names no {0}")]
    Missing(&'static str),
    /// A parameter that is not known.
    #[error("has the parameter {0}, which is not known; known are {known}", known = PARAMETERS.join(", "))]
    Parameter(String),
    /// Personal data would cross a network in the clear, or to whoever answers.
    #[error(
        "leads to another machine without sslmode=verify-full: add it, and sslrootcert with the \
         certificate of the authority"
    )]
    Unprotected,
}

/// The address of one PostgreSQL server: `postgres://user@host:port/database`, with `sslmode`,
/// `sslrootcert` and a few more. Prints its host and port alone.
#[derive(Clone)]
pub struct PostgresAddress(PgConnectOptions);

impl PostgresAddress {
    /// With a password, which then need not stand in the address.
    ///
    /// # Errors
    /// The password is no text.
    pub fn with_password(self, password: &SecretBytes) -> Result<Self, AddressError> {
        let text = std::str::from_utf8(password.expose());
        let text = text.map_err(|_| AddressError::Missing("password that is a text"))?;
        Ok(Self(self.0.password(text)))
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.0.clone().options(SESSION)
    }
}

impl FromStr for PostgresAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Form)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::Form);
        }
        if url.username().is_empty() {
            return Err(AddressError::Missing("user"));
        }
        if url.path().trim_matches('/').is_empty() {
            return Err(AddressError::Missing("database"));
        }
        let unknown = url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .find(|name| !PARAMETERS.contains(&name.as_str()));
        if let Some(name) = unknown {
            return Err(AddressError::Parameter(name));
        }
        let options = PgConnectOptions::from_str(text).map_err(|_| AddressError::Form)?;
        let checked = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
        if !checked && options.get_socket().is_none() && !is_here(options.get_host()) {
            return Err(AddressError::Unprotected);
        }
        Ok(Self(options))
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Ok(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Err(_) => host.starts_with('/'),
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get_socket() {
            Some(socket) => write!(f, "{}", socket.display()),
            None => write!(f, "{}:{}", self.0.get_host(), self.0.get_port()),
        }
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresAddress({self})")
    }
}

impl PartialEq for PostgresAddress {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
            && self.0.get_username() == other.0.get_username()
            && self.0.get_database() == other.0.get_database()
    }
}

impl Eq for PostgresAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, AddressError> {
        text.parse::<PostgresAddress>().map(|a| a.to_string())
    }

    #[test]
    fn an_address_prints_without_its_password() {
        let address: PostgresAddress = "postgres://school:s3cret@127.0.0.1:5433/diary"
            .parse()
            .unwrap();
        assert_eq!(format!("{address:?}"), "PostgresAddress(127.0.0.1:5433)");
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_repeating_it() {
        for (text, error) in [
            ("", AddressError::Form),
            ("svyazka.db", AddressError::Form),
            ("mysql://school@localhost/diary", AddressError::Form),
            ("postgres://localhost/diary", AddressError::Missing("user")),
            (
                "postgres://school@localhost",
                AddressError::Missing("database"),
            ),
            (
                "postgres://school@localhost/diary?ssl=on",
                AddressError::Parameter("ssl".to_owned()),
            ),
            (
                "postgres://school@localhost/diary?sslmode=maybe",
                AddressError::Form,
            ),
        ] {
            assert_eq!(parsed(text), Err(error), "{text}");
        }
    }

    #[test]
    fn another_machine_is_reached_with_a_checked_certificate_alone() {
        for open in [
            "",
            "?sslmode=require",
            "?sslmode=prefer",
            "?sslmode=verify-ca",
        ] {
            let text = format!("postgres://school@db1.region.example/diary{open}");
            assert_eq!(parsed(&text), Err(AddressError::Unprotected), "{text}");
        }
        for here in ["localhost", "127.0.0.1", "[::1]"] {
            assert!(parsed(&format!("postgres://school@{here}/diary")).is_ok());
        }
        let socket = "postgres://school@localhost/diary?host=/run/postgresql";
        assert_eq!(parsed(socket), Ok("/run/postgresql".to_owned()));
        let far = "postgres://school@db1.region.example/diary?sslmode=verify-full";
        assert_eq!(parsed(far), Ok("db1.region.example:5432".to_owned()));
    }
}
