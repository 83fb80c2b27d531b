//! The port of the store: reads by need of the use cases, one `commit`.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    account::{AccountSheet, Family, Version, Versioned},
    audit::HistoryLine,
    change::ChangeSet,
    consent::Consent,
    ids::{AccountId, AuditId, FlowId},
    letter::Ticket,
    link::{Link, LinkFlow},
    person::{EmailAddress, Login, Snils},
    ports::{AttemptLimit, AttemptVerdict, Tag, Tried},
    provider::IdentityKey,
    region::RegionCode,
    session::{Actor, Session},
    time::Timestamp,
};

/// A fault of the store. Its text names no value of a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// A record was changed by somebody else since it was read, or a unique index said no: load
    /// and decide again.
    #[error("conflict on {0}")]
    Conflict(&'static str),
    /// A row of an import names a record that is not there; the number counts rows of the batch
    /// from zero.
    #[error("row {row} names an unknown {what}")]
    UnknownReference {
        /// Which row of the batch.
        row: usize,
        /// What is unknown.
        what: &'static str,
    },
    /// The database is away or full: another try may work.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A stored record does not read.
    #[error("a stored record is damaged: {0}")]
    Damaged(String),
}

/// A link of an identity, with the account that it enters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccount {
    /// The active link.
    pub link: Link,
    /// The account, with memberships.
    pub sheet: AccountSheet,
}

/// What the store knows of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySheet {
    /// The version of its anchor: moves with each link made or ended.
    pub anchor: Version,
    /// Its active links.
    pub links: Vec<LinkedAccount>,
}

/// Records of accounts, links, flows and sessions. Everything that answers "is it so now" reads
/// the primary database (`threats.md` I7).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// The account of a login, with memberships; archived ones too.
    async fn account_by_login(&self, login: &Login) -> Result<Option<AccountSheet>, StoreError>;

    /// Whether the owner of a login's account signed in by password in a browser, not too long
    /// ago, and the account's epoch has not moved on since.
    async fn knows_browser(
        &self,
        login: &Login,
        browser: &Tag,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// An account, with memberships.
    async fn account(&self, id: AccountId) -> Result<Option<AccountSheet>, StoreError>;

    /// Active accounts of a region that have this SNILS, found by its keyed tag.
    async fn accounts_by_snils(
        &self,
        region: &RegionCode,
        snils: &Snils,
    ) -> Result<Vec<AccountSheet>, StoreError>;

    /// Active accounts whose letters go to this address, found by its keyed tag.
    async fn accounts_by_email(
        &self,
        address: &EmailAddress,
    ) -> Result<Vec<AccountSheet>, StoreError>;

    /// The ticket of a letter by its secret's tag; used ones too, until their end.
    async fn ticket(&self, secret: &Tag) -> Result<Option<Ticket>, StoreError>;

    /// Guardians and children of an account by the records of today.
    async fn family(&self, id: AccountId) -> Result<Family, StoreError>;

    /// The active links of an account, the oldest first.
    async fn links_of(&self, id: AccountId) -> Result<Vec<Link>, StoreError>;

    /// The consents of an account, in the order in which they were given; refused and withdrawn
    /// ones too.
    async fn consents_of(&self, id: AccountId) -> Result<Vec<Consent>, StoreError>;

    /// The anchor and active links of an identity; an unknown one has the anchor
    /// [`Version::NEW`] and no links.
    async fn identity(&self, key: &IdentityKey) -> Result<IdentitySheet, StoreError>;

    /// A flow by its identifier.
    async fn flow(&self, id: FlowId) -> Result<Option<Versioned<LinkFlow>>, StoreError>;

    /// A flow by either tag of its present ticket.
    async fn flow_by_ticket(&self, ticket: &Tag)
    -> Result<Option<Versioned<LinkFlow>>, StoreError>;

    /// Begins a flow; of the browser's open flows the newest `keep` stay, this one included, and
    /// the others end ([`LinkFlow::expire`]).
    async fn insert_flow(&self, flow: &LinkFlow, keep: u8) -> Result<(), StoreError>;

    /// Writes a flow on that changes nothing else; [`StoreError::Conflict`] if somebody else did.
    async fn put_flow(&self, flow: &LinkFlow, read: Version) -> Result<Version, StoreError>;

    /// A session by its secret's tag, with its account; whether it stands is the caller's to ask.
    async fn session(&self, secret: &Tag) -> Result<Option<Actor>, StoreError>;

    /// Notes that a session is in use; no version moves.
    async fn touch_session(&self, session: &Session, at: Timestamp) -> Result<(), StoreError>;

    /// The sessions of an account, the last used first.
    async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, StoreError>;

    /// The own history, the newest first, at most `limit` lines older than `before`.
    async fn history(
        &self,
        id: AccountId,
        before: Option<AuditId>,
        limit: u16,
    ) -> Result<Vec<HistoryLine>, StoreError>;

    /// Counts one try on each counter, atomically, a password before it is looked at
    /// (`threats.md` F6): if one of them is shut ([`AttemptCount::shut`]), none is counted.
    ///
    /// [`AttemptCount::shut`]: crate::ports::AttemptCount::shut
    async fn count_attempt(
        &self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError>;

    /// Applies a change set, all or nothing.
    async fn commit(&self, changes: ChangeSet) -> Result<(), StoreError>;

    /// Ends at most `limit` flows whose time is over ([`LinkFlow::expire`]), and removes at most as
    /// many each of flows that were over for [`FLOW_REMAINS`](crate::time::FLOW_REMAINS), dead
    /// sessions, old tickets and old counters; says how many records that were.
    async fn sweep(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError>;
}
