//! A site with people, browsers and a provider that a test scripts. Every act is taken by a new
//! [`Linking`]: nothing outlives a request but the store.

mod verdicts;

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, task};

use chrono::TimeDelta;
use linking_core::{
    account::ContactKind,
    consent::{ConsentText, ConsentTexts},
    ids::{AccountId, FlowId, OrganizationId},
    link::{LinkFlow, PlaceHint},
    person::{Login, PatronymicRule},
    policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
    ports::{Clock as _, IdentityProvider, Store, Tag},
    provider::{Manifest, Prompt, ProviderId, ProviderIdentity, Switch},
    secret::{Password, Secret256},
    session::{Actor, AgentLabel, Computer, Network, Visitor},
    time::Timestamp,
    usecase::{
        Advance, ConnectedProvider, Fault, FlowStep, FlowView, Linking, LocalCredentials,
        NewSession, Outcome, Ports, StartOrder,
    },
};
use linking_testkit::{
    CountedIds, FixedClock, MemoryStore, PlainHasher, Returned, ScriptedPeer, ScriptedProvider,
    SeededRandom, TestVault, people,
};

pub(crate) use verdicts::{Verdict, is_linked};

/// The text version that the pages show.
pub(crate) const TEXT: &str = "2026-03";

/// Runs a future to its end; nothing here waits for anything but its turn.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = task::Context::from_waker(task::Waker::noop());
    loop {
        if let task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

/// Somebody with an account, a password and an identity at the provider.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) login: Login,
    pub(crate) password: Password,
    pub(crate) organization: OrganizationId,
    /// Its data agrees with the account's, and it has a mobile and an e-mail.
    pub(crate) identity: ProviderIdentity,
}

/// A browser with its cookies.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) visitor: Visitor,
    pub(crate) secret: Option<Secret256>,
}

impl Browser {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            visitor: Visitor {
                browser: Tag::new(1, [number; 32]),
                browser_by_other_keys: Vec::new(),
                network: Network::of(IpAddr::from([192, 0, 2, number])),
                agent: AgentLabel::new(&format!("Browser {number}")),
                computer: Computer::Own,
                request: None,
            },
            secret: None,
        }
    }

    pub(crate) fn keep(&mut self, session: Option<&NewSession>) {
        if let Some(session) = session {
            self.secret = Some(session.secret.clone());
        }
    }
}

pub(crate) struct Stand {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) hasher: Arc<PlainHasher>,
    pub(crate) peer: Arc<ScriptedPeer>,
    pub(crate) policy: Policy,
    pub(crate) consent: ConsentText,
    /// Versions of the same text in other languages.
    pub(crate) translations: Vec<String>,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) connected: bool,
    /// Providers beside the scripted one.
    pub(crate) beside: BTreeMap<ProviderId, ConnectedProvider>,
    random: Arc<SeededRandom>,
    ids: Arc<CountedIds>,
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

pub(crate) fn place() -> PlaceHint {
    PlaceHint {
        region: people::sakhalin().code,
        organization: None,
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        providers: [people::provider()].into(),
        link_ways: LinkWays::Both,
        identity_sharing: IdentitySharing::OneAccountPerIdentity,
        contact_choice: Switch::On,
        patronymic: PatronymicRule::MustAgree,
        sign_in_form: SignInForm::LocalFirst,
    }
}

