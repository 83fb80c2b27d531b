//! A cut at each statement of a request in turn, before it and right behind it (`threats.md` I3):
//! nothing is half done, and whoever sends the same request once more, or begins anew where the
//! page of then says so, comes to the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use linking_core::{
    account::{AccountSheet, ContactKind},
    audit::Act,
    ids::FlowId,
    link::PlaceHint,
    person::PatronymicRule,
    policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
    ports::{Clock as _, NewPassword, Register as _, Store as _, Tag},
    provider::{Prompt, ProviderIdentity, Switch},
    refusal::Refusal,
    secret::{Password, Secret256},
    session::{Actor, AgentLabel, Computer, Network, Visitor},
    time::CLAIM_LIFE,
    usecase::{
        Advance, ConnectedProvider, Fault, FlowStep, Linking, LocalCredentials, NewSession,
        Outcome, Ports, StartOrder,
    },
};
use linking_testkit::{
    FixedClock, PlainHasher, ScriptedPeer, ScriptedProvider, SeededRandom, people,
};

use super::fixture::Stand;
use crate::{Dump, Storage, tests::knife::Side};

/// So many requests more bring everybody to the end, whatever was cut.
const PATIENCE: usize = 14;

/// What a person comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// SGO-1.
    LinkFromProvider,
    /// SGO-2.
    LinkFromSettings,
    /// Over the link.
    SignIn,
    Unlink,
    ChangePassword,
    SignOut,
    /// A password that is wrong, and then the right one.
    Mistype,
}

/// The page in the browser.
#[derive(Debug, Clone)]
enum Page {
    Begin,
    AtProvider(Prompt),
    Flow(Box<FlowStep>),
    End,
}

struct Site {
    stand: Stand,
    /// By which the test itself looks: its statements are never cut.
    watch: Storage,
    linking: Linking,
    clock: Arc<FixedClock>,
    peer: Arc<ScriptedPeer>,
    person: linking_core::ports::NewPerson,
}

impl Site {
    async fn open() -> Self {
        let stand = Stand::empty().await;
        let storage = &stand.storage;
        storage
            .put_organizations(people::organizations(), stand.audit(Act::Imported))
            .await
            .unwrap();
        storage
            .put_people(people::everybody(), stand.audit(Act::Imported))
            .await
            .unwrap();
        let person = people::teacher();
        let sheet = stand.account(person.login.as_str()).await;
        let printed = vec![NewPassword {
            account: sheet.account().id,
            password: people::password("речка и горка 0"),
        }];
        storage
            .put_passwords(printed, stand.audit(Act::PasswordsPrinted))
            .await
            .unwrap();
        let clock = Arc::new(FixedClock::default());
        let peer = Arc::new(ScriptedPeer::default());
        let ports = Ports {
            store: storage.clone(),
            hasher: Arc::new(PlainHasher::default()),
            vault: stand.vault.clone(),
            clock: clock.clone(),
            ids: stand.ids.clone(),
            random: Arc::new(SeededRandom::new(3)),
        };
        let policy = Policy {
            providers: [people::provider()].into(),
            link_ways: LinkWays::Both,
            identity_sharing: IdentitySharing::OneAccountPerIdentity,
            contact_choice: Switch::On,
            patronymic: PatronymicRule::MustAgree,
            sign_in_form: SignInForm::LocalFirst,
        };
        let connected = ConnectedProvider {
            adapter: Arc::new(ScriptedProvider::new(peer.clone())),
            consent: people::consent_text().into(),
        };
        let providers = BTreeMap::from([(people::provider(), connected)]);
        let linking = Linking::new(ports, providers, PolicyBook::new(policy));
        Self {
            watch: stand.second().await,
            stand,
            linking,
            clock,
            peer,
            person,
        }
    }

    fn identity(&self) -> ProviderIdentity {
        let mut claims = people::claims_of(&self.person.profile);
        claims.contacts = Some(vec![people::verified(people::email("own@example.ru"))]);
        ProviderIdentity {
            authenticated_at: Some(self.clock.now()),
            ..people::identity("own", claims)
        }
    }

    async fn sheet(&self) -> AccountSheet {
        let found = self.watch.account_by_login(&self.person.login).await;
        found.unwrap().unwrap()
    }

    async fn links(&self) -> usize {
        let account = self.sheet().await.account().id;
        self.watch.links_of(account).await.unwrap().len()
    }

    async fn dump(&self) -> Dump {
        let registers = ["organization", "locality", "region"];
        self.watch.dump(&registers).await.unwrap()
    }

