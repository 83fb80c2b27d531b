//! Applies a change set: guards, writes in order, audit records with their concerns, events; all
//! in one transaction.

use linking_core::{
    account::{Account, Profile, Version},
    audit::AuditRecord,
    change::{ChangeSet, FlowScope, Guard, SessionScope, Write},
    consent::{Consent, ConsentStatus},
    event::Event,
    ids::AccountId,
    link::{Link, LinkEnd, LinkFlow},
    policy::IdentitySharing,
    ports::{AttemptSpan, StoreError, Tag, Vault},
    provider::IdentityKey,
    session::Session,
    time::Timestamp,
};

use crate::{
    codes::Code,
    connection::{Unit, query},
    letters,
    open::Storage,
    people::AccountRow,
    record::{self, Columns, json_text, micros, stored},
    sealing::seal_flow,
    sql,
    statement::Query,
};

impl Storage {
    /// All or nothing.
    pub(crate) async fn apply(&self, changes: &ChangeSet) -> Result<(), StoreError> {
        let done = self.apply_whole(changes).await;
        self.meter.change(changes, &done);
        done
    }

    async fn apply_whole(&self, changes: &ChangeSet) -> Result<(), StoreError> {
        let vault = self.vault.as_ref();
        let mut unit = self.begin().await?;
        for guard in changes.guards() {
            unit.check(guard).await?;
        }
        for write in changes.writes() {
            unit.apply(write, vault).await?;
        }
        for audit in changes.audits() {
            unit.record(audit).await?;
        }
        for event in changes.events() {
            unit.send(event).await?;
        }
        unit.commit().await
    }
}

