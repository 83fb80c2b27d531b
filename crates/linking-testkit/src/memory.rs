//! A store in memory: plain maps behind a lock, with the conflicts, unique rules and counters
//! that a database has, and with faults at the touch of a test.

mod attempts;
mod commit;
mod contents;
mod directory;
mod merge;
mod outbox;
mod records;
mod register;
mod store;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, fmt, sync::Mutex};

use linking_core::{
    account::{Account, LocalPassword},
    audit::{Act, AuditRecord, By},
    change::ChangeSet,
    consent::Consent,
    event::Event,
    ids::{AccountId, FlowId, Id},
    letter::Ticket,
    link::{Link, LinkEnd, LinkFlow},
    person::Login,
    ports::{IdSource as _, StoreError},
    session::Session,
    time::Timestamp,
};

use crate::{
    fakes::{CountedIds, locked},
    people,
};
use records::Records;

pub use contents::{Contents, Counted};

/// Ids that the store makes itself begin here, far from those that a test counts.
const OWN_IDS: u64 = 1 << 40;

/// What is done before a commit.
type Interlude = Box<dyn FnOnce(&MemoryStore) + Send>;

#[derive(Default)]
struct Faults {
    fail: u32,
    fail_commits: u32,
    lose_answer: bool,
    interludes: VecDeque<Interlude>,
}

struct Inner {
    records: Records,
    ids: CountedIds,
    faults: Faults,
}

/// A store in memory, for unit tests of hosts and use cases. Whatever it holds lies open.
pub struct MemoryStore(Mutex<Inner>);

/// A link that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedLink {
    /// The link as it was.
    pub link: Link,
    /// Why it ended.
    pub end: LinkEnd,
    /// When.
    pub at: Timestamp,
}

/// What a refusal must leave as it was (invariant 7, `threats.md` T5): everything but the trail,
/// flows and counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Accounts, by id.
    pub accounts: Vec<Account>,
    /// Active links, by id.
    pub links: Vec<Link>,
    /// Links that ended.
    pub ended: Vec<EndedLink>,
    /// Consents, in the order in which they came.
    pub consents: Vec<Consent>,
    /// Sessions, by id.
    pub sessions: Vec<Session>,
}

impl Default for MemoryStore {
    /// An empty store.
    fn default() -> Self {
        Self(Mutex::new(Inner {
            records: Records::default(),
            ids: CountedIds::starting_at(OWN_IDS),
            faults: Faults::default(),
        }))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl MemoryStore {
    /// A store with everybody of [`people`], and no password yet.
    #[must_use]
    pub fn populated() -> Self {
        let store = Self::default();
        let audit = || AuditRecord {
            id: Id::from_uuid(locked(&store.0).ids.next()),
            at: people::START,
            by: By::Operator,
            act: Act::Imported,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        };
        let audits = [audit(), audit(), audit()];
        let mut inner = locked(&store.0);
        let Inner { records, ids, .. } = &mut *inner;
        let done = (|| {
            let [first, second, third] = audits;
            records.put_organizations(people::organizations(), first, ids);
            records.put_people(people::everybody(), second, ids)?;
            records.put_guardianships(&people::guardianships(), third)
        })();
        debug_assert!(done.is_ok(), "the samples fit each other");
        drop(inner);
        store
    }

    /// Sets a password as its owner would; no epoch moves. Nothing for an unknown login.
    pub fn give_password(&self, login: &Login, password: LocalPassword) {
        if let Some(id) = self.account_id(login) {
            self.edit_account(id, |account| account.password = Some(password));
        }
    }

    /// The id of a login's account.
    #[must_use]
    pub fn account_id(&self, login: &Login) -> Option<AccountId> {
        locked(&self.0).records.id_of(login)
    }

    /// Changes an account behind the program's back, as another server would: its version moves,
    /// and the anchors of its links where its identity data changed. Nothing for an unknown id.
    pub fn edit_account(&self, id: AccountId, edit: impl FnOnce(&mut Account)) {
        let mut inner = locked(&self.0);
        if let Some(found) = inner.records.accounts.get(&id) {
            let (mut account, version) = (found.account.clone(), found.version);
            edit(&mut account);
            let written = inner.records.put_account(account, version);
            debug_assert!(written.is_ok(), "an edit keeps id and login");
        }
    }

    /// Makes one account the guardian of another.
    pub fn add_guardianship(&self, guardian: AccountId, pupil: AccountId) {
        locked(&self.0).records.add_guardianship(guardian, pupil);
    }

    /// Applies a change set as another server would: past faults and interludes.
    ///
    /// # Errors
    /// As [`Store::commit`](linking_core::ports::Store::commit).
    pub fn apply(&self, changes: &ChangeSet) -> Result<(), StoreError> {
        locked(&self.0)
            .records
            .transact(|records| records.apply(changes))
    }

    /// The next calls, whichever they are, find the database away.
    pub fn fail_next(&self, calls: u32) {
        locked(&self.0).faults.fail = calls;
    }

    /// The next commits find the database away; nothing of them is written.
    pub fn fail_next_commits(&self, commits: u32) {
        locked(&self.0).faults.fail_commits = commits;
    }

    /// The next commit is written, and its answer is lost (`threats.md` I3).
    pub fn lose_answer_of_next_commit(&self) {
        locked(&self.0).faults.lose_answer = true;
    }

    /// Before the next commit somebody else does something (`threats.md` C13). Several are done
    /// one for each commit.
    pub fn before_next_commit(&self, act: impl FnOnce(&Self) + Send + 'static) {
        locked(&self.0).faults.interludes.push_back(Box::new(act));
    }

    /// What a refusal must leave as it was.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let inner = locked(&self.0);
        let records = &inner.records;
        let (ended, links): (Vec<_>, Vec<_>) = records
            .links
            .values()
            .partition(|stored| stored.ended.is_some());
        Facts {
            accounts: records
                .accounts
                .values()
                .map(|stored| stored.account.clone())
                .collect(),
            links: links
                .into_iter()
                .map(|stored| stored.link.clone())
                .collect(),
            ended: ended
                .into_iter()
                .filter_map(records::StoredLink::ended)
                .collect(),
            consents: records.consents.clone(),
            sessions: records
                .sessions
                .values()
                .map(|session| session.value.clone())
                .collect(),
        }
    }

    /// Every audit record, the oldest first.
    #[must_use]
    pub fn audits(&self) -> Vec<AuditRecord> {
        locked(&self.0).records.audits.clone()
    }

    /// Every event, the oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        locked(&self.0).records.events.clone()
    }