    /// Every link has its record, its event and its consent, and so has every end.
    async fn hold(&self, told: &str) {
        let rows = async |text| self.stand.rows(text).await;
        let made = rows("link").await;
        let active = rows("link WHERE ended_at IS NULL").await;
        for (text, count) in [
            ("audit WHERE act LIKE '%\"linked\"%'", made),
            ("outbox WHERE body LIKE '%\"linked\"%'", made),
            ("consent", made),
            ("consent WHERE status = 'granted'", active),
            ("audit WHERE act LIKE '%\"unlinked\"%'", made - active),
            ("outbox WHERE body LIKE '%\"unlinked\"%'", made - active),
        ] {
            assert_eq!(rows(text).await, count, "{told}: {text}");
        }
    }
}

/// The tables that differ; of sessions those alone that began, ended or changed.
fn changed(before: &Dump, after: &Dump) -> BTreeSet<String> {
    let bare = |dump: &Dump, table: &String| -> BTreeSet<String> {
        let rows = dump.get(table).into_iter().flatten();
        let seen = |field: &&str| !field.starts_with("seen_at=") && !field.starts_with("ends_at=");
        rows.map(|row| row.split(' ').filter(seen).collect::<Vec<_>>().join(" "))
            .collect()
    };
    let tables = before.keys().chain(after.keys());
    tables
        .filter(|table| bare(before, table) != bare(after, table))
        .cloned()
        .collect()
}

/// A person with a browser.
struct Walker<'a> {
    site: &'a Site,
    wish: Wish,
    page: Page,
    secret: Option<Secret256>,
    flow: Option<FlowId>,
    /// The password that works, and the one that is wanted.
    passwords: [String; 2],
    mistyped: bool,
}

impl<'a> Walker<'a> {
    fn new(site: &'a Site, wish: Wish, passwords: [String; 2]) -> Self {
        Self {
            site,
            wish,
            page: Page::Begin,
            secret: None,
            flow: None,
            passwords,
            mistyped: false,
        }
    }

    fn visitor() -> Visitor {
        Visitor {
            computer: Computer::Own,
            browser_by_other_keys: Vec::new(),
            browser: Tag::new(1, [1; 32]),
            network: Network::of([192, 0, 2, 1].into()),
            agent: AgentLabel::new("Chrome, Windows"),
            request: None,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.page, Page::End)
    }

    async fn actor(&self) -> Result<Option<Actor>, Fault> {
        match &self.secret {
            Some(secret) => self.site.linking.actor(&Self::visitor(), secret).await,
            None => Ok(None),
        }
    }

    async fn credentials(&self, text: &str) -> LocalCredentials {
        let login = self.site.person.login.clone();
        let sheet = self.site.sheet().await;
        LocalCredentials {
            organization: sheet.first_membership().unwrap().organization.id,
            login,
            password: Password::new(text.to_owned()).unwrap(),
        }
    }

    fn entered(&mut self, outcome: Outcome<NewSession>) -> Option<Refusal> {
        match outcome {
            Outcome::Done(session) => {
                self.secret = Some(session.secret);
                None
            }
            Outcome::Refused(refusal) => Some(refusal),
        }
    }

    fn advanced(&mut self, outcome: Outcome<Advance>) {
        self.page = match outcome {
            Outcome::Done(advance) => {
                if let Some(session) = advance.session {
                    self.secret = Some(session.secret);
                }
                self.flow = Some(advance.view.id);
                match (advance.prompt, advance.view.step) {
                    (Some(prompt), _) => Page::AtProvider(prompt),
                    (None, FlowStep::Done(_)) if self.secret.is_some() => Page::End,
                    // Over, and the answer with the session was lost.
                    (None, FlowStep::Done(_)) => Page::Begin,
                    (None, step) => Page::Flow(Box::new(step)),
                }
            }
            Outcome::Refused(_) => Page::Begin,
        };
    }

    /// Sends one request, as the page of now would.
    async fn request(&mut self) -> Result<(), Fault> {
        let actor = self.actor().await?;
        if actor.is_none() {
            self.secret = None;
        }
        match self.page.clone() {
            Page::Begin => self.begin(actor).await,
            Page::AtProvider(prompt) => {
                let returned = self.site.peer.approve(&prompt, self.site.identity());
                let outcome = self
                    .site
                    .linking
                    .answer(
                        &Self::visitor(),
                        actor.as_ref(),
                        &people::provider(),
                        &returned.state,
                        returned.answer,
                    )
                    .await?;
                self.advanced(outcome);
                Ok(())
            }
            Page::Flow(step) => self.press(*step, actor).await,
            Page::End => Ok(()),
        }
    }

