//! Applies change sets.

use linking_core::{
    account::{Account, Profile, Version, Versioned},
    change::{ChangeSet, FlowScope, Guard, SessionScope, Write},
    consent::ConsentStatus,
    ids::{AccountId, LinkId},
    letter::TicketPurpose,
    link::{Link, LinkEnd, LinkFlow},
    policy::IdentitySharing,
    ports::StoreError,
    provider::{IdentityKey, ProviderId},
    session::Session,
    time::Timestamp,
};

use super::records::{Records, StoredAccount, StoredLink};

fn held(holds: bool, what: &'static str) -> Result<(), StoreError> {
    if holds {
        Ok(())
    } else {
        Err(StoreError::Conflict(what))
    }
}

/// Whether what a link vouches for is another than before.
pub(super) fn identity_data_differs(before: &Profile, after: &Profile) -> bool {
    let snils = |profile: &Profile| profile.snils.as_ref().map(|snils| snils.value.clone());
    let born = |profile: &Profile| profile.birth_date.as_ref().map(|date| date.value);
    before.name.value != after.name.value
        || snils(before) != snils(after)
        || born(before) != born(after)
}

impl Records {
    /// Guards, writes in order, audit record, events. Runs on a copy.
    pub(super) fn apply(&mut self, changes: &ChangeSet) -> Result<(), StoreError> {
        for guard in changes.guards() {
            self.check(guard)?;
        }
        for write in changes.writes() {
            self.write(write)?;
        }
        for audit in changes.audits() {
            held(
                self.audits.iter().all(|other| other.id != audit.id),
                "audit",
            )?;
            self.audits.push(audit.clone());
        }
        for event in changes.events() {
            self.send(event.clone());
        }
        Ok(())
    }

    fn check(&self, guard: &Guard) -> Result<(), StoreError> {
        match guard {
            Guard::Account { id, read } => {
                let found = self.accounts.get(id);
                held(found.is_some_and(|found| found.version == *read), "account")
            }
            Guard::Session { id, read } => {
                let found = self.sessions.get(id);
                held(found.is_some_and(|found| found.version == *read), "session")
            }
            Guard::Identity { key, read } => held(self.anchor(key) == *read, "identity"),
        }
    }

    fn write(&mut self, write: &Write) -> Result<(), StoreError> {
        match write {
            Write::PutAccount { account, read } => self.put_account((**account).clone(), *read),
            Write::InsertLink {
                link,
                anchor,
                sharing,
            } => self.insert_link(link, *anchor, *sharing),
            Write::EndLink {
                id,
                identity,
                end,
                at,
            } => self.end_link(*id, identity, *end, *at),
            Write::UseLink { id, assurance, at } => {
                let stored = self
                    .links
                    .get_mut(id)
                    .filter(|stored| stored.ended.is_none());
                let stored = stored.ok_or(StoreError::Conflict("link"))?;
                stored.link.assurance = *assurance;
                stored.link.used_at = Some(*at);
                Ok(())
            }
            Write::PutFlow { flow, read } => self.put_flow(flow, *read).map(drop),
            Write::EndFlows { account, scope } => {
                self.end_flows(*account, *scope);
                Ok(())
            }
            Write::InsertSession(session) => {
                let new = !self.sessions.contains_key(&session.id)
                    && self.accounts.contains_key(&session.account);
                held(new, "session")?;
                self.put_session_at(session, Version::NEW)
            }
            Write::PutSession { session, read } => {
                let found = self.sessions.get(&session.id);
                held(found.is_some_and(|found| found.version == *read), "session")?;
                self.put_session_at(session, *read)
            }
            Write::EndSessions { account, scope } => {
                self.end_sessions(*account, *scope);
                Ok(())
            }
            Write::InsertConsent(consent) => {
                let new = self.accounts.contains_key(&consent.account)
                    && self.consents.iter().all(|other| other.id != consent.id);
                held(new, "consent")?;
                self.consents.push(consent.clone());
                Ok(())
            }
            Write::WithdrawConsent {
                account,
                provider,
                at,
            } => {
                self.withdraw_consents(*account, Some(provider), *at);
                Ok(())
            }
            Write::KnowBrowser {
                account,
                browser,
                epoch,
                until,
            } => {
                self.known_browsers
                    .insert((*account, *browser), (*epoch, *until));
                Ok(())
            }
            Write::InsertRestore(request) => {
                self.ask(request.clone());
                Ok(())
            }
            Write::InsertTicket(ticket) => {
                let new = self.accounts.contains_key(&ticket.account)
                    && !self.tickets.contains_key(&ticket.secret);
                held(new, "ticket")?;
                self.tickets.insert(ticket.secret, ticket.clone());
                Ok(())
            }
            Write::UseTicket { secret, at } => {
                let ticket = self.tickets.get_mut(secret);
                let ticket = ticket.filter(|ticket| ticket.used_at.is_none());
                ticket.ok_or(StoreError::Conflict("ticket"))?.used_at = Some(*at);
                Ok(())
            }
            Write::EndRestores(account) => {
                self.tickets.retain(|_, ticket| {
                    ticket.account != *account
                        || ticket.used_at.is_some()
                        || matches!(ticket.purpose, TicketPurpose::NotMe { .. })
                });
                Ok(())
            }
            Write::ClearAttempts(key) => {
                self.attempts.remove(key);
                Ok(())
            }
            Write::StandAttempt { counter, begun_at } => {
                self.stand_attempt(counter, *begun_at);
                Ok(())
            }
            Write::ReturnAttempt { counter, begun_at } => {
                self.return_attempt(counter, *begun_at);
                Ok(())
            }
        }
    }

