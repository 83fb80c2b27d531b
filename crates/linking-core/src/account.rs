//! Accounts: a person's entry, with profile, memberships and guardianships.

mod membership;
mod profile;

pub use membership::{Family, Guardianship, Membership, Relative, Role};
pub use profile::{Contact, ContactKind, ContactValue, Profile, Source, Sourced};

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{ids::AccountId, person::Login, time::Timestamp};

/// Counts the changes that end older sessions, flows and proofs of an account (`domain.md`,
/// Epoch; `threats.md` D2, E6).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Epoch(u64);

impl Epoch {
    /// An epoch as a store kept it.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number to store.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The epoch after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStatus {
    /// In use.
    Active,
    /// Closed for sign-in by the school, which can open it again.
    Blocked,
    /// Its owner has left: answers like an account that does not exist.
    Archived,
}

/// A password hash in the hasher's own text form (PHC string); never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes the hasher's text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The hasher's text, for the hasher and the store.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

/// Who chose a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordOrigin {
    /// Printed by the school: others may have seen it (`threats.md` D6).
    Printed,
    /// Chosen by the owner.
    Owner,
}

/// The local password of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// Who chose it.
    pub origin: PasswordOrigin,
    /// When it was set.
    pub set_at: Timestamp,
    /// Since when somebody else is held to know it: from then on it lets nobody in, until a letter
    /// or the school gives a new one (`threats.md` F5).
    pub exposed_at: Option<Timestamp>,
}

/// A person's entry in the diary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// The name typed at sign-in, unique in the installation.
    pub login: Login,
    /// The local password, if one was set.
    pub password: Option<LocalPassword>,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Sessions, flows and proofs of an older epoch are dead.
    pub epoch: Epoch,
    /// What is known of its owner.
    pub profile: Profile,
}

/// The version at which a store holds a record; a write names the one that was read.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Version(u64);

impl Version {
    /// A record that is not there yet.
    pub const NEW: Self = Self(0);

    /// A version as a store kept it.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number to store.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A record with the version at which it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// What a write must name.
    pub version: Version,
    /// The record.
    pub value: T,
}

/// An account with its memberships, as most decisions need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSheet {
    /// The account and its version.
    pub account: Versioned<Account>,
    /// Where it belongs; a newcomer belongs nowhere yet.
    pub memberships: Vec<Membership>,
}

impl AccountSheet {
    /// The account itself.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account.value
    }

    /// The first membership: the one that pages name.
    #[must_use]
    pub fn first_membership(&self) -> Option<&Membership> {
        self.memberships.first()
    }

    /// Whether one of the memberships is that of a pupil.
    #[must_use]
    pub fn is_pupil(&self) -> bool {
        self.memberships
            .iter()
            .any(|membership| membership.role == Role::Pupil)
    }
}
