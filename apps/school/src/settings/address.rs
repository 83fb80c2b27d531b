//! The address that people type, and the proxies before the server (`threats.md` A12).

use std::{collections::BTreeSet, net::IpAddr};

use linking_core::provider::HttpsUrl;
use url::{Host, Url};

/// The address that people type: scheme, host and port. Every address that the program gives
/// out is made of it, never of a request's headers (`threats.md` A12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    url: Url,
    authority: String,
}

impl PublicAddress {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let form = "needs the form https://diary.example.ru, without a path";
        let url = Url::parse(text).map_err(|_| form.to_owned())?;
        let plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && matches!(url.scheme(), "https" | "http");
        let host = url
            .host_str()
            .filter(|_| plain)
            .ok_or_else(|| form.to_owned())?;
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { url, authority })
    }

    /// An address for tests of what is made of it.
    #[cfg(test)]
    pub(crate) fn of_tests(text: &str) -> Self {
        Self::parse(text).unwrap()
    }

    /// Scheme, host and port without a slash at the end, as an `Origin` header has it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority)
    }

    /// Host and port, as a `Host` header must have it.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// An address of this installation; `path` begins with a slash. `None` if the path has
    /// characters that no address has.
    #[must_use]
    pub fn join(&self, path: &str) -> Option<HttpsUrl> {
        format!("{}{path}", self.origin()).parse().ok()
    }

    /// Whether it goes over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// The proxies whose forwarded headers count. Empty: nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxies(BTreeSet<IpAddr>);

impl TrustedProxies {
    /// Trusts these addresses.
    #[must_use]
    pub fn new(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self(
            addresses
                .into_iter()
                .map(|address| address.to_canonical())
                .collect(),
        )
    }

    /// The visitor's address: the connection's, unless that is a trusted proxy's; then the last
    /// address of `X-Forwarded-For` that is no trusted proxy's. A header that cannot be read
    /// counts for nothing.
    #[must_use]
    pub fn visitor(&self, connection: IpAddr, forwarded_for: &[&str]) -> IpAddr {
        let connection = connection.to_canonical();
        if !self.0.contains(&connection) {
            return connection;
        }
        for item in forwarded_for
            .iter()
            .rev()
            .flat_map(|header| header.rsplit(','))
        {
            match item
                .trim()
                .parse::<IpAddr>()
                .map(|address| address.to_canonical())
            {
                Ok(address) if self.0.contains(&address) => {}
                Ok(address) => return address,
                Err(_) => return connection,
            }
        }
        connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> PublicAddress {
        PublicAddress::parse(text).unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_public_address_is_scheme_host_and_port() {
        let diary = address("https://diary.example.ru/");
        assert_eq!(diary.origin(), "https://diary.example.ru");
        assert_eq!(diary.authority(), "diary.example.ru");
        assert_eq!(
            diary.join("/a?b=1").unwrap().as_str(),
            "https://diary.example.ru/a?b=1"
        );
        assert_eq!(
            address("https://diary.example.ru:443").authority(),
            "diary.example.ru"
        );
        assert_eq!(
            address("http://localhost:8080").authority(),
            "localhost:8080"
        );
        assert!(address("http://localhost:8080").is_loopback());
        for bad in [
            "diary.example.ru",
            "ftp://diary.example.ru",
            "https://diary.example.ru/school",
            "https://diary.example.ru/?a=b",
            "https://user@diary.example.ru",
            "https://",
        ] {
            assert!(PublicAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a12_forwarded_headers_count_only_from_trusted_proxies() {
        let proxies = TrustedProxies::new([ip("10.0.0.1"), ip("10.0.0.2")]);
        let spoofed = ["203.0.113.9, 198.51.100.7, 10.0.0.2"];
        assert_eq!(
            proxies.visitor(ip("10.0.0.1"), &spoofed),
            ip("198.51.100.7")
        );
        assert_eq!(
            proxies.visitor(ip("::ffff:10.0.0.1"), &spoofed),
            ip("198.51.100.7")
        );
        assert_eq!(proxies.visitor(ip("192.0.2.1"), &spoofed), ip("192.0.2.1"));
        assert_eq!(
            TrustedProxies::default().visitor(ip("10.0.0.1"), &spoofed),
            ip("10.0.0.1")
        );
        assert_eq!(
            proxies.visitor(ip("10.0.0.1"), &["nonsense"]),
            ip("10.0.0.1")
        );
        assert_eq!(proxies.visitor(ip("10.0.0.1"), &[]), ip("10.0.0.1"));
        assert_eq!(
            proxies.visitor(ip("10.0.0.1"), &["198.51.100.1", "198.51.100.2"]),
            ip("198.51.100.2")
        );
    }
}