    /// Writes an account at its next version. A change of name, SNILS or birth date moves the
    /// anchors of its links, so that who read the account to link another one conflicts
    /// (invariant 2).
    pub(super) fn put_account(
        &mut self,
        account: Account,
        read: Version,
    ) -> Result<(), StoreError> {
        let of_login = self.id_of(&account.login);
        held(of_login.is_none_or(|other| other == account.id), "account")?;
        let version = read.next();
        let Some(found) = self.accounts.get_mut(&account.id) else {
            held(read == Version::NEW, "account")?;
            let stored = StoredAccount {
                version,
                account,
                memberships: Vec::new(),
            };
            self.accounts.insert(stored.account.id, stored);
            return Ok(());
        };
        held(found.version == read, "account")?;
        let differs = identity_data_differs(&found.account.profile, &account.profile);
        let id = account.id;
        found.version = version;
        found.account = account;
        if differs {
            self.move_anchors_of(id);
        }
        Ok(())
    }

    /// Moves the anchors of an account's active links.
    pub(super) fn move_anchors_of(&mut self, account: AccountId) {
        for link in self.active_links(|link| link.account == account) {
            self.move_anchor(&link.identity);
        }
    }

    fn move_anchor(&mut self, key: &IdentityKey) {
        let next = self.anchor(key).next();
        self.anchors.insert(key.clone(), next);
    }

    fn insert_link(
        &mut self,
        link: &Link,
        anchor: Version,
        sharing: IdentitySharing,
    ) -> Result<(), StoreError> {
        held(self.anchor(&link.identity) == anchor, "identity")?;
        let of_account =
            |other: &Link| other.account == link.account && other.provider == link.provider;
        let alone = match sharing {
            IdentitySharing::OneAccountPerIdentity => self
                .active_links(|other| other.identity == link.identity)
                .is_empty(),
        };
        let free = alone
            && self.active_links(of_account).is_empty()
            && !self.links.contains_key(&link.id)
            && self.accounts.contains_key(&link.account);
        held(free, "link")?;
        let stored = StoredLink {
            link: link.clone(),
            ended: None,
        };
        self.links.insert(link.id, stored);
        self.move_anchor(&link.identity);
        Ok(())
    }

    fn end_link(
        &mut self,
        id: LinkId,
        identity: &IdentityKey,
        end: LinkEnd,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let stored = self
            .links
            .get_mut(&id)
            .filter(|stored| stored.ended.is_none() && stored.link.identity == *identity)
            .ok_or(StoreError::Conflict("link"))?;
        stored.ended = Some((end, at));
        self.move_anchor(identity);
        Ok(())
    }

