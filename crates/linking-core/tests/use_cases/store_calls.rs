//! How often a request goes to the store (`architecture.md`, Speed by design).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use linking_core::{
    account::{AccountSheet, Family, Version, Versioned},
    audit::HistoryLine,
    change::ChangeSet,
    consent::Consent,
    ids::{AccountId, AuditId, FlowId},
    letter::Ticket,
    link::{Link, LinkFlow},
    person::{EmailAddress, Login, Snils},
    ports::{AttemptLimit, AttemptVerdict, IdentitySheet, Store, StoreError, Tag, Tried},
    provider::IdentityKey,
    region::RegionCode,
    session::{Actor, Session},
    time::Timestamp,
    usecase::StartOrder,
};
use linking_testkit::{MemoryStore, people};

use crate::stand::{Browser, Stand, place, wait};

/// A store that counts.
#[derive(Debug)]
pub(crate) struct Counted {
    store: Arc<MemoryStore>,
    reads: AtomicUsize,
    writes: AtomicUsize,
}

impl Counted {
    pub(crate) fn over(stand: &Stand) -> Arc<Self> {
        Arc::new(Self {
            store: stand.store.clone(),
            reads: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
        })
    }

    fn read(&self) -> &MemoryStore {
        self.reads.fetch_add(1, Ordering::SeqCst);
        &self.store
    }

    fn write(&self) -> &MemoryStore {
        self.writes.fetch_add(1, Ordering::SeqCst);
        &self.store
    }

    /// Reads and writes since the last look.
    pub(crate) fn taken(&self) -> (usize, usize) {
        (
            self.reads.swap(0, Ordering::SeqCst),
            self.writes.swap(0, Ordering::SeqCst),
        )
    }
}

#[async_trait]
impl Store for Counted {
    async fn account_by_login(&self, login: &Login) -> Result<Option<AccountSheet>, StoreError> {
        self.read().account_by_login(login).await
    }
    async fn account(&self, id: AccountId) -> Result<Option<AccountSheet>, StoreError> {
        self.read().account(id).await
    }
    async fn accounts_by_snils(
        &self,
        region: &RegionCode,
        snils: &Snils,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        self.read().accounts_by_snils(region, snils).await
    }
    async fn accounts_by_email(
        &self,
        address: &EmailAddress,
    ) -> Result<Vec<AccountSheet>, StoreError> {
        self.read().accounts_by_email(address).await
    }
    async fn ticket(&self, secret: &Tag) -> Result<Option<Ticket>, StoreError> {
        self.read().ticket(secret).await
    }
    async fn family(&self, id: AccountId) -> Result<Family, StoreError> {
        self.read().family(id).await
    }
    async fn links_of(&self, id: AccountId) -> Result<Vec<Link>, StoreError> {
        self.read().links_of(id).await
    }
    async fn consents_of(&self, id: AccountId) -> Result<Vec<Consent>, StoreError> {
        self.read().consents_of(id).await
    }
    async fn identity(&self, key: &IdentityKey) -> Result<IdentitySheet, StoreError> {
        self.read().identity(key).await
    }
    async fn flow(&self, id: FlowId) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        self.read().flow(id).await
    }
    async fn flow_by_ticket(&self, tag: &Tag) -> Result<Option<Versioned<LinkFlow>>, StoreError> {
        self.read().flow_by_ticket(tag).await
    }
    async fn insert_flow(&self, flow: &LinkFlow, keep: u8) -> Result<(), StoreError> {
        self.write().insert_flow(flow, keep).await
    }
    async fn put_flow(&self, flow: &LinkFlow, read: Version) -> Result<Version, StoreError> {
        self.write().put_flow(flow, read).await
    }
    async fn knows_browser(
        &self,
        login: &Login,
        browser: &Tag,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.read().knows_browser(login, browser, now).await
    }
    async fn session(&self, secret: &Tag) -> Result<Option<Actor>, StoreError> {
        self.read().session(secret).await
    }
    async fn touch_session(&self, session: &Session, at: Timestamp) -> Result<(), StoreError> {
        self.write().touch_session(session, at).await
    }
    async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, StoreError> {
        self.read().sessions_of(id).await
    }
    async fn history(
        &self,
        id: AccountId,
        before: Option<AuditId>,
        limit: u16,
    ) -> Result<Vec<HistoryLine>, StoreError> {
        self.read().history(id, before, limit).await
    }
    async fn count_attempt(
        &self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError> {
        self.write().count_attempt(limits, tried, now).await
    }
    async fn commit(&self, changes: ChangeSet) -> Result<(), StoreError> {
        self.write().commit(changes).await
    }
    async fn sweep(&self, now: Timestamp, limit: u16) -> Result<u64, StoreError> {
        self.write().sweep(now, limit).await
    }
}

#[test]
fn a_linked_persons_sign_in_is_three_writes_and_two_reads() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    stand.linked(&mut Browser::new(9), &teacher);
    let counted = Counted::over(&stand);
    let server = stand.server_over(counted.clone());
    let visitor = Browser::new(1).visitor;
    let provider = people::provider();

    let started = wait(server.start(&visitor, None, StartOrder::SignIn, &provider, place()));
    let prompt = started.unwrap().done().unwrap().prompt.unwrap();
    assert_eq!(counted.taken(), (0, 1), "start");
    let returned = stand.approve(&prompt, &teacher.identity);
    let answered = wait(server.answer(
        &visitor,
        None,
        &provider,
        &returned.state,
        returned.answer.clone(),
    ));
    let secret = answered.unwrap().done().unwrap().session.unwrap().secret;
    assert_eq!(counted.taken(), (2, 2), "answer");
    assert!(wait(server.actor(&visitor, &secret)).unwrap().is_some());
    assert_eq!(counted.taken(), (1, 0), "each page after it");
}

#[test]
fn a_sign_in_by_password_is_two_writes() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let counted = Counted::over(&stand);
    let server = stand.server_over(counted.clone());
    let visitor = Browser::new(1).visitor;
    let credentials = stand.credentials(&teacher);
    wait(server.sign_in_locally(&visitor, None, credentials))
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(counted.taken(), (1, 2));
}

#[test]
fn a_link_by_password_is_two_writes() {
    let stand = Stand::new();
    let teacher = stand.teacher();
    let mut browser = Browser::new(1);
    let id = stand.proving(&mut browser, &teacher.identity);
    let counted = Counted::over(&stand);
    let server = stand.server_over(counted.clone());
    let credentials = stand.credentials(&teacher);
    wait(server.prove(&browser.visitor, None, id, credentials))
        .unwrap()
        .done()
        .unwrap();
    // Flow, account; family, links, identity.
    assert_eq!(counted.taken(), (5, 2));
}

#[test]
fn an_answer_that_nobody_asked_for_writes_nothing() {
    let stand = Stand::new();
    let counted = Counted::over(&stand);
    let server = stand.server_over(counted.clone());
    let visitor = Browser::new(1).visitor;
    let answer =
        linking_core::provider::Answer::Callback(linking_core::provider::CallbackParams::default());
    wait(server.answer(&visitor, None, &people::provider(), "0123", answer)).unwrap();
    assert_eq!(counted.taken(), (1, 0));
}
