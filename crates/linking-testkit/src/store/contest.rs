//! The last way in, pulled at from two sides at once (`threats.md` E8), by the use cases
//! themselves on two servers. One side wins, and the account keeps a way in.
//!
//! The cases of [`last_way`](super::cases::last_way) hold each contest a few times on one store;
//! a store that several servers can open holds them here as often as it wants.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a contest fails by panicking"
)]

use std::{collections::BTreeMap, sync::Arc};

use linking_core::{
    account::{Account, AccountSheet, LocalPassword},
    change::Write,
    ids::{AccountId, EventKind},
    link::Link,
    policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
    ports::{NewPassword, Store, StoreError},
    provider::{ProviderId, Switch},
    refusal::{Refusal, RefusalCode},
    session::{Actor, AgentLabel, Network, Session, Visitor},
    sign_in::effective_ways,
    usecase::{Linking, NewSession, Outcome, Ports},
};
use tokio::sync::Barrier;

use crate::{
    CountedIds, FixedClock, PlainHasher, SeededRandom, TestVault, people,
    store::{
        ConformingStore,
        stage::{Stage, other_provider},
    },
};

/// Two servers over one database.
pub type Servers = [Arc<dyn ConformingStore>; 2];

/// Two links and no password: each of two browsers ends one of them. One is ended.
///
/// # Panics
/// When both are, or none, or somebody meets an error.
pub async fn two_unlinks(servers: Servers, rounds: u32) {
    let contest = Contest::begin(servers).await;
    let both = [people::provider(), other_provider()];
    for _ in 0..rounds {
        contest.link(&both).await;
        let [one, other] = contest.browsers().await;
        let (first, second) = contest
            .at_once(
                contest.unlink(0, &both, one, &both[0]),
                contest.unlink(1, &both, other, &both[1]),
            )
            .await;
        assert_eq!(
            usize::from(first.done().is_some()) + usize::from(second.done().is_some()),
            1
        );
        assert_eq!(contest.ways(&both).await, 1);
    }
}

/// A link and a password: one browser ends the link, the other one removes the password. One of
/// them does.
///
/// # Panics
/// When both do, or none.
pub async fn unlink_and_no_password(servers: Servers, rounds: u32) {
    let contest = Contest::begin(servers).await;
    let on = [people::provider()];
    for _ in 0..rounds {
        contest.link(&on).await;
        contest
            .put_password(0, Some(people::password("right")))
            .await
            .unwrap();
        let [one, _] = contest.browsers().await;
        let (unlinked, removed) = contest
            .at_once(
                contest.unlink(0, &on, one, &on[0]),
                contest.without_password(1, &on),
            )
            .await;
        assert_eq!(
            usize::from(unlinked.done().is_some()) + usize::from(removed),
            1
        );
        assert_eq!(contest.ways(&on).await, 1);
        contest.put_password(0, None).await.unwrap();
    }
}

/// Two links and no password; for one server the first link's provider is off already. It refuses
/// to end the second one, whatever the other server does with the first.
///
/// # Panics
/// When the link that lets in is ended.
pub async fn unlink_and_switch_off(servers: Servers, rounds: u32) {
    let contest = Contest::begin(servers).await;
    let both = [people::provider(), other_provider()];
    let rest = [other_provider()];
    for _ in 0..rounds {
        contest.link(&both).await;
        let [one, other] = contest.browsers().await;
        let (first, second) = contest
            .at_once(
                contest.unlink(0, &both, one, &both[0]),
                contest.unlink(1, &rest, other, &both[1]),
            )
            .await;
        assert!(first.done().is_some());
        assert!(second.done().is_none());
        assert_eq!(contest.ways(&rest).await, 1);
    }
}

/// A link and no password: the link is ended while the school prints a password.
///
/// # Panics
/// When the account is left without a way in.
pub async fn unlink_and_new_password(servers: Servers, rounds: u32) {
    let contest = Contest::begin(servers).await;
    let on = [people::provider()];
    for _ in 0..rounds {
        contest.link(&on).await;
        let [one, _] = contest.browsers().await;
        let (_, printed) = contest
            .at_once(contest.unlink(0, &on, one, &on[0]), contest.print(1))
            .await;
        printed.unwrap();
        assert!(contest.ways(&on).await >= 1);
        contest.put_password(0, None).await.unwrap();
    }
}

/// An account at which two servers pull.
struct Contest {
    servers: Servers,
    stage: Stage,
    account: AccountId,
}

impl Contest {
    async fn begin(servers: Servers) -> Self {
        let stage = Stage::peopled(Arc::clone(&servers[0])).await;
        let account = stage.teacher().await.account().id;
        Self {
            servers,
            stage,
            account,
        }
    }

    /// A server with these providers on.
    fn server(&self, which: usize, on: &[ProviderId]) -> Linking {
        let store: Arc<dyn Store> = self.servers[which].clone();
        // Far from the ids that the stage and the store give, and for no other server.
        let (_, number) = self.stage.id::<EventKind>().uuid().as_u64_pair();
        let ports = Ports {
            store,
            hasher: Arc::new(PlainHasher::default()),
            vault: Arc::new(TestVault),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(CountedIds::starting_at((1 << 63) | (number << 12))),
            random: Arc::new(SeededRandom::new(number)),
        };
        let policy = Policy {
            providers: on.iter().cloned().collect(),
            link_ways: LinkWays::Both,
            identity_sharing: IdentitySharing::OneAccountPerIdentity,
            contact_choice: Switch::Off,
            patronymic: linking_core::person::PatronymicRule::MustAgree,
            sign_in_form: SignInForm::LocalFirst,
        };
        Linking::new(ports, BTreeMap::new(), PolicyBook::new(policy))
    }