    /// Ends an account's active links; gives them.
    pub(super) fn end_links_of(&mut self, account: AccountId, at: Timestamp) -> Vec<Link> {
        let links = self.active_links(|link| link.account == account);
        for link in &links {
            if let Some(stored) = self.links.get_mut(&link.id) {
                stored.ended = Some((LinkEnd::AccountArchived, at));
            }
            self.move_anchor(&link.identity);
        }
        links
    }

    /// Withdraws the standing consents of an account, for one provider or for each.
    pub(super) fn withdraw_consents(
        &mut self,
        account: AccountId,
        provider: Option<&ProviderId>,
        at: Timestamp,
    ) {
        for consent in &mut self.consents {
            if consent.account == account
                && provider.is_none_or(|meant| consent.provider == *meant)
                && consent.status == ConsentStatus::Granted
            {
                consent.status = ConsentStatus::Withdrawn { at };
            }
        }
    }

    fn tickets_are_free(&self, flow: &LinkFlow) -> bool {
        let tickets = flow.tickets();
        [tickets.token, tickets.uuid].iter().all(|ticket| {
            self.by_ticket(ticket)
                .is_none_or(|other| other.value.id() == flow.id())
        })
    }

    /// Begins a flow; of the browser's open flows the newest `keep` stay, this one included.
    pub(super) fn insert_flow(&mut self, flow: &LinkFlow, keep: u8) -> Result<(), StoreError> {
        let new = !self.flows.contains_key(&flow.id()) && self.tickets_are_free(flow);
        held(new, "flow")?;
        let others = self.open_flows(flow.browser());
        for old in others.into_iter().skip(keep.saturating_sub(1).into()) {
            if let Some(old) = self.flows.get_mut(&old) {
                expire(old);
            }
        }
        let first = Versioned {
            version: Version::NEW.next(),
            value: flow.clone(),
        };
        self.flows.insert(flow.id(), first);
        Ok(())
    }

    /// Writes a flow on.
    pub(super) fn put_flow(
        &mut self,
        flow: &LinkFlow,
        read: Version,
    ) -> Result<Version, StoreError> {
        held(self.tickets_are_free(flow), "flow")?;
        let found = self
            .flows
            .get_mut(&flow.id())
            .filter(|found| found.version == read)
            .ok_or(StoreError::Conflict("flow"))?;
        found.version = read.next();
        found.value = flow.clone();
        Ok(found.version)
    }

    /// Ends open flows of an account, with their claims.
    pub(super) fn end_flows(&mut self, account: AccountId, scope: FlowScope) {
        for (id, flow) in &mut self.flows {
            let spared = matches!(scope, FlowScope::AllBut(but) if but == *id);
            if !spared && flow.value.bound_account() == Some(account) {
                expire(flow);
            }
        }
    }

    fn put_session_at(&mut self, session: &Session, read: Version) -> Result<(), StoreError> {
        let mut others = self.sessions.values().map(|other| &other.value);
        let secret_is_free =
            others.all(|other| other.id == session.id || !other.secret.is_same(&session.secret));
        held(secret_is_free, "session")?;
        let next = Versioned {
            version: read.next(),
            value: session.clone(),
        };
        self.sessions.insert(session.id, next);
        Ok(())
    }

    /// Ends sessions of an account.
    pub(super) fn end_sessions(&mut self, account: AccountId, scope: SessionScope) {
        self.sessions.retain(|id, session| {
            let meant = match scope {
                SessionScope::All => true,
                SessionScope::AllBut(but) => but != *id,
                SessionScope::One(one) => one == *id,
            };
            !meant || session.value.account != account
        });
    }

    /// Makes one account the guardian of another; moves both versions. Says whether it is new.
    pub(super) fn add_guardianship(&mut self, guardian: AccountId, pupil: AccountId) -> bool {
        let new = self.guardianships.insert((guardian, pupil));
        if new {
            for id in [guardian, pupil] {
                if let Some(stored) = self.accounts.get_mut(&id) {
                    stored.version = stored.version.next();
                }
            }
        }
        new
    }
}

/// Ends a flow from outside.
pub(super) fn expire(flow: &mut Versioned<LinkFlow>) {
    flow.version = flow.version.next();
    flow.value = flow.value.clone().expire();
}
