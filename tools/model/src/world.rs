//! A state of the search, and the steps that lead on from it.

use std::{
    collections::BTreeSet,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use linking_core::{
    account::{AccountStatus, LocalPassword, PasswordOrigin},
    audit::Act,
    change::{ChangeSet, Write},
    consent::{Consent, ConsentStatus},
    ids::{AccountId, Id, OrganizationId},
    link::{Link, LinkOrigin},
    person::{Login, RegisteredName},
    policy::IdentitySharing,
    ports::{IdSource as _, NewPassword, NewPerson, Register as _, Store as _},
    provider::AssuranceLevel,
};
use linking_testkit::{Contents, CountedIds, MemoryStore, PlainHasher, people as samples};

use crate::{
    browser::Browser,
    digest::Digest as _,
    judge::{self, Rule},
    people::{self, PEOPLE},
    replay::at,
    request::{Request, Wish},
    scenario::{End, Event, Scenario},
};

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A browser sends a request to a server, which makes its first call.
    Send {
        /// Which browser.
        browser: u8,
        /// To which server.
        server: u8,
        /// What it asks for.
        wish: Wish,
    },
    /// A request under way makes its next call.
    Step(usize),
    /// The server of a request under way is lost.
    Lose(usize),
    /// Something beside.
    Beside(Event),
}

/// A state.
#[derive(Clone)]
pub struct World {
    store: Arc<MemoryStore>,
    contents: Arc<Contents>,
    /// The digest of the contents.
    kept: u64,
    /// Seconds since the beginning.
    now: u32,
    /// The providers that each server has on, a bit for each.
    servers: [u8; 2],
    browsers: [Browser; 2],
    underway: Vec<Request>,
    /// The tickets whose codes were redeemed.
    redeemed: BTreeSet<String>,
    happened_beside: BTreeSet<Event>,
    doubles: u8,
    /// What the last step led to.
    pub(crate) happened: Option<End>,
    /// The rule that the last step broke.
    pub(crate) broken: Option<Rule>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("servers", &self.servers)
            .field("links", &self.contents.links)
            .field("flows", &self.contents.flows)
            .field("sessions", &self.contents.sessions)
            .field("browsers", &self.browsers)
            .field("underway", &self.underway)
            .field("happened", &self.happened)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kept.hash(state);
        (self.now, self.servers, self.doubles).hash(state);
        for browser in &self.browsers {
            browser.secret.as_ref().map(|s| *s.expose()).hash(state);
            browser.pages.hash(state);
            (browser.sent, browser.trips).hash(state);
        }
        for request in &self.underway {
            (request.browser, request.number, request.on).hash(state);
            request.secret.as_ref().map(|s| *s.expose()).hash(state);
            request.wish.hash(state);
            for told in &request.log {
                told.digest.hash(state);
            }
        }
        self.redeemed.hash(state);
        self.happened_beside.hash(state);
        self.happened.hash(state);
        self.broken.hash(state);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        let digest = |world: &Self| {
            let mut hasher = std::hash::DefaultHasher::new();
            world.hash(&mut hasher);
            hasher.finish()
        };
        digest(self) == digest(other)
    }
}

/// Runs a future of the memory store, which waits for nothing.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

/// Where the people belong, and who they are.
#[derive(Debug)]
pub(crate) struct Setting {
    school: OrganizationId,
    accounts: Vec<AccountId>,
}

