//! Where a provider's requests may go.

use std::{collections::BTreeSet, fmt, net::IpAddr, str::FromStr};

use thiserror::Error;
use url::{Host, Url};

use crate::{AddressKind, ForbiddenReason};

/// Why a text is no host rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "expected a host in its plain lower-case form, with a port if it is not 443, for example \
     `esia.gosuslugi.ru`, `gateway.local:8443`, `127.0.0.1:8081`, `[::1]:8081`"
)]
pub struct HostRuleError;

/// A host and port, compared exactly. Text form: `host` (port 443) or `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostRule {
    host: String,
    port: u16,
}

impl HostRule {
    /// Host and port of an address; `None` where it has no host.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

impl FromStr for HostRule {
    type Err = HostRuleError;

    /// Takes only what the URL standard writes itself: `0x7f000001`, `127.1` or a trailing path
    /// are refused, since they read as something else than they are.
    fn from_str(text: &str) -> Result<Self, HostRuleError> {
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| HostRuleError)?;
        let rule = Self::of(&url).ok_or(HostRuleError)?;
        let plain = text == rule.host || text == rule.to_string();
        if plain { Ok(rule) } else { Err(HostRuleError) }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Whether `http` to this very machine is allowed: in the demo and in tests only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopbackHttp {
    /// Allowed.
    Allowed,
    /// Refused.
    Refused,
}

/// Where one provider's requests may go. Empty rules let nothing out.
#[derive(Debug, Clone)]
pub struct EgressRules {
    allowed: BTreeSet<HostRule>,
    private: BTreeSet<HostRule>,
    loopback_http: LoopbackHttp,
}

impl EgressRules {
    /// Rules for these hosts, over `https`, at public addresses.
    #[must_use]
    pub fn new(allowed: impl IntoIterator<Item = HostRule>) -> Self {
        Self {
            allowed: allowed.into_iter().collect(),
            private: BTreeSet::new(),
            loopback_http: LoopbackHttp::Refused,
        }
    }

    /// Allows private and loopback addresses for these hosts (`private_hosts`: GOST TLS
    /// gateways). It does not allow the hosts themselves.
    #[must_use]
    pub fn with_private_hosts(mut self, hosts: impl IntoIterator<Item = HostRule>) -> Self {
        self.private.extend(hosts);
        self
    }

    /// Allows `http` to loopback, where an allowed host is loopback.
    #[must_use]
    pub fn with_loopback_http(mut self, allowed: LoopbackHttp) -> Self {
        self.loopback_http = allowed;
        self
    }

    /// Judges an address before anything is sent.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub(crate) fn judge(&self, url: &Url) -> Result<(), ForbiddenReason> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ForbiddenReason::UserPart);
        }
        let host = url.host().ok_or(ForbiddenReason::Address)?;
        let plain_http = url.scheme() == "http"
            && self.loopback_http == LoopbackHttp::Allowed
            && is_loopback(&host);
        if url.scheme() != "https" && !plain_http {
            return Err(ForbiddenReason::Scheme);
        }
        let rule = HostRule::of(url).ok_or(ForbiddenReason::Address)?;
        if !self.allowed.contains(&rule) {
            return Err(ForbiddenReason::Host);
        }
        match host {
            Host::Domain(_) => Ok(()),
            Host::Ipv4(address) => self.judge_address(&rule.host, address.into()),
            Host::Ipv6(address) => self.judge_address(&rule.host, address.into()),
        }
    }

    /// Judges a network address of an allowed host.
    ///
    /// # Errors
    /// [`ForbiddenReason::NetworkAddress`] where the host may not live there.
    pub(crate) fn judge_address(&self, host: &str, address: IpAddr) -> Result<(), ForbiddenReason> {
        let listed = self.private.iter().any(|rule| rule.host == host);
        let here = self.loopback_http == LoopbackHttp::Allowed
            && Host::parse(host).is_ok_and(|host| is_loopback(&host));
        let fine = match AddressKind::of(address) {
            AddressKind::Public => true,
            AddressKind::Private => listed,
            AddressKind::Loopback => listed || here,
            AddressKind::Reserved => false,
        };
        if fine {
            Ok(())
        } else {
            Err(ForbiddenReason::NetworkAddress)
        }
    }

