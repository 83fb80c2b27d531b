//! The whole store as a value, and copies of it.

use std::sync::Mutex;

use linking_core::{
    account::{AccountSheet, Version, Versioned},
    audit::AuditRecord,
    consent::Consent,
    event::Event,
    link::{Link, LinkFlow},
    ports::{AttemptCount, Tag},
    provider::IdentityKey,
    session::Session,
    time::Timestamp,
};

use super::{EndedLink, Faults, Inner, MemoryStore, records::StoredLink};
use crate::fakes::{CountedIds, locked};

/// A counter of wrong passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Which.
    pub key: Tag,
    /// What it counts.
    pub count: AttemptCount,
    /// When it says nothing any more.
    pub ends_at: Timestamp,
}

/// Everything of people that a store holds, with the versions: for whoever compares whole stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Accounts with their memberships, by id.
    pub accounts: Vec<AccountSheet>,
    /// The anchors of identities, by key.
    pub anchors: Vec<(IdentityKey, Version)>,
    /// Active links, by id.
    pub links: Vec<Link>,
    /// Links that ended, by id.
    pub ended: Vec<EndedLink>,
    /// Consents, by time and id.
    pub consents: Vec<Consent>,
    /// Flows, by id.
    pub flows: Vec<Versioned<LinkFlow>>,
    /// Sessions, by id.
    pub sessions: Vec<Versioned<Session>>,
    /// Counters of wrong passwords, by key.
    pub counters: Vec<Counted>,
    /// Audit records, the oldest first.
    pub audits: Vec<AuditRecord>,
    /// Events, the oldest first.
    pub events: Vec<Event>,
}

impl MemoryStore {
    /// All that it holds at this moment.
    #[must_use]
    pub fn contents(&self) -> Contents {
        let inner = locked(&self.0);
        let records = &inner.records;
        let active = |stored: &&StoredLink| stored.ended.is_none();
        let mut consents = records.consents.clone();
        consents.sort_by_key(|consent| (consent.given_at, consent.id));
        let mut counters: Vec<Counted> = records
            .attempts
            .iter()
            .map(|(key, counter)| counter.counted(*key))
            .collect();
        counters.sort_by_key(|counted| counted.key);
        Contents {
            accounts: records
                .accounts
                .keys()
                .filter_map(|id| records.sheet(*id))
                .collect(),
            anchors: records
                .anchors
                .iter()
                .map(|(key, version)| (key.clone(), *version))
                .collect(),
            links: records
                .links
                .values()
                .filter(active)
                .map(|stored| stored.link.clone())
                .collect(),
            ended: records
                .links
                .values()
                .filter_map(StoredLink::ended)
                .collect(),
            consents,
            flows: records.flows.values().cloned().collect(),
            sessions: records.sessions.values().cloned().collect(),
            counters,
            audits: records.audits.clone(),
            events: records.events.clone(),
        }
    }

    /// A store of its own with the same records and an empty trail: what is written there from
    /// now on is told apart from what was before.
    #[must_use]
    pub fn forked(&self) -> Self {
        let inner = locked(&self.0);
        let mut records = inner.records.clone();
        records.audits.clear();
        records.events.clear();
        Self(Mutex::new(Inner {
            records,
            ids: CountedIds::starting_at(inner.ids.reached()),
            faults: Faults::default(),
        }))
    }
}
