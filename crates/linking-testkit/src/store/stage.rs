//! What the cases set up.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

use std::sync::Arc;

use chrono::TimeDelta;
use linking_core::{
    account::{Account, AccountSheet, Epoch, Version},
    audit::{Act, AuditRecord, By, Concern, Notice},
    change::{ChangeSet, Write},
    ids::{AccountId, Id},
    link::{FlowPurpose, FlowStart, Link, LinkEnd, LinkFlow, LinkOrigin, PlaceHint, TicketTags},
    policy::IdentitySharing,
    ports::{IdSource as _, NewPerson, StoreError, Tag},
    provider::{AssuranceLevel, IdentityKey, ProviderId, ProviderState},
    session::{AgentLabel, Computer, Session, SignInWay},
    time::Timestamp,
};

use super::ConformingStore;
use crate::{CountedIds, people};

/// A store with everybody of [`people`], and what cases write into it.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) store: Arc<dyn ConformingStore>,
    ids: Arc<CountedIds>,
}

impl Stage {
    /// Over an empty store.
    pub(super) fn empty(store: Arc<dyn ConformingStore>) -> Self {
        // Far from what a store under test may count itself.
        let ids = Arc::new(CountedIds::starting_at(1 << 48));
        Self { store, ids }
    }

    /// With organisations, people and guardianships.
    pub(super) async fn peopled(store: Arc<dyn ConformingStore>) -> Self {
        let stage = Self::empty(store);
        let store = &stage.store;
        store
            .put_organizations(people::organizations(), stage.import())
            .await
            .unwrap();
        store
            .put_people(people::everybody(), stage.import())
            .await
            .unwrap();
        store
            .put_guardianships(people::guardianships(), stage.import())
            .await
            .unwrap();
        stage
    }

    /// The next id.
    pub(super) fn id<K>(&self) -> Id<K> {
        Id::from_uuid(self.ids.next())
    }

    /// A tag that was not there before.
    pub(super) fn tag(&self) -> Tag {
        let mut bytes = [7; 32];
        for (octet, counted) in bytes.iter_mut().zip(self.ids.next().into_bytes()) {
            *octet = counted;
        }
        Tag::new(1, bytes)
    }

    /// An audit record that concerns nobody.
    pub(super) fn import(&self) -> AuditRecord {
        self.audit(By::Operator, Act::Imported, Vec::new())
    }

    pub(super) fn audit(&self, by: By, act: Act, concerns: Vec<Concern>) -> AuditRecord {
        AuditRecord {
            id: self.id(),
            at: people::START,
            by,
            act,
            flow: None,
            agent: None,
            concerns,
        }
    }

    /// A change that the account's owner will read of.
    pub(super) fn change(&self, account: AccountId) -> ChangeSet {
        let notice = Notice::SignedOut;
        let concerns = vec![Concern { account, notice }];
        ChangeSet::new(self.audit(By::Account(account), Act::SignedOut, concerns))
    }

    pub(super) async fn commit(&self, change: ChangeSet) -> Result<(), StoreError> {
        self.store.commit(change).await
    }

    /// The account of a sample person, as it is now.
    pub(super) async fn sheet(&self, person: &NewPerson) -> AccountSheet {
        let found = self.store.account_by_login(&person.login).await.unwrap();
        found.unwrap()
    }

    pub(super) async fn teacher(&self) -> AccountSheet {
        self.sheet(&people::teacher()).await
    }

    pub(super) async fn adult(&self) -> AccountSheet {
        self.sheet(&people::adult()).await
    }

    /// An account as it is now.
    pub(super) async fn account(&self, id: AccountId) -> AccountSheet {
        self.store.account(id).await.unwrap().unwrap()
    }

    pub(super) async fn put(&self, account: Account, read: Version) -> Result<(), StoreError> {
        let change = self.change(account.id).write(Write::PutAccount {
            account: Box::new(account),
            read,
        });
        self.commit(change).await
    }

    /// A link of the samples' provider, not written yet.
    pub(super) fn link(&self, account: AccountId, identity: IdentityKey) -> Link {
        Link {
            id: self.id(),
            account,
            provider: people::provider(),
            identity,
            assurance: AssuranceLevel::Verified,
            origin: LinkOrigin::FromProvider,
            linked_at: people::START,
            used_at: None,
        }
    }

