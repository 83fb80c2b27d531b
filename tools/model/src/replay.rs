//! The store as a request under way sees it: what it was told is told again, one call reaches the
//! store, the next one waits.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::TimeDelta;
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
};
use linking_testkit::{FixedClock, MemoryStore, people};

use crate::digest::{Digest, Feed};

/// A minute of the model's clock.
pub(crate) fn at(seconds: u32) -> Timestamp {
    people::START + TimeDelta::seconds(seconds.into())
}

macro_rules! calls {
    ($($reach:ident $name:ident($($arg:ident: $ty:ty),*) -> $answer:ty as $reply:ident;)*) => {
        /// What a call of the store answered.
        #[derive(Debug, Clone)]
        pub(crate) enum Reply {
            $($reply(Result<$answer, StoreError>),)*
        }

        #[async_trait]
        impl Store for Replay {
            $(
                async fn $name(&self, $($arg: $ty),*) -> Result<$answer, StoreError> {
                    match self.turn() {
                        Turn::Again(told) => match &told.reply {
                            Reply::$reply(reply) => reply.clone(),
                            other => unreachable!("another call than before: {other:?}"),
                        },
                        Turn::Now => {
                            let store = self.$reach();
                            let reply = store.$name($($arg),*).await;
                            let written = reply.is_ok().then_some(store);
                            self.told(Reply::$reply(reply.clone()), written);
                            reply
                        }
                        Turn::Later => std::future::pending().await,
                    }
                }
            )*
        }
    };
}

calls! {
    reading account_by_login(login: &Login) -> Option<AccountSheet> as ByLogin;
    reading account(id: AccountId) -> Option<AccountSheet> as Account;
    reading accounts_by_snils(region: &RegionCode, snils: &Snils) -> Vec<AccountSheet> as BySnils;
    reading knows_browser(login: &Login, browser: &Tag, now: Timestamp) -> bool as Knows;
    reading accounts_by_email(address: &EmailAddress) -> Vec<AccountSheet> as ByEmail;
    reading ticket(secret: &Tag) -> Option<Ticket> as Ticket;
    reading family(id: AccountId) -> Family as Family;
    reading links_of(id: AccountId) -> Vec<Link> as Links;
    reading consents_of(id: AccountId) -> Vec<Consent> as Consents;
    reading identity(key: &IdentityKey) -> IdentitySheet as Identity;
    reading flow(id: FlowId) -> Option<Versioned<LinkFlow>> as Flow;
    reading flow_by_ticket(ticket: &Tag) -> Option<Versioned<LinkFlow>> as ByTicket;
    writing insert_flow(flow: &LinkFlow, keep: u8) -> () as Begun;
    writing put_flow(flow: &LinkFlow, read: Version) -> Version as Put;
    reading session(secret: &Tag) -> Option<Actor> as Session;
    writing touch_session(session: &Session, at: Timestamp) -> () as Touched;
    reading sessions_of(id: AccountId) -> Vec<Session> as Sessions;
    reading history(id: AccountId, before: Option<AuditId>, limit: u16) -> Vec<HistoryLine> as History;
    writing count_attempt(limits: &[AttemptLimit], tried: Tried, now: Timestamp) -> AttemptVerdict as Counted;
    writing commit(changes: ChangeSet) -> () as Committed;
    writing sweep(now: Timestamp, limit: u16) -> u64 as Swept;
}