/// Everybody of the samples can sign in by `right`.
impl Stand {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::populated();
        for person in people::everybody() {
            store.give_password(&person.login, people::password("right"));
        }
        Self {
            store: Arc::new(store),
            clock: Arc::default(),
            hasher: Arc::default(),
            peer: Arc::default(),
            policy: policy(),
            consent: people::consent_text(),
            translations: Vec::new(),
            manifest: None,
            connected: true,
            beside: BTreeMap::new(),
            random: Arc::default(),
            ids: Arc::default(),
        }
    }

    /// A server of the site, freshly started.
    pub(crate) fn server(&self) -> Linking {
        self.server_over(self.store.clone())
    }

    pub(crate) fn server_over(&self, store: Arc<dyn Store>) -> Linking {
        self.server_with(store, self.hasher.clone())
    }

    pub(crate) fn server_with(
        &self,
        store: Arc<dyn Store>,
        hasher: Arc<dyn linking_core::ports::PasswordHasher>,
    ) -> Linking {
        let adapter = ScriptedProvider::new(self.peer.clone());
        let adapter: Arc<dyn IdentityProvider> = Arc::new(match &self.manifest {
            Some(manifest) => adapter.with_manifest(manifest.clone()),
            None => adapter,
        });
        let consent = self.translations.iter().fold(
            ConsentTexts::from(self.consent.clone()),
            |texts, version| texts.translated(version.clone(), "b".repeat(64)),
        );
        let connected = ConnectedProvider { adapter, consent };
        let mut providers = self.beside.clone();
        if self.connected {
            providers.insert(people::provider(), connected);
        }
        let ports = Ports {
            store,
            hasher,
            vault: Arc::new(TestVault),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            random: self.random.clone(),
        };
        Linking::new(ports, providers, PolicyBook::new(self.policy.clone()))
    }

    /// A server with a second provider beside the first one, answered by the same peer.
    pub(crate) fn server_of_two(&self, second: &Manifest) -> Linking {
        let connected = |adapter: ScriptedProvider| ConnectedProvider {
            adapter: Arc::new(adapter),
            consent: self.consent.clone().into(),
        };
        let first = connected(ScriptedProvider::new(self.peer.clone()));
        let other = ScriptedProvider::new(self.peer.clone()).with_manifest(second.clone());
        let ports = Ports {
            store: self.store.clone(),
            hasher: self.hasher.clone(),
            vault: Arc::new(TestVault),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            random: self.random.clone(),
        };
        let mut policy = self.policy.clone();
        policy.providers.insert(second.id.clone());
        let providers = BTreeMap::from([
            (people::provider(), first),
            (second.id.clone(), connected(other)),
        ]);
        Linking::new(ports, providers, PolicyBook::new(policy))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A person of the samples, by login; the identity's subject is the login too.
    pub(crate) fn person(&self, login: &str) -> Person {
        let account = self.store.account_id(&people::login(login)).unwrap();
        let sheet = wait(self.store.account(account)).unwrap().unwrap();
        let mut claims = people::claims_of(&sheet.account().profile);
        claims.contacts = Some(vec![
            people::verified(people::mobile("+7 914 000-00-01")),
            people::verified(people::email(&format!("{login}@example.ru"))),
        ]);
        Person {
            account,
            login: sheet.account().login.clone(),
            password: password("right"),
            organization: sheet.first_membership().unwrap().organization.id,
            identity: people::identity(login, claims),
        }
    }

    pub(crate) fn teacher(&self) -> Person {
        self.person("dmitrieva")
    }

    pub(crate) fn actor(&self, browser: &Browser) -> Option<Actor> {
        self.actor_at(&self.server(), browser)
    }

    fn actor_at(&self, server: &Linking, browser: &Browser) -> Option<Actor> {
        let secret = browser.secret.as_ref()?;
        wait(server.actor(&browser.visitor, secret)).unwrap()
    }

    pub(crate) fn acting(&self, browser: &Browser) -> Actor {
        self.actor(browser).expect("nobody is signed in")
    }

    pub(crate) fn credentials(&self, person: &Person) -> LocalCredentials {
        LocalCredentials {
            organization: person.organization,
            login: person.login.clone(),
            password: person.password.clone(),
        }
    }

    pub(crate) fn try_sign_in(
        &self,
        browser: &mut Browser,
        credentials: LocalCredentials,
    ) -> Outcome<NewSession> {
        let former = self.actor(browser);
        let outcome = wait(self.server().sign_in_locally(
            &browser.visitor,
            former.as_ref(),
            credentials,
        ))
        .unwrap();
        browser.keep(outcome.clone().done().as_ref());
        outcome
    }

    pub(crate) fn sign_in(&self, browser: &mut Browser, person: &Person) {
        let outcome = self.try_sign_in(browser, self.credentials(person));
        assert!(outcome.refusal().is_none(), "{outcome:?}");
    }

    pub(crate) fn signed_in(&self, number: u8, person: &Person) -> Browser {
        let mut browser = Browser::new(number);
        self.sign_in(&mut browser, person);
        browser
    }

    pub(crate) fn try_start(&self, browser: &Browser, order: StartOrder) -> Outcome<Advance> {
        let actor = self.actor(browser);
        let provider = people::provider();
        wait(
            self.server()
                .start(&browser.visitor, actor.as_ref(), order, &provider, place()),
        )
        .unwrap()
    }

    /// Begins a flow; gives it and the address at the provider.
    pub(crate) fn start(&self, browser: &Browser, order: StartOrder) -> (FlowId, Prompt) {
        let advance = self.try_start(browser, order).done().expect("refused");
        (advance.view.id, advance.prompt.expect("no prompt"))
    }

    pub(crate) fn approve(&self, prompt: &Prompt, identity: &ProviderIdentity) -> Returned {
        self.peer.approve(prompt, identity.clone())
    }

    /// The answer as it comes to the callback's address.
    pub(crate) fn answer(&self, browser: &mut Browser, returned: &Returned) -> Outcome<Advance> {
        let actor = self.actor(browser);
        let outcome = wait(self.server().answer(
            &browser.visitor,
            actor.as_ref(),
            &people::provider(),
            &returned.state,
            returned.answer.clone(),
        ))
        .unwrap();
        self.keep(browser, &outcome);
        outcome
    }

    fn keep(&self, browser: &mut Browser, outcome: &Outcome<Advance>) {
        if let Outcome::Done(advance) = outcome {
            browser.keep(advance.session.as_ref());
        }
    }

    /// Through the provider and back.
    pub(crate) fn come_back(
        &self,
        browser: &mut Browser,
        order: StartOrder,
        identity: &ProviderIdentity,
    ) -> (FlowId, Outcome<Advance>) {
        let (id, prompt) = self.start(browser, order);
        let returned = self.approve(&prompt, identity);
        let outcome = self.answer(browser, &returned);
        (id, outcome)
    }

    pub(crate) fn agree(&self, browser: &Browser, id: FlowId) -> Outcome<Advance> {
        self.agree_to(browser, id, TEXT)
    }

    pub(crate) fn agree_to(&self, browser: &Browser, id: FlowId, text: &str) -> Outcome<Advance> {
        let actor = self.actor(browser);
        wait(
            self.server()
                .agree(&browser.visitor, actor.as_ref(), id, text),
        )
        .unwrap()
    }

    pub(crate) fn prove(
        &self,
        browser: &mut Browser,
        id: FlowId,
        person: &Person,
    ) -> Outcome<Advance> {
        let credentials = self.credentials(person);
        self.prove_by(browser, id, credentials)
    }

    pub(crate) fn prove_by(
        &self,
        browser: &mut Browser,
        id: FlowId,
        credentials: LocalCredentials,
    ) -> Outcome<Advance> {
        let outcome = self.try_prove(browser, id, credentials).unwrap();
        self.keep(browser, &outcome);
        outcome
    }

    pub(crate) fn try_prove(
        &self,
        browser: &Browser,
        id: FlowId,
        credentials: LocalCredentials,
    ) -> Result<Outcome<Advance>, Fault> {
        let former = self.actor(browser);
        wait(
            self.server()
                .prove(&browser.visitor, former.as_ref(), id, credentials),
        )
    }

    pub(crate) fn confirm(&self, browser: &mut Browser, id: FlowId) -> Outcome<Advance> {
        let actor = self.acting(browser);
        self.confirm_as(browser, &actor, id)
    }

    pub(crate) fn confirm_as(
        &self,
        browser: &mut Browser,
        actor: &Actor,
        id: FlowId,
    ) -> Outcome<Advance> {
        let outcome = wait(self.server().confirm(&browser.visitor, actor, id, TEXT)).unwrap();
        self.keep(browser, &outcome);
        outcome
    }

    /// «Перенести связь», with the other account's login and password.
    pub(crate) fn move_from(
        &self,
        browser: &mut Browser,
        id: FlowId,
        credentials: LocalCredentials,
    ) -> Outcome<Advance> {
        let actor = self.acting(browser);
        let server = self.server();
        let outcome = wait(server.move_link(&browser.visitor, &actor, id, credentials)).unwrap();
        self.keep(browser, &outcome);
        outcome
    }

    /// «Заменить связь», with the account's password.
    pub(crate) fn replace(
        &self,
        browser: &mut Browser,
        id: FlowId,
        text: &str,
    ) -> Outcome<Advance> {
        let former = self.actor(browser);
        let server = self.server();
        let outcome =
            wait(server.replace_link(&browser.visitor, former.as_ref(), id, password(text)))
                .unwrap();
        self.keep(browser, &outcome);
        outcome
    }

    /// The second account of a person of the samples: `kim`, with the first one's data.
    pub(crate) fn twin_of(&self, person: &Person) -> Person {
        let sheet = wait(self.store.account(person.account)).unwrap().unwrap();
        let profile = sheet.account().profile.clone();
        let twin = self.person("kim");
        self.store
            .edit_account(twin.account, |account| account.profile = profile);
        Person {
            identity: person.identity.clone(),
            ..twin
        }
    }

    pub(crate) fn choose(
        &self,
        browser: &Browser,
        id: FlowId,
        ticked: &[ContactKind],
    ) -> Outcome<Advance> {
        let actor = self.acting(browser);
        let ticked = ticked.iter().copied().collect();
        wait(
            self.server()
                .choose_contacts(&browser.visitor, &actor, id, &ticked),
        )
        .unwrap()
    }

    pub(crate) fn step_up(&self, browser: &mut Browser, text: &str) -> Outcome<NewSession> {
        let actor = self.acting(browser);
        let outcome = wait(
            self.server()
                .step_up(&browser.visitor, &actor, password(text)),
        )
        .unwrap();
        browser.keep(outcome.clone().done().as_ref());
        outcome
    }

    pub(crate) fn unlink(&self, browser: &mut Browser) -> Outcome<NewSession> {
        let actor = self.acting(browser);
        self.unlink_as(browser, &actor)
    }

    pub(crate) fn unlink_as(&self, browser: &mut Browser, actor: &Actor) -> Outcome<NewSession> {
        let provider = people::provider();
        let outcome = wait(self.server().unlink(&browser.visitor, actor, &provider)).unwrap();
        browser.keep(outcome.clone().done().as_ref());
        outcome
    }

    pub(crate) fn sign_out(&self, browser: &mut Browser) {
        wait(self.server().sign_out(&self.acting(browser))).unwrap();
        browser.secret = None;
    }

    pub(crate) fn view(&self, browser: &Browser, id: FlowId) -> Outcome<FlowView> {
        let actor = self.actor(browser);
        wait(self.server().flow(&browser.visitor, actor.as_ref(), id)).unwrap()
    }

    /// The page on which a flow stands.
    pub(crate) fn step(&self, browser: &Browser, id: FlowId) -> FlowStep {
        self.view(browser, id).done().expect("refused").step
    }

    pub(crate) fn flow(&self, id: FlowId) -> Option<LinkFlow> {
        self.store.flows().into_iter().find(|flow| flow.id() == id)
    }

    /// As far as the page of the local password.
    pub(crate) fn proving(&self, browser: &mut Browser, identity: &ProviderIdentity) -> FlowId {
        let (id, _) = self.come_back(browser, StartOrder::SignIn, identity);
        let agreed = self.agree(browser, id).done().unwrap();
        assert!(
            matches!(agreed.view.step, FlowStep::Prove { .. }),
            "{agreed:?}"
        );
        id
    }

    /// As far as the page «Это вы?», from a session that is there.
    pub(crate) fn confirming(&self, browser: &mut Browser, identity: &ProviderIdentity) -> FlowId {
        let (id, outcome) = self.come_back(browser, StartOrder::Link, identity);
        let advance = outcome.done().unwrap();
        assert!(
            matches!(advance.view.step, FlowStep::Confirm { .. }),
            "{advance:?}"
        );
        id
    }

    /// SGO-1 as far as the link; the contact choice is left open.
    pub(crate) fn link_from_provider(&self, browser: &mut Browser, person: &Person) -> FlowId {
        let id = self.proving(browser, &person.identity);
        let outcome = self.prove(browser, id, person);
        assert!(is_linked(&outcome), "{outcome:?}");
        id
    }

    /// SGO-1 to its end, with nothing kept.
    pub(crate) fn linked(&self, browser: &mut Browser, person: &Person) -> FlowId {
        let id = self.link_from_provider(browser, person);
        self.choose(browser, id, &[]).done().unwrap();
        id
    }
}

/// The same person as the provider would say it of somebody else.
pub(crate) fn renamed(identity: &ProviderIdentity, name: [&str; 3]) -> ProviderIdentity {
    let [surname, given, patronymic] = name;
    let mut other = identity.clone();
    other.claims.name = Some(linking_core::person::RegisteredName::from_record(
        surname, given, patronymic,
    ));
    other
}

/// The same identity, signed in at the provider at another time.
pub(crate) fn signed_at(identity: &ProviderIdentity, at: Timestamp) -> ProviderIdentity {
    ProviderIdentity {
        authenticated_at: Some(at),
        ..identity.clone()
    }
}