    /// Whether nothing but `http` to loopback can pass, so that no roots are needed.
    pub(crate) fn is_loopback_only(&self) -> bool {
        self.loopback_http == LoopbackHttp::Allowed
            && self
                .allowed
                .iter()
                .all(|rule| Host::parse(&rule.host).is_ok_and(|host| is_loopback(&host)))
    }
}

fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allowed: &[&str]) -> EgressRules {
        EgressRules::new(allowed.iter().map(|host| host.parse().unwrap()))
    }

    fn judge(rules: &EgressRules, url: &str) -> Result<(), ForbiddenReason> {
        rules.judge(&Url::parse(url).unwrap())
    }

    #[test]
    fn g12_only_listed_hosts_and_ports_over_https() {
        let rules = rules(&["esia.gosuslugi.ru", "gateway.example:8443"]);
        assert_eq!(judge(&rules, "https://esia.gosuslugi.ru/rs/prns/1"), Ok(()));
        assert_eq!(judge(&rules, "https://gateway.example:8443/"), Ok(()));
        for (url, reason) in [
            ("http://esia.gosuslugi.ru/", ForbiddenReason::Scheme),
            ("ftp://esia.gosuslugi.ru/", ForbiddenReason::Scheme),
            ("https://esia.gosuslugi.ru:8443/", ForbiddenReason::Host),
            ("https://gateway.example/", ForbiddenReason::Host),
            ("https://evil.esia.gosuslugi.ru/", ForbiddenReason::Host),
            ("https://esia.gosuslugi.ru./", ForbiddenReason::Host),
            (
                "https://esia.gosuslugi.ru@evil.example/",
                ForbiddenReason::UserPart,
            ),
            ("file:///etc/passwd", ForbiddenReason::Address),
        ] {
            assert_eq!(judge(&rules, url), Err(reason), "{url}");
        }
    }

    #[test]
    fn g12_addresses_in_the_url_are_judged_too() {
        let rules = rules(&[
            "127.0.0.1",
            "10.0.0.1",
            "[::1]",
            "169.254.169.254",
            "8.8.8.8",
        ]);
        assert_eq!(judge(&rules, "https://8.8.8.8/"), Ok(()));
        for url in [
            "https://127.0.0.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/",
        ] {
            assert_eq!(
                judge(&rules, url),
                Err(ForbiddenReason::NetworkAddress),
                "{url}"
            );
        }
        let rules =
            rules.with_private_hosts(["10.0.0.1", "169.254.169.254"].map(|h| h.parse().unwrap()));
        assert_eq!(judge(&rules, "https://10.0.0.1/"), Ok(()));
        assert_eq!(
            judge(&rules, "https://169.254.169.254/"),
            Err(ForbiddenReason::NetworkAddress),
            "metadata is out of reach even when listed"
        );
    }

    #[test]
    fn g12_http_is_for_loopback_alone_and_only_where_it_is_allowed() {
        let hosts = [
            "127.0.0.1:8081",
            "localhost:80",
            "10.0.0.1:80",
            "school.example:80",
        ];
        let strict = rules(&hosts);
        let demo = rules(&hosts).with_loopback_http(LoopbackHttp::Allowed);
        for url in ["http://127.0.0.1:8081/", "http://localhost/"] {
            assert_eq!(judge(&strict, url), Err(ForbiddenReason::Scheme), "{url}");
            assert_eq!(judge(&demo, url), Ok(()), "{url}");
        }
        for url in ["http://10.0.0.1/", "http://school.example/"] {
            assert_eq!(judge(&demo, url), Err(ForbiddenReason::Scheme), "{url}");
        }
        assert!(
            rules(&hosts[..2])
                .with_loopback_http(LoopbackHttp::Allowed)
                .is_loopback_only()
        );
        assert!(!demo.is_loopback_only());
    }

    #[test]
    fn g12_a_host_rule_is_written_plainly() {
        for good in [
            "esia.gosuslugi.ru",
            "a.example:443",
            "a.example:8443",
            "[::1]:80",
            "10.0.0.1",
        ] {
            assert!(good.parse::<HostRule>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "0x7f000001",
            "2130706433",
            "127.1",
            "ESIA.gosuslugi.ru",
            "a.example/",
            "a.example?x",
            "u@a.example",
            "https://a.example",
            "a b",
            "пример.рф",
        ] {
            assert!(bad.parse::<HostRule>().is_err(), "{bad}");
        }
    }
}
