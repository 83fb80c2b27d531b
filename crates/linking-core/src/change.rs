//! Writes are data: a use case ends in one change set, applied all or nothing
//! (`architecture.md`, decision 3).

use crate::{
    account::{Account, Epoch, Version},
    audit::{AuditRecord, Concern},
    consent::Consent,
    event::Event,
    ids::{AccountId, FlowId, LinkId, SessionId},
    letter::{RestoreRequest, Ticket},
    link::{Link, LinkEnd, LinkFlow},
    policy::IdentitySharing,
    ports::Tag,
    provider::{AssuranceLevel, IdentityKey, ProviderId},
    session::Session,
    time::Timestamp,
};

/// Which sessions of an account end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionScope {
    /// All of them.
    All,
    /// All but one.
    AllBut(SessionId),
    /// One of them.
    One(SessionId),
}

/// Which open flows of an account end (`threats.md` E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowScope {
    /// All that are bound to the account.
    All,
    /// All that are bound to the account but this one.
    AllBut(FlowId),
}

/// One write. A version names the record as it was read; a mismatch is a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Writes an account back, with its profile. The store gives it the next version.
    PutAccount {
        /// The account.
        account: Box<Account>,
        /// As it was read.
        read: Version,
    },
    /// Makes a link and moves the identity's anchor on.
    InsertLink {
        /// The link.
        link: Link,
        /// The identity's anchor, as it was read.
        anchor: Version,
        /// Whether the identity may have no other link (invariant 2).
        sharing: IdentitySharing,
    },
    /// Ends an active link and moves the identity's anchor on.
    EndLink {
        /// Which.
        id: LinkId,
        /// Its identity.
        identity: IdentityKey,
        /// Why.
        end: LinkEnd,
        /// When.
        at: Timestamp,
    },
    /// Notes the use of an active link; a conflict if it is not active any more.
    UseLink {
        /// Which.
        id: LinkId,
        /// The level this time.
        assurance: AssuranceLevel,
        /// When.
        at: Timestamp,
    },
    /// Writes a flow on.
    PutFlow {
        /// The flow.
        flow: Box<LinkFlow>,
        /// As it was read.
        read: Version,
    },
    /// Ends open flows that are bound to an account, with their claims ([`LinkFlow::expire`]).
    EndFlows {
        /// Whose.
        account: AccountId,
        /// Which.
        scope: FlowScope,
    },
    /// Begins a session.
    InsertSession(Session),
    /// Writes a session back: a new secret, a new proof.
    PutSession {
        /// The session.
        session: Session,
        /// As it was read.
        read: Version,
    },
    /// Ends sessions.
    EndSessions {
        /// Whose.
        account: AccountId,
        /// Which.
        scope: SessionScope,
    },
    /// Records a consent.
    InsertConsent(Consent),
    /// Withdraws the standing consent for a provider, if there is one.
    WithdrawConsent {
        /// Whose.
        account: AccountId,
        /// For which provider.
        provider: ProviderId,
        /// When.
        at: Timestamp,
    },
    /// Remembers a browser in which an account's owner signed in by password, or that they did
    /// so once more (`threats.md` F2).
    KnowBrowser {
        /// Whose.
        account: AccountId,
        /// The browser's keyed tag.
        browser: Tag,
        /// The account's epoch: an older one than the account's is forgotten.
        epoch: Epoch,
        /// Until when.
        until: Timestamp,
    },
    /// Notes what somebody typed to restore a password, for the sender of letters.
    InsertRestore(RestoreRequest),
    /// Keeps the ticket of a letter that is about to go out.
    InsertTicket(Ticket),
    /// Uses a ticket up; a conflict if it was used already.
    UseTicket {
        /// Its secret's tag.
        secret: Tag,
        /// When.
        at: Timestamp,
    },
    /// Ends the unused tickets of an account that set a new password (`threats.md` D2); those of
    /// «Это не я» stay.
    EndRestores(AccountId),
    /// Clears a counter of wrong passwords.
    ClearAttempts(Tag),
    /// Lets a begun try stand that was looked at: a wrong password, a mismatch.
    StandAttempt {
        /// On which counter.
        counter: Tag,
        /// When it was begun.
        begun_at: Timestamp,
    },
    /// Takes a begun try back that turned out right, or was not looked at (never clears, F1).
    ReturnAttempt {
        /// On which counter.
        counter: Tag,
        /// When it was begun.
        begun_at: Timestamp,
    },
}

/// A record that was read, is not written, and must not have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// An account's version.
    Account {
        /// Which.
        id: AccountId,
        /// As it was read.
        read: Version,
    },
    /// A session that must still be there at this version.
    Session {
        /// Which.
        id: SessionId,
        /// As it was read.
        read: Version,
    },
    /// An identity's anchor.
    Identity {
        /// Which.
        key: IdentityKey,
        /// As it was read.
        read: Version,
    },
}

/// Writes, guards, events and the one audit record of a change; or several changes that happen
/// together or not at all, each with its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    audit: AuditRecord,
    more: Vec<AuditRecord>,
    guards: Vec<Guard>,
    writes: Vec<Write>,
    events: Vec<Event>,
}

impl ChangeSet {
    /// A change with its audit record; there is none without (invariant 8).
    #[must_use]
    pub const fn new(audit: AuditRecord) -> Self {
        Self {
            audit,
            more: Vec::new(),
            guards: Vec::new(),
            writes: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Adds another change, which happens together with this one: its writes come after these,
    /// and it keeps its own record (invariant 8).
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.more.push(other.audit);
        self.more.extend(other.more);
        self.guards.extend(other.guards);
        self.writes.extend(other.writes);
        self.events.extend(other.events);
        self
    }

    /// Adds a guard.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds one more whom the change concerns.
    #[must_use]
    pub fn concern(mut self, concern: Concern) -> Self {
        self.audit.concerns.push(concern);
        self
    }

    /// Adds a write; they are applied in this order.
    #[must_use]
    pub fn write(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// The audit records: one for each change.
    pub fn audits(&self) -> impl Iterator<Item = &AuditRecord> {
        std::iter::once(&self.audit).chain(&self.more)
    }
    /// The guards.
    #[must_use]
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }
    /// The writes, in order.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
    /// The events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}
