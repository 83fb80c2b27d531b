//! Ports for time, identifiers, randomness, passwords and keys.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    account::PasswordHash,
    secret::{Password, SecretBytes},
    time::Timestamp,
};

/// The clock.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers of records: UUID version 7.
pub trait IdSource: fmt::Debug + Send + Sync {
    /// The next one.
    fn next(&self) -> Uuid;
}

/// The system's random generator.
pub trait Randomness: fmt::Debug + Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, out: &mut [u8]);
}

/// What a password's check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashVerdict {
    /// It is the password.
    Match,
    /// It is not.
    Mismatch,
}

/// Hashing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// The bounded pool has no place for now: answer "try again", hash nothing.
    #[error("no place for another password hash just now")]
    Busy,
    /// The stored text is no hash.
    #[error("a stored password hash cannot be read")]
    Unreadable,
}

/// Hashes passwords, on a bounded pool of its own and never on the async threads.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: fmt::Debug + Send + Sync {
    /// Hashes a new password.
    ///
    /// # Errors
    /// See [`HashError`].
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError>;

    /// Checks a password. Without a stored hash the work is the same, against a fixed one, and
    /// the verdict is a mismatch (`threats.md` F4).
    ///
    /// # Errors
    /// See [`HashError`].
    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<HashVerdict, HashError>;
}

/// What a key is used for; each purpose has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Seals a flow's state.
    FlowState,
    /// Seals a SNILS.
    SnilsSeal,
    /// Seals the personal attributes of a profile.
    ProfileSeal,
    /// Finds a SNILS by its tag.
    SnilsTag,
    /// Finds a flow by its ticket.
    Ticket,
    /// Knows a browser by its secret.
    Browser,
    /// Finds a session by its secret.
    Session,
    /// Names a counter of wrong passwords.
    Attempts,
    /// Makes the tokens of forms.
    FormToken,
    /// Names a request that its sender may repeat, and knows it again.
    Repeat,
    /// Seals the answer to such a request.
    ReplySeal,
    /// Finds an e-mail address by its tag.
    EmailTag,
    /// Finds the ticket of a letter by its secret.
    Letter,
    /// Seals what somebody typed to restore a password.
    RestoreRequest,
    /// Seals what a press led to, for the page that tells it.
    Told,
}

/// A keyed hash (HMAC-SHA-256) of a value: finds it, and does not give it away. Carries the
/// key's version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    key: u8,
    bytes: [u8; 32],
}

impl Tag {
    /// A tag made with the key of that version.
    #[must_use]
    pub const fn new(key: u8, bytes: [u8; 32]) -> Self {
        Self { key, bytes }
    }

    /// Reads the 33 octets of [`Self::to_octets`].
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let (key, rest) = octets.split_first()?;
        Some(Self {
            key: *key,
            bytes: rest.try_into().ok()?,
        })
    }

    /// 33 octets: the key's version and the hash, for stores.
    #[must_use]
    pub fn to_octets(self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(33);
        octets.push(self.key);
        octets.extend_from_slice(&self.bytes);
        octets
    }

    /// The version of its key.
    #[must_use]
    pub const fn key(&self) -> u8 {
        self.key
    }

    /// The hash itself.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Compares in constant time.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let unequal = self
            .bytes
            .iter()
            .zip(&other.bytes)
            .fold(self.key ^ other.key, |unequal, (a, b)| unequal | (a ^ b));
        unequal == 0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag(key {})", self.key)
    }
}

/// Sealed octets: key version, nonce, ciphertext and check, as the vault wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes the vault's octets.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// The octets to store.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

/// Sealing or opening failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The octets were changed, belong to another record, or were sealed with another key.
    #[error("sealed data does not open: it was changed, moved, or sealed with another key")]
    DoesNotOpen,
    /// The key's version is not configured.
    #[error("sealed data names key version {0}, which is not configured")]
    UnknownKey(u8),
}

/// The keys of the installation, outside the database.
pub trait Vault: fmt::Debug + Send + Sync {
    /// Encrypts octets, bound to a purpose and to the record that holds them.
    fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &SecretBytes) -> Sealed;

    /// Decrypts what [`Self::seal`] made for the same purpose and record.
    ///
    /// # Errors
    /// See [`VaultError`].
    fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &Sealed,
    ) -> Result<SecretBytes, VaultError>;

    /// The keyed hash of a value.
    fn tag(&self, purpose: Purpose, value: &[u8]) -> Tag;

    /// The keyed hashes of a value by the other keys of the installation: what was written while
    /// another key was in force is found by them (`threats.md` I6). With one key there is none.
    fn other_tags(&self, _purpose: Purpose, _value: &[u8]) -> Vec<Tag> {
        Vec::new()
    }
}