impl Unit<'_> {
    async fn check(&mut self, guard: &Guard) -> Result<(), StoreError> {
        let (record, holds) = match guard {
            Guard::Account { id, read } => {
                let statement = query(sql::account::GUARD)
                    .bind(id.uuid())
                    .bind(stored(read.number()))
                    .shared();
                ("account", self.row(statement).await?.is_some())
            }
            Guard::Session { id, read } => {
                let statement = query(sql::session::GUARD)
                    .bind(id.uuid())
                    .bind(stored(read.number()))
                    .shared();
                ("session", self.row(statement).await?.is_some())
            }
            Guard::Identity { key, read } => {
                let statement = query(sql::link::ANCHOR)
                    .bind(key.issuer.as_str())
                    .bind(key.subject.as_str())
                    .shared();
                let row = self.row(statement).await?;
                let found = row.map_or(Ok(0), |row| row.natural("version"))?;
                ("identity", found == read.number())
            }
        };
        if holds {
            Ok(())
        } else {
            Err(StoreError::Conflict(record))
        }
    }

    async fn apply(&mut self, write: &Write, vault: &dyn Vault) -> Result<(), StoreError> {
        match write {
            Write::PutAccount { account, read } => self.put_account(account, *read, vault).await,
            Write::InsertLink {
                link,
                anchor,
                sharing,
            } => self.insert_link(link, *anchor, *sharing).await,
            Write::EndLink {
                id,
                identity,
                end,
                at,
            } => {
                // The anchor first, as who makes a link does: PostgreSQL would let two who begin
                // at either end wait for each other.
                self.write_one("identity", of_identity(sql::link::BUMP_ANCHOR, identity))
                    .await?;
                let statement = query(sql::link::END)
                    .bind(id.uuid())
                    .bind(identity.issuer.as_str())
                    .bind(identity.subject.as_str())
                    .bind(micros(*at))
                    .bind(LinkEnd::code(*end));
                self.write_one("link", statement).await
            }
            Write::UseLink { id, assurance, at } => {
                let statement = query(sql::link::USE)
                    .bind(id.uuid())
                    .bind(assurance.code())
                    .bind(micros(*at));
                self.write_one("link", statement).await
            }
            Write::PutFlow { flow, read } => {
                self.write_one("flow", flow_update(flow, *read, vault)?)
                    .await
            }
            Write::EndFlows { account, scope } => self.end_flows(*account, *scope).await,
            Write::InsertSession(session) => {
                let statement = session_columns(query(sql::session::INSERT), session)?;
                self.write_one("session", statement).await
            }
            Write::PutSession { session, read } => {
                let statement = session_columns(query(sql::session::UPDATE), session)?
                    .bind(stored(read.number()));
                self.write_one("session", statement).await
            }
            Write::EndSessions { account, scope } => self.end_sessions(*account, *scope).await,
            Write::InsertConsent(consent) => self.insert_consent(consent).await,
            Write::WithdrawConsent {
                account,
                provider,
                at,
            } => {
                let statement = query(sql::account::WITHDRAW_CONSENT)
                    .bind(account.uuid())
                    .bind(provider.as_str())
                    .bind(micros(*at));
                self.write("consent", statement).await.map(drop)
            }
            Write::KnowBrowser {
                account,
                browser,
                epoch,
                until,
            } => {
                let statement = query(sql::session::KNOW)
                    .bind(account.uuid())
                    .bind(browser.to_octets())
                    .bind(stored(epoch.number()))
                    .bind(micros(*until));
                self.write("known browser", statement).await.map(drop)
            }
            Write::InsertRestore(request) => self.insert_restore(request, vault).await,
            Write::InsertTicket(ticket) => {
                self.write_one("ticket", letters::insert_ticket(ticket)?)
                    .await
            }
            Write::UseTicket { secret, at } => {
                let statement = query(sql::letter::USE_TICKET)
                    .bind(secret.to_octets())
                    .bind(micros(*at));
                self.write_one("ticket", statement).await
            }
            Write::EndRestores(account) => {
                let statement = query(sql::letter::END_RESTORES).bind(account.uuid());
                self.write("ticket", statement).await.map(drop)
            }
            Write::ClearAttempts(counter) => {
                let statement = query(sql::session::CLEAR_ATTEMPTS).bind(counter.to_octets());
                self.write("attempt", statement).await.map(drop)
            }
            Write::StandAttempt { counter, begun_at } => {
                let statement = of_attempt(sql::session::STAND_ATTEMPT, counter, *begun_at)
                    .bind(micros(*begun_at));
                self.write("attempt", statement).await.map(drop)
            }
            Write::ReturnAttempt { counter, begun_at } => {
                let statement = of_attempt(sql::session::RETURN_ATTEMPT, counter, *begun_at);
                self.write("attempt", statement).await.map(drop)
            }
        }
    }

    /// A change of name, SNILS or birth date of a linked account moves the anchors of its links:
    /// who read the account before, to link another one to the same identity, gets a conflict
    /// (invariant 2).
    async fn put_account(
        &mut self,
        account: &Account,
        read: Version,
        vault: &dyn Vault,
    ) -> Result<(), StoreError> {
        let row = AccountRow::of(account, vault)?;
        if read == Version::NEW {
            return self
                .write_one("account", row.bind(query(sql::account::INSERT)))
                .await;
        }
        let version = stored(read.number());
        let statement = query(sql::account::BEFORE_PUT)
            .bind(account.id.uuid())
            .bind(version)
            .for_update();
        let before = self
            .row(statement)
            .await?
            .ok_or(StoreError::Conflict("account"))?;
        let before = record::account(&before, vault)?.value;
        let statement = row.bind(query(sql::account::UPDATE)).bind(version);
        self.write_one("account", statement).await?;
        if identity_data_differs(&before.profile, &account.profile) {
            self.bump_anchors_of(account.id).await?;
        }
        Ok(())
    }

    /// Moves the anchors of an account's links.
    pub(crate) async fn bump_anchors_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        let statement = query(sql::link::BUMP_ANCHORS_OF_ACCOUNT).bind(account.uuid());
        self.write("identity", statement).await.map(drop)
    }

    async fn insert_link(
        &mut self,
        link: &Link,
        anchor: Version,
        sharing: IdentitySharing,
    ) -> Result<(), StoreError> {
        let identity = &link.identity;
        let statement = if anchor == Version::NEW {
            of_identity(sql::link::BEGIN_ANCHOR, identity)
        } else {
            of_identity(sql::link::MOVE_ANCHOR, identity).bind(stored(anchor.number()))
        };
        self.write_one("identity", statement).await?;
        let exclusive_key = match sharing {
            IdentitySharing::OneAccountPerIdentity => {
                format!("{} {}", identity.issuer.as_str(), identity.subject.as_str())
            }
        };
        let statement = query(sql::link::INSERT)
            .bind(link.id.uuid())
            .bind(link.account.uuid())
            .bind(link.provider.as_str())
            .bind(identity.issuer.as_str())
            .bind(identity.subject.as_str())
            .bind(exclusive_key)
            .bind(link.assurance.code())
            .bind(link.origin.code())
            .bind(micros(link.linked_at))
            .bind(link.used_at.map(micros));
        self.write_one("link", statement).await
    }

    /// Ends open flows of an account, with their claims.
    pub(crate) async fn end_flows(
        &mut self,
        account: AccountId,
        scope: FlowScope,
    ) -> Result<(), StoreError> {
        let statement = match scope {
            FlowScope::All => query(sql::flow::END_OF_ACCOUNT).bind(account.uuid()),
            FlowScope::AllBut(flow) => query(sql::flow::END_OF_ACCOUNT_BUT)
                .bind(account.uuid())
                .bind(flow.uuid()),
        };
        self.write("flow", statement).await.map(drop)
    }

    /// Ends sessions of an account.
    pub(crate) async fn end_sessions(
        &mut self,
        account: AccountId,
        scope: SessionScope,
    ) -> Result<(), StoreError> {
        let all = |text| query(text).bind(account.uuid());
        let statement = match scope {
            SessionScope::All => all(sql::session::END_ALL),
            SessionScope::AllBut(session) => all(sql::session::END_ALL_BUT).bind(session.uuid()),
            SessionScope::One(session) => all(sql::session::END_ONE).bind(session.uuid()),
        };
        self.write("session", statement).await.map(drop)
    }

    async fn insert_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
        let (status, withdrawn_at) = match consent.status {
            ConsentStatus::Granted => ("granted", None),
            ConsentStatus::Refused => ("refused", None),
            ConsentStatus::Withdrawn { at } => ("withdrawn", Some(micros(at))),
        };
        let statement = query(sql::account::INSERT_CONSENT)
            .bind(consent.id.uuid())
            .bind(consent.account.uuid())
            .bind(consent.provider.as_str())
            .bind(consent.text.version.as_str())
            .bind(consent.text.digest.as_str())
            .bind(json_text(&consent.text.scopes)?)
            .bind(micros(consent.given_at))
            .bind(status)
            .bind(withdrawn_at);
        self.write_one("consent", statement).await
    }

    /// Writes the one audit record of a change, and what owners read of it.
    pub(crate) async fn record(&mut self, audit: &AuditRecord) -> Result<(), StoreError> {
        let statement = query(sql::trail::INSERT_AUDIT)
            .bind(audit.id.uuid())
            .bind(micros(audit.at))
            .bind(json_text(&audit.by)?)
            .bind(json_text(&audit.act)?)
            .bind(audit.flow.map(linking_core::ids::FlowId::uuid))
            .bind(audit.agent.as_ref().map(|agent| agent.as_str().to_owned()));
        self.write_one("audit", statement).await?;
        for (number, concern) in (0_i64..).zip(&audit.concerns) {
            let statement = query(sql::trail::INSERT_CONCERN)
                .bind(concern.account.uuid())
                .bind(audit.id.uuid())
                .bind(number)
                .bind(json_text(&concern.notice)?);
            self.write_one("audit", statement).await?;
        }
        Ok(())
    }

    /// Puts an event into the outbox.
    pub(crate) async fn send(&mut self, event: &Event) -> Result<(), StoreError> {
        let statement = query(sql::trail::INSERT_EVENT)
            .bind(event.id.uuid())
            .bind(event.account.uuid())
            .bind(micros(event.at))
            .bind(json_text(&event.body)?)
            .bind(event.agent.as_ref().map(|agent| agent.as_str().to_owned()));
        self.write_one("event", statement).await
    }
}

