//! Where an installation runs, and so what it may trust (`threats.md` J1).

use std::net::SocketAddr;

use serde::Deserialize;

use super::{PublicAddress, problem::Problems};

/// Where an installation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Real people. No simulator, no test stand, no loopback provider, no key in a file.
    Production,
    /// A provider's test stand, or a simulator, with invented people. Every page says so.
    Stand,
    /// One process on one machine: binds to loopback alone. Every page says so.
    Demo,
}

impl Profile {
    /// The key of the line that every page shows, where real people must not be misled.
    #[must_use]
    pub const fn banner(self) -> Option<&'static str> {
        match self {
            Self::Production => None,
            Self::Stand => Some("frame-stand"),
            Self::Demo => Some("frame-demo"),
        }
    }

    /// Whether cookies and redirects may go without TLS.
    #[must_use]
    pub const fn is_demo(self) -> bool {
        matches!(self, Self::Demo)
    }

    pub(super) fn check(self, address: &PublicAddress, listen: SocketAddr, problems: &Problems) {
        match self {
            Self::Production | Self::Stand => {
                if !address.is_https() {
                    problems.add("public-address", "", "must begin with https://");
                }
                if address.is_loopback() {
                    let what = "must be the address that people type, not this machine itself";
                    problems.add("public-address", "", what);
                }
            }
            Self::Demo => {
                if !address.is_loopback() {
                    let what = "must be http://localhost:… while profile is demo";
                    problems.add("public-address", "", what);
                }
                if !listen.ip().is_loopback() {
                    let what = "must be 127.0.0.1:… or [::1]:… while profile is demo";
                    problems.add("listen", "", what);
                }
            }
        }
    }

    /// Whether a provider's host may be trusted here; else what is wrong with it.
    ///
    /// # Errors
    /// What to say of the host, for the key that named it.
    pub fn check_provider_host(self, host: &str) -> Result<(), String> {
        match self {
            Self::Production if is_made_up(host) => Err(
                "names a simulator, a test stand or this machine; profile production takes real \
                 providers alone"
                    .into(),
            ),
            Self::Production | Self::Stand | Self::Demo => Ok(()),
        }
    }
}

/// Hosts behind which nobody is who they say they are: this machine, names reserved for tests
/// (RFC 2606, RFC 6761), and the test stands of Госуслуги (`esia.md`, section 2).
fn is_made_up(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local_address = bare.parse::<std::net::IpAddr>().is_ok_and(|address| {
        let address = address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    });
    let reserved = [
        "localhost",
        "test",
        "example",
        "invalid",
        "test.gosuslugi.ru",
    ];
    local_address
        || reserved.iter().any(|name| {
            host == *name
                || host
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j1_a_made_up_provider_is_refused_in_production() {
        for host in [
            "esia.stand.test",
            "ESIA.STAND.TEST.",
            "localhost",
            "a.localhost",
            "127.0.0.1",
            "127.8.9.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
            "esia-portal1.test.gosuslugi.ru",
        ] {
            assert!(
                Profile::Production.check_provider_host(host).is_err(),
                "{host}"
            );
            assert!(Profile::Stand.check_provider_host(host).is_ok(), "{host}");
        }
        for host in [
            "esia.gosuslugi.ru",
            "gateway.region.ru",
            "contest.ru",
            "10.0.0.7",
        ] {
            assert!(
                Profile::Production.check_provider_host(host).is_ok(),
                "{host}"
            );
        }
    }
}
