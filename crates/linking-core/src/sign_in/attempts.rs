//! Counters of wrong passwords: one service for all doors (`threats.md` F1, F6).

use chrono::TimeDelta;

use crate::{
    ids::{AccountId, OrganizationId},
    person::Login,
    ports::{AttemptLimit, Purpose, Tag, Vault},
    provider::IdentityKey,
    session::Network,
    time::Timestamp,
};

/// The longest pause after wrong passwords (`domain.md`, Numbers).
pub const LONGEST_PASSWORD_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// The first pause after wrong passwords.
pub const SHORTEST_PASSWORD_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What is shut during a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PauseOf {
    /// The local password (`threats.md` F1).
    Password,
    /// Linking with this identity, or from this network (F5): the password itself is open.
    Linking,
}

impl PauseOf {
    /// What a pause until then shuts: none of wrong passwords is so long as one of mismatches.
    #[must_use]
    pub fn until(until: Timestamp, now: Timestamp) -> Self {
        if until > now + LONGEST_PASSWORD_PAUSE {
            Self::Linking
        } else {
            Self::Password
        }
    }
}

/// Through which door a password is tried.
#[derive(Debug, Clone, Copy)]
pub struct AttemptDoor<'a> {
    /// The login as typed; counted alike whether it exists or not.
    pub login: &'a Login,
    /// Where the request comes from.
    pub network: Network,
    /// The chosen organisation.
    pub organization: OrganizationId,
    /// The provider's identity, inside a flow.
    pub identity: Option<&'a IdentityKey>,
}

/// The counters of one attempt, by what becomes of them.
#[derive(Debug, Clone)]
pub struct AttemptCounters {
    /// Of the login: cleared by a right password.
    pub login: Tag,
    /// Of network, organisation and identity: a right password takes back its own count and no
    /// more, so that one own account does not wash a hundred guesses.
    pub shared: Vec<Tag>,
    /// Of right passwords with another person's identity (`threats.md` F5): a wrong password
    /// takes its count back, a mismatch leaves it.
    pub mismatches: Vec<Tag>,
    /// Every counter with its limit, for the store.
    pub limits: Vec<AttemptLimit>,
}

fn tag_of(vault: &dyn Vault, kind: &[u8], value: &[u8]) -> Tag {
    vault.tag(Purpose::Attempts, &[kind, b":".as_slice(), value].concat())
}

fn identity_octets(identity: &IdentityKey) -> Vec<u8> {
    [
        identity.issuer.as_str().as_bytes(),
        b"\0".as_slice(),
        identity.subject.as_str().as_bytes(),
    ]
    .concat()
}

/// The counters of identities that do not fit a proved account: by identity and by network,
/// never by account (`domain.md`, Numbers; `threats.md` F5).
#[must_use]
pub fn mismatch_limits(
    network: Network,
    identity: &IdentityKey,
    vault: &dyn Vault,
) -> [AttemptLimit; 2] {
    let daily = |key, most| AttemptLimit {
        key,
        window: TimeDelta::days(1),
        pause_from: most,
        block_from: most,
        block_for: TimeDelta::days(1),
    };
    let identity = identity_octets(identity);
    [
        daily(tag_of(vault, b"mismatch-identity", &identity), 5),
        daily(tag_of(vault, b"mismatch-network", &network.octets()), 50),
    ]
}

/// The counters of an attempt from a browser in which the owner signed in before, while the
/// password pauses for everybody else (`threats.md` F2): a few tries of its own, with the same
/// longest pause. Identities that do not fit are counted as ever.
#[must_use]
pub fn known_browser_counters(
    door: AttemptDoor<'_>,
    browser: &Tag,
    vault: &dyn Vault,
) -> AttemptCounters {
    let value = [door.login.key().as_str().as_bytes(), &browser.to_octets()].concat();
    let own = AttemptLimit {
        key: tag_of(vault, b"known-browser", &value),
        window: TimeDelta::hours(1),
        pause_from: 3,
        block_from: 6,
        block_for: LONGEST_PASSWORD_PAUSE,
    };
    let mut limits = vec![own];
    let mut mismatches = Vec::new();
    if let Some(identity) = door.identity {
        let by_day = mismatch_limits(door.network, identity, vault);
        mismatches.extend(by_day.iter().map(|limit| limit.key));
        limits.extend(by_day);
    }
    AttemptCounters {
        login: own.key,
        shared: Vec::new(),
        mismatches,
        limits,
    }
}

/// Counts right passwords of an account that came with another person's identity: from the fifth
/// within a day on the password is held for known (`threats.md` F5). No door asks this counter, so
/// that it pauses nobody.
#[must_use]
pub fn account_mismatch_limit(account: AccountId, vault: &dyn Vault) -> AttemptLimit {
    AttemptLimit {
        key: tag_of(vault, b"mismatch-account", account.uuid().as_bytes()),
        window: TimeDelta::days(1),
        pause_from: 5,
        block_from: 5,
        block_for: TimeDelta::days(1),
    }
}

/// The counter of a login's wrong passwords.
#[must_use]
pub fn login_counter(login: &Login, vault: &dyn Vault) -> Tag {
    tag_of(vault, b"login", login.key().as_str().as_bytes())
}

/// The counters of letters that are asked for: three an hour for what was typed, whether it names
/// an account or not, and sixty for a network, behind which a school may sit.
#[must_use]
pub fn restore_limits(network: Network, typed: &str, vault: &dyn Vault) -> [AttemptLimit; 2] {
    let hourly = |key, most| AttemptLimit {
        key,
        window: TimeDelta::hours(1),
        pause_from: most,
        block_from: most,
        block_for: TimeDelta::hours(1),
    };
    let typed = typed.to_lowercase();
    [
        hourly(tag_of(vault, b"restore", typed.as_bytes()), 3),
        hourly(tag_of(vault, b"restore-network", &network.octets()), 60),
    ]
}

/// The counters of one attempt through a door.
#[must_use]
pub fn attempt_counters(door: AttemptDoor<'_>, vault: &dyn Vault) -> AttemptCounters {
    let tag = |kind: &[u8], value: &[u8]| tag_of(vault, kind, value);
    let hourly = |key, pause_from| AttemptLimit {
        key,
        window: TimeDelta::hours(1),
        pause_from,
        block_from: pause_from * 2,
        block_for: LONGEST_PASSWORD_PAUSE,
    };
    let login = login_counter(door.login, vault);
    let network = door.network.octets();
    // A school sits behind one address: many people mistype there in an hour.
    let mut limits = vec![
        hourly(login, 5),
        hourly(tag(b"network", &network), 60),
        hourly(
            tag(b"organization", door.organization.uuid().as_bytes()),
            300,
        ),
    ];
    let mut mismatches = Vec::new();
    if let Some(identity) = door.identity {
        let value = identity_octets(identity);
        limits.push(hourly(tag(b"identity", &value), 5));
        let by_day = mismatch_limits(door.network, identity, vault);
        mismatches.extend(by_day.iter().map(|limit| limit.key));
        limits.extend(by_day);
    }
    let shared = limits
        .iter()
        .map(|limit| limit.key)
        .filter(|key| *key != login && !mismatches.contains(key))
        .collect();
    AttemptCounters {
        login,
        shared,
        mismatches,
        limits,
    }
}
