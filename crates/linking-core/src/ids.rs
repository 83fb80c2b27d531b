//! Identifiers of records. They name things and open nothing: what opens something is a secret
//! of 256 bits (`threats.md` F7).

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// What an [`Id`] names; gives the prefix of its text form.
pub trait IdKind {
    /// Lower-case letters before the underscore, for example `acc`.
    const PREFIX: &'static str;
}

/// A UUID (version 7 for records) with the kind of thing that it names. Its text is
/// `prefix_` and 32 lower-case hex digits; only its own prefix parses.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// Names a record by a UUID that an [`IdSource`](crate::ports::IdSource) or a store gave.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self {
            uuid,
            kind: PhantomData,
        }
    }

    /// The bare UUID, for stores.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid.simple())
    }
}
impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected `{expected}_` and 32 hex digits")]
pub struct IdError {
    expected: &'static str,
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError {
            expected: K::PREFIX,
        };
        let hex = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|hex| hex.len() == 32)
            .ok_or(wrong)?;
        Uuid::try_parse(hex).map(Self::from_uuid).map_err(|_| wrong)
    }
}
impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $id:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}
        impl IdKind for $kind {
            const PREFIX: &'static str = $prefix;
        }
        $(#[$doc])*
        pub type $id = Id<$kind>;
    )*};
}

kinds! {
    /// Names an [`Account`](crate::account::Account); never used again for another one.
    AccountKind, AccountId, "acc";
    /// Names an [`Organization`](crate::region::Organization).
    OrganizationKind, OrganizationId, "org";
    /// Names a [`Membership`](crate::account::Membership).
    MembershipKind, MembershipId, "mem";
    /// Names a [`Link`](crate::link::Link).
    LinkKind, LinkId, "lnk";
    /// Names a [`LinkFlow`](crate::link::LinkFlow).
    FlowKind, FlowId, "flw";
    /// Names a [`Session`](crate::session::Session).
    SessionKind, SessionId, "ses";
    /// Names a [`Consent`](crate::consent::Consent).
    ConsentKind, ConsentId, "con";
    /// Names an [`AuditRecord`](crate::audit::AuditRecord).
    AuditKind, AuditId, "aud";
    /// Names an [`Event`](crate::event::Event).
    EventKind, EventId, "evt";
    /// Names a [`RestoreRequest`](crate::letter::RestoreRequest).
    RestoreKind, RestoreId, "rst";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_parses_its_own_prefix_alone() {
        let id = AccountId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<AccountId>(), Ok(id));
        assert!(id.to_string().parse::<LinkId>().is_err());
        assert!(id.uuid().to_string().parse::<AccountId>().is_err());
        assert!("acc_".parse::<AccountId>().is_err());
        assert!(
            "acc_0000000000000000000000000000000g"
                .parse::<AccountId>()
                .is_err()
        );
    }
}
