//! The port `Store`.

use async_trait::async_trait;
use linking_core::{
    account::{AccountSheet, Family, Version, Versioned},
    audit::{AuditRecord, HistoryLine},
    change::ChangeSet,
    consent::Consent,
    event::Event,
    ids::{AccountId, AuditId, FlowId},
    letter::Ticket,
    link::{Link, LinkFlow},
    person::{EmailAddress, Login, Snils},
    ports::{AttemptLimit, AttemptVerdict, IdentitySheet, Store, StoreError, Tag, Tried},
    provider::IdentityKey,
    region::RegionCode,
    session::{Actor, Session},
    time::{FLOW_REMAINS, Timestamp},
};

use super::{MemoryStore, commit::expire, records::Records};
use crate::store::Trail;

#[async_trait]
impl Store for MemoryStore {
    async fn account_by_login(&self, login: &Login) -> Result<Option<AccountSheet>, StoreError> {
        let found = |records: &Records| records.sheet(records.id_of(login)?);
        self.read(found).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<AccountSheet>, StoreError> {
        self.read(|records| records.sheet(id)).await
    }

    async fn accounts_by_snils(
        &self,
        region: &RegionCode,
        snils: &Snils,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        self.read(|records| records.by_snils(region, snils)).await
    }

    async fn accounts_by_email(
        &self,
        address: &EmailAddress,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        self.read(|records| records.by_email(address)).await
    }

    async fn ticket(&self, secret: &Tag) -> Result<Option<Ticket>, StoreError> {
        self.read(|records| records.tickets.get(secret).cloned())
            .await
    }

    async fn family(&self, id: AccountId) -> Result<Family, StoreError> {
        self.read(|records| records.family(id)).await
    }

    async fn links_of(&self, id: AccountId) -> Result<Vec<Link>, StoreError> {
        self.read(|records| records.active_links(|link| link.account == id))
            .await
    }

    async fn consents_of(&self, id: AccountId) -> Result<Vec<Consent>, StoreError> {
        self.read(|records| {
            let mut found: Vec<Consent> = records
                .consents
                .iter()
                .filter(|consent| consent.account == id)
                .cloned()
                .collect();
            found.sort_by_key(|consent| (consent.given_at, consent.id));
            found
        })
        .await
    }

    async fn identity(&self, key: &IdentityKey) -> Result<IdentitySheet, StoreError> {
        self.read(|records| records.identity(key)).await
    }

    async fn flow(&self, id: FlowId) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        self.read(|records| records.flows.get(&id).cloned()).await
    }

    async fn flow_by_ticket(
        &self,
        ticket: &Tag,
    ) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        self.read(|records| records.by_ticket(ticket)).await
    }

    async fn insert_flow(&self, flow: &LinkFlow, keep: u8) -> Result<(), StoreError> {
        self.write(|records, _| records.insert_flow(flow, keep))
            .await
    }

    async fn put_flow(&self, flow: &LinkFlow, read: Version) -> Result<Version, StoreError> {
        self.write(|records, _| records.put_flow(flow, read)).await
    }

    async fn knows_browser(
        &self,
        login: &Login,
        browser: &Tag,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.read(|records| records.knows_browser(login, browser, now))
            .await
    }

    async fn session(&self, secret: &Tag) -> Result<Option<Actor>, StoreError> {
        self.read(|records| records.actor(secret)).await
    }

    async fn touch_session(&self, session: &Session, at: Timestamp) -> Result<(), StoreError> {
        self.write(|records, _| {
            if let Some(stored) = records.sessions.get_mut(&session.id) {
                stored.value.seen_at = stored.value.seen_at.max(at);
            }
            Ok(())
        })
        .await
    }

    async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, StoreError> {
        self.read(|records| records.sessions_of(id)).await
    }

    async fn history(
        &self,
        id: AccountId,
        before: Option<AuditId>,
        limit: u16,
    ) -> Result<Vec<HistoryLine>, StoreError> {
        self.read(|records| records.history(id, before, limit))
            .await
    }

    async fn count_attempt(
        &self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError> {
        self.write(|records, _| Ok(records.count_attempt(limits, tried, now)))
            .await
    }

    async fn commit(&self, changes: ChangeSet) -> Result<(), StoreError> {
        self.commit_change(&changes).await
    }

    async fn sweep(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError> {
        self.write(|records, _| Ok(records.sweep(now, limit))).await
    }
}

impl Records {
    fn knows_browser(&self, login: &Login, browser: &Tag, now: Timestamp) -> bool {
        let account = self.id_of(login).and_then(|id| self.accounts.get(&id));
        account.is_some_and(|stored| {
            let account = &stored.account;
            self.known_browsers
                .get(&(account.id, *browser))
                .is_some_and(|(epoch, until)| *epoch == account.epoch && now < *until)
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u16) -> u64 {
        let limit = usize::from(limit);
        let over = |session: &Session| session.ends_at() <= now;
        let flows: Vec<_> = self
            .flows
            .iter()
            .filter(|(_, flow)| flow.value.is_expired(now - FLOW_REMAINS))
            .map(|(id, _)| *id)
            .take(limit)
            .collect();
        let sessions: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, session)| over(&session.value))
            .map(|(id, _)| *id)
            .take(limit)
            .collect();
        let attempts: Vec<_> = self
            .attempts
            .iter()
            .filter(|(_, counter)| counter.is_old(now))
            .map(|(key, _)| *key)
            .take(limit)
            .collect();
        self.flows.retain(|id, _| !flows.contains(id));
        let ended = self
            .flows
            .values_mut()
            .filter(|flow| flow.value.is_open() && flow.value.is_expired(now))
            .take(limit)
            .map(expire)
            .count();
        self.sessions.retain(|id, _| !sessions.contains(id));
        self.attempts.retain(|key, _| !attempts.contains(key));
        let known: Vec<_> = self
            .known_browsers
            .iter()
            .filter(|(_, (_, until))| *until <= now)
            .map(|(key, _)| *key)
            .take(limit)
            .collect();
        self.known_browsers.retain(|key, _| !known.contains(key));
        let tickets: Vec<_> = self
            .tickets
            .values()
            .filter(|ticket| ticket.ends_at <= now)
            .map(|ticket| ticket.secret)
            .take(limit)
            .collect();
        self.tickets.retain(|secret, _| !tickets.contains(secret));
        let over =
            flows.len() + ended + sessions.len() + attempts.len() + known.len() + tickets.len();
        u64::try_from(over).unwrap_or(u64::MAX)
    }
}

#[async_trait]
impl Trail for MemoryStore {
    async fn audits(&self) -> Vec<AuditRecord> {
        Self::audits(self)
    }

    async fn events(&self) -> Vec<Event> {
        Self::events(self)
    }

    async fn consents(&self, account: AccountId) -> Vec<Consent> {
        let mut consents = self.facts().consents;
        consents.retain(|consent| consent.account == account);
        consents
    }
}
