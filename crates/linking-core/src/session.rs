//! Sessions: who is signed in, in which browser, since when, and how well proved.

mod computer;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use computer::{Computer, Recognition};

use crate::{
    account::{AccountSheet, Epoch, Versioned},
    ids::{AccountId, LinkId, SessionId},
    ports::Tag,
    provider::ProviderId,
    time::{Timestamp, is_recent},
};

/// What a browser calls itself, shortened to a family and a system («Chrome, Windows»), at most
/// 60 characters. Never the whole header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentLabel(String);

impl AgentLabel {
    /// Takes a label, cut to 60 characters, without control characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.chars().filter(|c| !c.is_control()).take(60).collect())
    }

    /// The label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The network of a visitor, as counters see it: an IPv4 address, or the /64 of an IPv6 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(IpAddr::V4(v4)),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self(IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into()))
            }
        }
    }

    /// Octets for a keyed tag.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        }
    }
}

/// Who sends a request, signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The keyed tag of the browser's own secret (its flow cookie).
    pub browser: Tag,
    /// The same secret by the other keys of the installation: empty, but while a key is changed.
    pub browser_by_other_keys: Vec<Tag>,
    /// Where the request comes from.
    pub network: Network,
    /// What the browser calls itself.
    pub agent: AgentLabel,
    /// Whose computer it is, as far as the address tells.
    pub computer: Computer,
    /// The request's number in the host's log, for what the person reads out to the support.
    pub request: Option<String>,
}

impl Visitor {
    /// The same visitor, where more is known of the computer.
    #[must_use]
    pub fn on(&self, computer: Computer) -> Self {
        Self {
            computer: self.computer.or(computer),
            ..self.clone()
        }
    }

    /// Whether a record was made in this browser, under whichever key (`threats.md` I6).
    #[must_use]
    pub fn is_in(&self, browser: &Tag) -> bool {
        std::iter::once(&self.browser)
            .chain(&self.browser_by_other_keys)
            .any(|own| own.is_same(browser))
    }
}

/// By what a session began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInWay {
    /// The local password.
    Password,
    /// A link of a provider.
    Link {
        /// The provider.
        provider: ProviderId,
        /// The link.
        link: LinkId,
    },
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier; opens nothing.
    pub id: SessionId,
    /// The keyed tag of the secret in the cookie.
    pub secret: Tag,
    /// The browser's own secret, as a keyed tag: a session is worth nothing in another one.
    pub browser: Tag,
    /// Whose it is.
    pub account: AccountId,
    /// The account's epoch at its start; an older one than the account's is dead.
    pub epoch: Epoch,
    /// By what it began.
    pub way: SignInWay,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, to within a few minutes.
    pub seen_at: Timestamp,
    /// When the person last proved themselves in it, by password or by a provider's signed
    /// sign-in time; none where the provider signed no time.
    pub proved_at: Option<Timestamp>,
    /// What the browser calls itself.
    pub agent: AgentLabel,
    /// On whose computer it began.
    pub computer: Computer,
}

impl Session {
    /// Whether it still stands for an account at that epoch.
    #[must_use]
    pub fn stands(&self, epoch: Epoch, now: Timestamp) -> bool {
        self.epoch == epoch && now < self.ends_at()
    }

    /// When it is over if it is not used again.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.computer.session_end(self.started_at, self.seen_at)
    }

    /// When it is over in any case.
    #[must_use]
    pub fn lasts_until(&self) -> Timestamp {
        self.started_at + self.computer.life()
    }

    /// Whether the person proved themselves at most five minutes ago (`domain.md`, Recent;
    /// `threats.md` E3).
    #[must_use]
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.proved_at.is_some_and(|at| is_recent(at, now))
    }
}

/// A standing session with its account: who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The session and its version.
    pub session: Versioned<Session>,
    /// The account, with memberships.
    pub sheet: AccountSheet,
}

impl Actor {
    /// The acting account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.sheet.account.value.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_an_ipv6_network_is_its_64() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn an_agent_label_is_short_and_printable() {
        let label = AgentLabel::new(&format!("Chrome\n{}", "x".repeat(100)));
        assert_eq!(label.as_str().chars().count(), 60);
        assert!(!label.as_str().contains('\n'));
    }
}