    async fn press(&mut self, step: FlowStep, actor: Option<Actor>) -> Result<(), Fault> {
        let (visitor, linking) = (Self::visitor(), &self.site.linking);
        let (acting, flow) = (actor.as_ref(), self.flow.unwrap());
        let outcome = match (step, acting) {
            (FlowStep::Judging, _) => {
                // The claim of a lost server is over after a while.
                self.site.clock.advance(CLAIM_LIFE);
                let view = linking.flow(&visitor, acting, flow).await?;
                self.page = match view {
                    Outcome::Done(view) => Page::Flow(Box::new(view.step)),
                    Outcome::Refused(_) => Page::Begin,
                };
                return Ok(());
            }
            (FlowStep::AtProvider | FlowStep::TryAgain(_) | FlowStep::SwitchingIdentity, _) => {
                linking.ask_again(&visitor, acting, flow).await?
            }
            (FlowStep::NotLinked { .. }, _) => {
                linking.agree(&visitor, acting, flow, "2026-03").await?
            }
            (FlowStep::Prove { .. }, _) => {
                let credentials = self.credentials(&self.passwords[0]).await;
                linking.prove(&visitor, acting, flow, credentials).await?
            }
            (FlowStep::Confirm { .. }, Some(actor)) => {
                linking.confirm(&visitor, actor, flow, "2026-03").await?
            }
            (FlowStep::ChooseContacts { .. }, Some(actor)) => {
                let ticked = [ContactKind::Email].into();
                linking
                    .choose_contacts(&visitor, actor, flow, &ticked)
                    .await?
            }
            _ => {
                self.page = Page::Begin;
                return Ok(());
            }
        };
        self.advanced(outcome);
        Ok(())
    }