impl Digest for Reply {
    fn feed(&self, into: &mut Feed) {
        match self {
            Self::ByLogin(reply) | Self::Account(reply) => reply.feed(into),
            Self::BySnils(reply) => reply.feed(into),
            Self::Knows(reply) => into.text(reply),
            Self::ByEmail(reply) => reply.feed(into),
            Self::Ticket(reply) => into.text(reply),
            Self::Family(reply) => reply.feed(into),
            Self::Links(reply) => reply.feed(into),
            Self::Consents(reply) => into.text(reply),
            Self::Identity(reply) => reply.feed(into),
            Self::Flow(reply) | Self::ByTicket(reply) => reply.feed(into),
            Self::Begun(reply) | Self::Touched(reply) | Self::Committed(reply) => into.text(reply),
            Self::Put(reply) => into.text(reply),
            Self::Session(reply) => reply.feed(into),
            Self::Sessions(reply) => reply.feed(into),
            Self::History(reply) => into.text(reply),
            Self::Counted(reply) => into.text(reply),
            Self::Swept(reply) => into.text(reply),
        }
    }
}

/// What a request was told at one call, and when.
#[derive(Debug)]
pub(crate) struct Told {
    reply: Reply,
    at: u32,
    /// Of both.
    pub(crate) digest: u64,
}

/// How far a request has come in this step.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<Done>);

#[derive(Debug, Default)]
struct Done {
    calls: usize,
    told: Option<Arc<Told>>,
    written: Option<Arc<MemoryStore>>,
    redeemed: Vec<String>,
    waits: bool,
}

impl Progress {
    fn done(&self) -> MutexGuard<'_, Done> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the adapter redeems the code of a ticket, unless it is only run again.
    pub(crate) fn redeemed(&self, ticket: &str) {
        let mut done = self.done();
        if done.told.is_some() {
            done.redeemed.push(ticket.to_owned());
        }
    }

    /// Whether the request stands before a call for which it is not its turn.
    pub(crate) fn waits(&self) -> bool {
        self.done().waits
    }

    /// What the step did: what was told, the store if it was written, the redeemed tickets.
    pub(crate) fn take(&self) -> (Option<Arc<Told>>, Option<Arc<MemoryStore>>, Vec<String>) {
        let done = std::mem::take(&mut *self.done());
        (done.told, done.written, done.redeemed)
    }
}

enum Turn {
    Again(Arc<Told>),
    Now,
    Later,
}

/// See the module.
pub(crate) struct Replay {
    store: Arc<MemoryStore>,
    log: Vec<Arc<Told>>,
    clock: Arc<FixedClock>,
    now: u32,
    progress: Arc<Progress>,
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replay after {} calls", self.log.len())
    }
}

impl Replay {
    pub(crate) fn new(
        store: Arc<MemoryStore>,
        log: Vec<Arc<Told>>,
        now: u32,
        progress: Arc<Progress>,
    ) -> Self {
        let begun = log.first().map_or(now, |told| told.at);
        Self {
            store,
            log,
            clock: Arc::new(FixedClock::at(at(begun))),
            now,
            progress,
        }
    }

    /// The clock as the request saw it: it moves at each call.
    pub(crate) fn clock(&self) -> Arc<FixedClock> {
        Arc::clone(&self.clock)
    }

    fn turn(&self) -> Turn {
        let mut done = self.progress.done();
        let call = done.calls;
        done.calls += 1;
        if let Some(told) = self.log.get(call) {
            self.clock.set(at(told.at));
            Turn::Again(Arc::clone(told))
        } else if call == self.log.len() {
            self.clock.set(at(self.now));
            Turn::Now
        } else {
            done.waits = true;
            Turn::Later
        }
    }

    fn reading(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.store)
    }

    fn writing(&self) -> Arc<MemoryStore> {
        Arc::new(self.store.forked())
    }

    fn told(&self, reply: Reply, store: Option<Arc<MemoryStore>>) {
        let digest = (&reply, self.now).digest();
        let mut done = self.progress.done();
        done.told = Some(Arc::new(Told {
            reply,
            at: self.now,
            digest,
        }));
        done.written = store.filter(|store| !Arc::ptr_eq(store, &self.store));
    }
}

impl Digest for (&Reply, u32) {
    fn feed(&self, into: &mut Feed) {
        self.0.feed(into);
        into.text(&self.1);
    }
}