    /// Every letter's ticket.
    #[must_use]
    pub fn tickets(&self) -> Vec<Ticket> {
        let inner = locked(&self.0);
        inner.records.tickets.values().cloned().collect()
    }

    /// Every flow, by id.
    #[must_use]
    pub fn flows(&self) -> Vec<LinkFlow> {
        let inner = locked(&self.0);
        let flows = inner.records.flows.values();
        flows.map(|flow| flow.value.clone()).collect()
    }

    /// The ids of a browser's flows that can go on, the newest first.
    #[must_use]
    pub fn open_flows(&self, browser: &linking_core::ports::Tag) -> Vec<FlowId> {
        locked(&self.0).records.open_flows(browser)
    }

    /// Begins a call: fails it if a test wants so, and lets other tasks run.
    async fn call(&self) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        let mut inner = locked(&self.0);
        let faults = &mut inner.faults;
        match faults.fail.checked_sub(1) {
            Some(rest) => {
                faults.fail = rest;
                Err(away())
            }
            None => Ok(()),
        }
    }

    async fn read<T>(&self, read: impl FnOnce(&Records) -> T) -> Result<T, StoreError> {
        self.call().await?;
        Ok(read(&locked(&self.0).records))
    }

    async fn write<T>(
        &self,
        write: impl FnOnce(&mut Records, &CountedIds) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.call().await?;
        let mut inner = locked(&self.0);
        let Inner { records, ids, .. } = &mut *inner;
        records.transact(|records| write(records, ids))
    }

    /// One commit, with what a test has in store for it.
    async fn commit_change(&self, changes: &ChangeSet) -> Result<(), StoreError> {
        self.call().await?;
        let interlude = locked(&self.0).faults.interludes.pop_front();
        if let Some(interlude) = interlude {
            interlude(self);
        }
        let mut inner = locked(&self.0);
        if let Some(rest) = inner.faults.fail_commits.checked_sub(1) {
            inner.faults.fail_commits = rest;
            return Err(away());
        }
        inner.records.transact(|records| records.apply(changes))?;
        if std::mem::take(&mut inner.faults.lose_answer) {
            return Err(away());
        }
        Ok(())
    }
}

fn away() -> StoreError {
    StoreError::Unavailable("as the test wants it".to_owned())
}