impl World {
    /// Where a search begins.
    #[expect(
        clippy::expect_used,
        reason = "a search over samples that do not fit is none"
    )]
    pub(crate) fn begin(scenario: &Scenario) -> (Setting, Self) {
        let store = MemoryStore::default();
        let audit = |number| people::command(number, Act::Imported, samples::START);
        let rows: Vec<NewPerson> = (0..PEOPLE).map(people::person).collect();
        let logins: Vec<Login> = rows.iter().map(|row| row.login.clone()).collect();
        wait(async {
            store
                .put_organizations(samples::organizations(), audit(1))
                .await?;
            store.put_people(rows, audit(2)).await
        })
        .expect("the samples fit each other");
        for (number, login) in (0..).zip(&logins) {
            if !scenario.without_password.contains(&number) {
                store.give_password(login, samples::password(people::PASSWORD));
            }
        }
        let accounts: Vec<AccountId> = logins
            .iter()
            .map(|login| store.account_id(login).expect("it was put"))
            .collect();
        let sheet = wait(store.account(accounts[0])).expect("a store in memory answers");
        let school = sheet
            .as_ref()
            .and_then(|sheet| sheet.first_membership())
            .expect("they belong to a school")
            .organization
            .id;
        for (number, (person, provider)) in (1_u64..).zip(&scenario.linked) {
            let change = linked(number, accounts[usize::from(*person)], *person, *provider);
            store.apply(&change).expect("nothing is linked yet");
        }
        let mut world = Self::of(store.forked());
        let setting = Setting { school, accounts };
        for browser in [0_u8, 1] {
            if let Some(person) = scenario.plans[usize::from(browser)].signed_in {
                world.signed_in(&setting, scenario, browser, person);
            }
        }
        (setting, world)
    }

    fn of(store: MemoryStore) -> Self {
        let contents = store.contents();
        Self {
            kept: contents.digest(),
            store: Arc::new(store),
            contents: Arc::new(contents),
            now: 0,
            servers: [0b11; 2],
            browsers: [Browser::default(), Browser::default()],
            underway: Vec::new(),
            redeemed: BTreeSet::new(),
            happened_beside: BTreeSet::new(),
            doubles: 0,
            happened: None,
            broken: None,
        }
    }

    /// Signs a person in before the search begins.
    fn signed_in(&mut self, setting: &Setting, scenario: &Scenario, browser: u8, person: u8) {
        let wish = Wish::SignIn(person);
        self.send(setting, scenario, browser, 0, wish);
        while !self.underway.is_empty() {
            self.step(0);
        }
        self.browsers[usize::from(browser)].sent = 0;
        self.happened = None;
    }

    /// All that can happen next.
    pub(crate) fn actions(&self, scenario: &Scenario, actions: &mut Vec<Action>) {
        if self.broken.is_some() {
            return;
        }
        actions.extend((0..self.underway.len()).map(Action::Step));
        for browser in [0_u8, 1] {
            self.presses(scenario, browser, actions);
        }
        if self.happened_beside.len() < usize::from(scenario.most_events) {
            for event in &scenario.events {
                if self.happened_beside.contains(event) {
                    continue;
                }
                if *event == Event::Lost {
                    actions.extend((0..self.underway.len()).map(Action::Lose));
                } else {
                    actions.push(Action::Beside(*event));
                }
            }
        }
    }

    fn presses(&self, scenario: &Scenario, number: u8, actions: &mut Vec<Action>) {
        let plan = &scenario.plans[usize::from(number)];
        let browser = &self.browsers[usize::from(number)];
        let other = &self.browsers[usize::from(1 - number)];
        let own = self.underway.iter().filter(|r| r.browser == number).count();
        let waits = own > 0 && (own > 1 || self.doubles >= scenario.doubles);
        if waits || self.underway.len() > 1 || browser.sent >= plan.requests {
            return;
        }
        for wish in browser.wishes(plan, other) {
            // Two servers of one mind are one: they keep nothing between two requests.
            let differ = self.servers[0] != self.servers[1];
            for server in if differ { 0..2_u8 } else { 0..1 } {
                actions.push(Action::Send {
                    browser: number,
                    server,
                    wish: wish.clone(),
                });
            }
        }
    }

    /// The state after something happened.
    pub(crate) fn after(
        &self,
        setting: &Setting,
        scenario: &Scenario,
        action: Action,
    ) -> Option<Self> {
        let mut next = self.clone();
        next.happened = None;
        match action {
            Action::Send {
                browser,
                server,
                wish,
            } => next.send(setting, scenario, browser, server, wish),
            Action::Step(which) => next.step(which),
            Action::Lose(which) => {
                next.happened_beside.insert(Event::Lost);
                next.underway.remove(which);
            }
            Action::Beside(event) => next.beside(setting, event)?,
        }
        Some(next)
    }

    fn send(
        &mut self,
        setting: &Setting,
        scenario: &Scenario,
        browser: u8,
        server: u8,
        wish: Wish,
    ) {
        let own = self.underway.iter().any(|r| r.browser == browser);
        self.doubles += u8::from(own);
        let from = &mut self.browsers[usize::from(browser)];
        from.sent += 1;
        from.trips += u8::from(wish.is_trip());
        // Far from each other, and the same in whatever order the browsers send.
        let before = if matches!(wish, Wish::SignIn(_)) {
            50
        } else {
            0
        };
        let number = u16::from(browser) * 100 + u16::from(from.sent) + before;
        let request = Request {
            browser,
            number,
            on: self.servers[usize::from(server)],
            contacts: scenario.contacts,
            secret: from.secret.clone(),
            school: setting.school,
            wish,
            log: Vec::new(),
        };
        let place = self.underway.partition_point(|r| r.number < number);
        self.underway.insert(place, request);
        self.step(place);
    }

    fn step(&mut self, which: usize) {
        let request = &mut self.underway[which];
        let stepped = request.step(&self.store, self.now);
        let before = Arc::clone(&self.contents);
        let mut act = None;
        if let Some(store) = stepped.written {
            let contents = store.contents();
            act = contents.audits.first().map(|audit| audit.act.clone());
            let broken = judge::judge(&before, &contents, Some(request), at(self.now));
            self.broken = self.broken.or(broken);
            self.replace(store, contents);
        }
        for ticket in stepped.redeemed {
            if !self.redeemed.insert(ticket) {
                self.broken = Some(Rule::RedeemedOnce);
            }
        }
        let request = &self.underway[which];
        match stepped.answered {
            None => {
                self.happened = judge::end_of(act.as_ref(), None, &request.wish, &self.contents);
            }
            Some(Ok(answered)) => {
                self.happened =
                    judge::end_of(act.as_ref(), Some(&answered), &request.wish, &self.contents);
                let request = self.underway.remove(which);
                self.browsers[usize::from(request.browser)].take(&request.wish, &answered);
            }
            Some(Err(_)) => self.broken = Some(Rule::NobodyMeetsAnError),
        }
    }

    fn replace(&mut self, store: Arc<MemoryStore>, contents: Contents) {
        self.kept = contents.digest();
        self.store = store;
        self.contents = Arc::new(contents);
    }

    /// Something beside; none where it changes nothing.
    fn beside(&mut self, setting: &Setting, event: Event) -> Option<()> {
        self.happened_beside.insert(event);
        match event {
            Event::Block(person) => self.import(person, |row| row.status = AccountStatus::Blocked),
            Event::Archive(person) => {
                self.import(person, |row| row.status = AccountStatus::Archived);
            }
            Event::Rename(person) => self.import(person, |row| {
                row.profile.name.value =
                    RegisteredName::from_record("Другая", "Светлана", "Вадимовна");
            }),
            Event::Print(person) => {
                let batch = vec![NewPassword {
                    account: setting.accounts[usize::from(person)],
                    password: LocalPassword {
                        hash: PlainHasher::stored("another"),
                        origin: PasswordOrigin::Printed,
                        set_at: at(self.now),
                        exposed_at: None,
                    },
                }];
                let audit = people::command(3, Act::PasswordsPrinted, at(self.now));
                let store = Arc::new(self.store.forked());
                wait(store.put_passwords(batch, audit)).ok()?;
                self.school_did(store);
            }
            Event::SwitchOff { server, provider } => {
                self.servers[usize::from(server)] &= !(1 << provider);
            }
            Event::Later(seconds) => self.now += seconds,
            Event::Lost => return None,
        }
        Some(())
    }

    fn import(&mut self, person: u8, change: impl FnOnce(&mut NewPerson)) {
        let mut row = people::person(person);
        change(&mut row);
        let audit = people::command(4, Act::Imported, at(self.now));
        let store = Arc::new(self.store.forked());
        if wait(store.put_people(vec![row], audit)).is_ok() {
            self.school_did(store);
        }
    }

    fn school_did(&mut self, store: Arc<MemoryStore>) {
        let before = Arc::clone(&self.contents);
        let contents = store.contents();
        self.broken = judge::judge(&before, &contents, None, at(self.now));
        self.replace(store, contents);
    }
}

/// A link as it was made before the search begins.
fn linked(number: u64, account: AccountId, person: u8, provider: u8) -> ChangeSet {
    fn id<K>(number: u64) -> Id<K> {
        Id::from_uuid(CountedIds::starting_at(number).next())
    }
    let link = Link {
        id: id(number),
        account,
        provider: people::provider(provider),
        identity: people::key(provider, person),
        assurance: AssuranceLevel::Verified,
        origin: LinkOrigin::FromProvider,
        linked_at: samples::START,
        used_at: None,
    };
    let consent = Consent {
        id: id(number),
        account,
        provider: people::provider(provider),
        text: samples::consent_text(),
        given_at: samples::START,
        status: ConsentStatus::Granted,
    };
    let read = linking_core::account::Version::NEW;
    ChangeSet::new(people::command(10 + number, Act::Imported, samples::START))
        .write(Write::InsertLink {
            link,
            anchor: read,
            sharing: IdentitySharing::OneAccountPerIdentity,
        })
        .write(Write::InsertConsent(consent))
}