    /// The write that makes a link.
    pub(super) fn insert(link: &Link, anchor: Version) -> Write {
        Write::InsertLink {
            link: link.clone(),
            anchor,
            sharing: IdentitySharing::OneAccountPerIdentity,
        }
    }

    /// The write that ends a link.
    pub(super) fn end(link: &Link) -> Write {
        Write::EndLink {
            id: link.id,
            identity: link.identity.clone(),
            end: LinkEnd::Unlinked,
            at: people::START,
        }
    }

    /// The anchor of an identity.
    pub(super) async fn anchor(&self, key: &IdentityKey) -> Version {
        self.store.identity(key).await.unwrap().anchor
    }

    /// Writes a link, with the anchor as it is.
    pub(super) async fn make(&self, link: &Link) -> Result<(), StoreError> {
        let anchor = self.anchor(&link.identity).await;
        let change = self.change(link.account).write(Self::insert(link, anchor));
        self.commit(change).await
    }

    /// Links the account to a subject.
    pub(super) async fn linked(&self, account: AccountId, subject: &str) -> Link {
        let link = self.link(account, people::identity_key(subject));
        self.make(&link).await.unwrap();
        link
    }

    /// A session, not written yet.
    pub(super) fn new_session(&self, account: AccountId) -> Session {
        Session {
            id: self.id(),
            secret: self.tag(),
            browser: self.tag(),
            account,
            epoch: Epoch::default(),
            way: SignInWay::Password,
            started_at: people::START,
            seen_at: people::START,
            proved_at: None,
            agent: AgentLabel::new("Chrome, Windows"),
            computer: Computer::Own,
        }
    }

    /// A session that began.
    pub(super) async fn session(&self, account: AccountId) -> Session {
        let session = self.new_session(account);
        let write = Write::InsertSession(session.clone());
        self.commit(self.change(account).write(write))
            .await
            .unwrap();
        session
    }

    /// Whether a session is still there.
    pub(super) async fn is_there(&self, session: &Session) -> bool {
        self.store.session(&session.secret).await.unwrap().is_some()
    }

    /// Tags of a new ticket.
    pub(super) fn tickets(&self) -> TicketTags {
        TicketTags {
            token: self.tag(),
            uuid: self.tag(),
        }
    }

    /// What a flow of a new browser begins with.
    pub(super) fn start(&self, purpose: FlowPurpose) -> FlowStart {
        FlowStart {
            id: self.id(),
            browser: self.tag(),
            purpose,
            provider: people::provider(),
            place: PlaceHint {
                region: people::sakhalin().code,
                organization: None,
            },
            tickets: self.tickets(),
            state: ProviderState::new(vec![0, 255, 128]),
            now: people::START,
            computer: Computer::Own,
        }
    }

    /// A flow that began.
    pub(super) async fn begun(&self, start: FlowStart) -> LinkFlow {
        let flow = LinkFlow::start(start);
        self.store.insert_flow(&flow, 5).await.unwrap();
        flow
    }

    /// The version at which a flow is held.
    pub(super) async fn version(&self, flow: &LinkFlow) -> Version {
        self.store.flow(flow.id()).await.unwrap().unwrap().version
    }

    /// The purpose of linking an account from its settings.
    pub(super) fn link_purpose(&self, account: AccountId) -> FlowPurpose {
        FlowPurpose::Link {
            account,
            session: self.id(),
            epoch: Epoch::default(),
        }
    }

    /// Whether a flow can still go on.
    pub(super) async fn is_open(&self, flow: &LinkFlow) -> bool {
        use linking_core::link::FlowState;
        let found = self.store.flow(flow.id()).await.unwrap();
        found.is_some_and(|flow| !matches!(flow.value.state(), FlowState::Closed(_)))
    }
}

/// Another provider than that of the samples.
pub(super) fn other_provider() -> ProviderId {
    "vk-id".parse().unwrap()
}

/// So many minutes after the samples' beginning.
pub(super) fn minutes(count: i64) -> Timestamp {
    people::START + TimeDelta::minutes(count)
}

/// Whether an answer is a conflict, whatever it names.
pub(super) fn is_conflict<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Conflict(_)))
}