    /// By password: the wanted one, where the change of it was done and its answer lost.
    async fn sign_in(&mut self) -> Result<(), Fault> {
        for text in self.passwords.clone() {
            let credentials = self.credentials(&text).await;
            let linking = &self.site.linking;
            let outcome = linking
                .sign_in_locally(&Self::visitor(), None, credentials)
                .await?;
            if self.entered(outcome).is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn begin(&mut self, actor: Option<Actor>) -> Result<(), Fault> {
        let visitor = Self::visitor();
        let order = match (self.wish, &actor) {
            // A sign-in over a link that was made already is the end too.
            (Wish::LinkFromProvider | Wish::LinkFromSettings | Wish::SignIn, Some(_))
                if self.site.links().await > 0 =>
            {
                self.page = Page::End;
                return Ok(());
            }
            (Wish::LinkFromProvider | Wish::SignIn, _) => StartOrder::SignIn,
            (Wish::Mistype, None) if !self.mistyped => {
                let credentials = self.credentials("guess").await;
                let outcome = self
                    .site
                    .linking
                    .sign_in_locally(&visitor, None, credentials)
                    .await?;
                assert_eq!(self.entered(outcome), Some(Refusal::WrongCredentials));
                self.mistyped = true;
                return Ok(());
            }
            (_, None) => return self.sign_in().await,
            (Wish::LinkFromSettings, Some(_)) => StartOrder::Link,
            (Wish::Mistype, Some(_)) => {
                self.page = Page::End;
                return Ok(());
            }
            (Wish::Unlink, Some(actor)) => {
                if self.site.links().await > 0 {
                    let linking = &self.site.linking;
                    let outcome = linking.unlink(&visitor, actor, &people::provider()).await?;
                    let refusal = self.entered(outcome);
                    assert_eq!(refusal, None);
                }
                self.page = Page::End;
                return Ok(());
            }
            (Wish::ChangePassword, Some(actor)) => {
                let wanted = Password::new(self.passwords[1].clone()).unwrap();
                let linking = &self.site.linking;
                let outcome = linking.change_password(&visitor, actor, wanted).await?;
                assert_eq!(self.entered(outcome), None);
                self.page = Page::End;
                return Ok(());
            }
            (Wish::SignOut, Some(actor)) => {
                self.site.linking.sign_out(actor).await?;
                self.secret = None;
                self.page = Page::End;
                return Ok(());
            }
        };
        let place = PlaceHint {
            region: people::sakhalin().code,
            organization: None,
        };
        let outcome = self
            .site
            .linking
            .start(&visitor, actor.as_ref(), order, &people::provider(), place)
            .await?;
        self.advanced(outcome);
        Ok(())
    }

    async fn go_on(&mut self, told: &str) {
        for _ in 0..PATIENCE {
            if self.is_done() {
                return;
            }
            self.request().await.unwrap();
        }
        panic!("{told}: never done: {:?}", self.page);
    }
}

/// Everything of before is away: what is linked or not, and an hour has passed.
async fn ready(site: &Site, wish: Wish, passwords: &[String; 2]) {
    let linked = matches!(wish, Wish::SignIn | Wish::Unlink);
    if (site.links().await > 0) != linked {
        let wish = if linked {
            Wish::LinkFromProvider
        } else {
            Wish::Unlink
        };
        let mut before = Walker::new(site, wish, passwords.clone());
        before.go_on("before").await;
    }
    site.clock.advance(TimeDelta::hours(25));
    let swept = site.stand.storage.sweep(site.clock.now(), 1000).await;
    swept.unwrap();
}

/// The end that the person came for.
async fn hold_end(walker: &Walker<'_>, told: &str) {
    let (site, actor) = (walker.site, walker.actor().await.unwrap());
    let links = site.links().await;
    let (signed_in, linked) = match walker.wish {
        Wish::LinkFromProvider | Wish::LinkFromSettings | Wish::SignIn => (true, 1),
        Wish::Unlink | Wish::ChangePassword | Wish::Mistype => (true, 0),
        Wish::SignOut => (false, 0),
    };
    assert_eq!((actor.is_some(), links), (signed_in, linked), "{told}");
    site.hold(told).await;
}

/// Cuts every request of a wish at every statement; says how many cuts that were.
async fn cut_everywhere(site: &Site, wish: Wish, passwords: &mut [String; 2]) -> usize {
    let mut cuts = 0;
    // Once for nothing: a browser that is known already is no change.
    ready(site, wish, passwords).await;
    Walker::new(site, wish, passwords.clone())
        .go_on("first")
        .await;
    turn(wish, passwords);
    for number in 0.. {
        // Whole, to learn what changes.
        ready(site, wish, passwords).await;
        let mut walker = Walker::new(site, wish, passwords.clone());
        for _ in 0..number {
            walker.request().await.unwrap();
        }
        if walker.is_done() {
            break;
        }
        let before = site.dump().await;
        walker.request().await.unwrap();
        let whole = changed(&before, &site.dump().await);
        walker.go_on("whole").await;
        hold_end(&walker, "whole").await;
        turn(wish, passwords);
        // Before the first one, then right behind each: what is there before a statement is what
        // was there behind the one before it.
        for cut in 0.. {
            let (through, edge) = match cut {
                0 => (0, Side::Before),
                behind => (behind - 1, Side::After),
            };
            let told = format!("{wish:?}, request {number}, {edge:?} statement {through}");
            ready(site, wish, passwords).await;
            let mut walker = Walker::new(site, wish, passwords.clone());
            for _ in 0..number {
                walker.request().await.unwrap();
            }
            let before = site.dump().await;
            let knife = &site.stand.storage.meter.knife;
            knife.set(through, edge);
            let answer = walker.request().await;
            if !knife.away() {
                answer.unwrap();
                walker.go_on(&told).await;
                turn(wish, passwords);
                break;
            }
            cuts += 1;
            let found = changed(&before, &site.dump().await);
            // Nothing but what is no change (a count that is forgotten, a claim that ends), or all
            // of it.
            let nothing = found.iter().all(|t| t == "attempt" || t == "flow");
            assert!(nothing || found == whole, "{told}: {found:?} of {whole:?}");
            site.hold(&told).await;
            walker.go_on(&told).await;
            hold_end(&walker, &told).await;
            turn(wish, passwords);
        }
    }
    cuts
}

/// After a change the new password is the one that works.
fn turn(wish: Wish, passwords: &mut [String; 2]) {
    if wish == Wish::ChangePassword {
        passwords.swap(0, 1);
    }
}

#[test]
fn i3_a_cut_at_each_statement_in_turn_leaves_nothing_half_done() {
    linking_testkit::run(async {
        let mut cuts = BTreeMap::new();
        for wish in [
            Wish::LinkFromProvider,
            Wish::LinkFromSettings,
            Wish::SignIn,
            Wish::Unlink,
            Wish::ChangePassword,
            Wish::SignOut,
            Wish::Mistype,
        ] {
            let site = Site::open().await;
            let mut passwords = ["речка и горка 0".to_owned(), "горка и река 7".to_owned()];
            let found = cut_everywhere(&site, wish, &mut passwords).await;
            cuts.insert(format!("{wish:?}"), found);
        }
        // Else nothing was cut.
        assert!(cuts.values().all(|found| *found > 5), "{cuts:?}");
        assert!(cuts.values().sum::<usize>() > 100, "{cuts:?}");
    });
}