    async fn sheet(&self) -> AccountSheet {
        self.stage.account(self.account).await
    }

    async fn links(&self) -> Vec<Link> {
        self.servers[0].links_of(self.account).await.unwrap()
    }

    /// Links the account to each of these where it is not yet.
    async fn link(&self, providers: &[ProviderId]) {
        let links = self.links().await;
        for provider in providers {
            if links.iter().any(|link| link.provider == *provider) {
                continue;
            }
            let link = Link {
                provider: provider.clone(),
                ..self
                    .stage
                    .link(self.account, people::identity_key(provider.as_str()))
            };
            self.stage.make(&link).await.unwrap();
        }
    }

    /// Two browsers in which the owner has just signed in.
    async fn browsers(&self) -> [Actor; 2] {
        let mut actors = Vec::new();
        let sheet = self.sheet().await;
        for _ in 0..2 {
            let session = Session {
                epoch: sheet.account().epoch,
                proved_at: Some(people::START),
                ..self.stage.new_session(self.account)
            };
            let write = Write::InsertSession(session.clone());
            let change = self.stage.change(self.account).write(write);
            self.stage.commit(change).await.unwrap();
            let actor = self.servers[0].session(&session.secret).await.unwrap();
            actors.push(actor.unwrap());
        }
        actors.try_into().unwrap()
    }

    fn unlink(
        &self,
        server: usize,
        on: &[ProviderId],
        actor: Actor,
        provider: &ProviderId,
    ) -> impl Future<Output = Outcome<NewSession>> + Send + 'static {
        let server = self.server(server, on);
        let provider = provider.clone();
        async move {
            let visitor = Visitor {
                computer: linking_core::session::Computer::Own,
                browser_by_other_keys: Vec::new(),
                browser: actor.session.value.browser,
                network: Network::of([192, 0, 2, 1].into()),
                agent: AgentLabel::new("Chrome, Windows"),
                request: None,
            };
            let outcome = server.unlink(&visitor, &actor, &provider).await;
            // No error, whoever was quicker.
            let outcome = outcome.unwrap();
            let code = outcome.refusal().map(Refusal::code);
            let known = [RefusalCode::LastSignInMethod, RefusalCode::FlowExpired];
            assert!(code.is_none_or(|code| known.contains(&code)), "{code:?}");
            outcome
        }
    }

    /// Removes the password as a use case would: decides by what lets in, and writes the account
    /// that was read.
    fn without_password(
        &self,
        server: usize,
        on: &[ProviderId],
    ) -> impl Future<Output = bool> + Send + 'static {
        let policy = self.server(server, on).policies().preset().clone();
        let (store, stage, id) = (
            Arc::clone(&self.servers[server]),
            self.stage.clone(),
            self.account,
        );
        async move {
            loop {
                let mut sheet = store.account(id).await.unwrap().unwrap();
                let links = store.links_of(id).await.unwrap();
                let read = sheet.account.version;
                sheet.account.value.password = None;
                let links: Vec<&Link> = links.iter().collect();
                if effective_ways(&sheet, &links, &policy).is_empty() {
                    return false;
                }
                let write = Write::PutAccount {
                    account: Box::new(sheet.account.value),
                    read,
                };
                match store.commit(stage.change(id).write(write)).await {
                    Ok(()) => return true,
                    Err(StoreError::Conflict(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    fn print(
        &self,
        server: usize,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + 'static {
        let store = Arc::clone(&self.servers[server]);
        let batch = vec![NewPassword {
            account: self.account,
            password: people::password("printed"),
        }];
        let audit = self.stage.import();
        async move { store.put_passwords(batch, audit).await }
    }

    async fn put_password(
        &self,
        server: usize,
        password: Option<LocalPassword>,
    ) -> Result<(), StoreError> {
        let sheet = self.sheet().await;
        let account = Account {
            password,
            ..sheet.account().clone()
        };
        let write = Write::PutAccount {
            account: Box::new(account),
            read: sheet.account.version,
        };
        let change = self.stage.change(self.account).write(write);
        self.servers[server].commit(change).await
    }

    /// How many ways in there are, under a policy with these providers on.
    async fn ways(&self, on: &[ProviderId]) -> usize {
        let links = self.links().await;
        let links: Vec<&Link> = links.iter().collect();
        let policy = self.server(0, on).policies().preset().clone();
        effective_ways(&self.sheet().await, &links, &policy).len()
    }

    /// Lets both begin at the same moment.
    async fn at_once<A: Send + 'static, B: Send + 'static>(
        &self,
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send + 'static,
    ) -> (A, B) {
        let barrier = Arc::new(Barrier::new(2));
        let second = Arc::clone(&barrier);
        let one = tokio::spawn(async move {
            barrier.wait().await;
            one.await
        });
        let other = tokio::spawn(async move {
            second.wait().await;
            other.await
        });
        (one.await.unwrap(), other.await.unwrap())
    }
}