/// Whether what a link vouches for is another than before (`domain.md`, invariant 2).
pub(crate) fn identity_data_differs(before: &Profile, after: &Profile) -> bool {
    let snils = |profile: &Profile| profile.snils.as_ref().map(|snils| snils.value.clone());
    let birth_date = |profile: &Profile| profile.birth_date.as_ref().map(|date| date.value);
    before.name.value != after.name.value
        || snils(before) != snils(after)
        || birth_date(before) != birth_date(after)
}

fn of_attempt(text: &'static str, counter: &Tag, begun_at: Timestamp) -> Query {
    query(text)
        .bind(counter.to_octets())
        .bind(AttemptSpan::of(begun_at).number())
}

fn of_identity(text: &'static str, identity: &IdentityKey) -> Query {
    query(text)
        .bind(identity.issuer.as_str())
        .bind(identity.subject.as_str())
}

/// Writes a flow on.
pub(crate) fn flow_update(
    flow: &LinkFlow,
    read: Version,
    vault: &dyn Vault,
) -> Result<Query, StoreError> {
    let sealed = seal_flow(vault, flow)?;
    Ok(query(sql::flow::UPDATE)
        .bind(flow.id().uuid())
        .bind(flow.tickets().token.to_octets())
        .bind(flow.tickets().uuid.to_octets())
        .bind(flow.bound_account().map(AccountId::uuid))
        .bind(flow.is_open())
        .bind(micros(flow.begun_at()))
        .bind(micros(flow.expires_at()))
        .bind(sealed.flow)
        .bind(sealed.remains)
        .bind(stored(read.number())))
}

fn session_columns(query: Query, session: &Session) -> Result<Query, StoreError> {
    Ok(query
        .bind(session.id.uuid())
        .bind(session.secret.to_octets())
        .bind(session.browser.to_octets())
        .bind(session.account.uuid())
        .bind(stored(session.epoch.number()))
        .bind(json_text(&session.way)?)
        .bind(micros(session.started_at))
        .bind(micros(session.seen_at))
        .bind(session.proved_at.map(micros))
        .bind(session.agent.as_str().to_owned())
        .bind(micros(session.ends_at()))
        .bind(json_text(&session.computer)?))
}
