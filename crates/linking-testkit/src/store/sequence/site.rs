//! One store with the site over it.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use linking_core::{
    audit::{Act, AuditRecord, By},
    ids::{AccountId, FlowId, Id, OrganizationId},
    person::{Login, PatronymicRule},
    policy::{IdentitySharing, LinkWays, Policy, PolicyBook, SignInForm},
    ports::{Clock as _, IdSource as _, NewPerson, Store},
    provider::{Prompt, ProviderIdentity, Switch},
    secret::{Password, Secret256},
    session::{Actor, AgentLabel, Network, Visitor},
    usecase::{
        Advance, ConnectedProvider, Fault, Linking, LocalCredentials, NewSession, Outcome, Ports,
    },
};

use crate::store::ConformingStore;
use crate::{
    CountedIds, FixedClock, PlainHasher, ScriptedPeer, ScriptedProvider, SeededRandom, TestVault,
    people,
};

/// One store with the site over it.
pub(super) struct Site {
    pub(super) store: Arc<dyn ConformingStore>,
    pub(super) linking: Linking,
    pub(super) clock: Arc<FixedClock>,
    pub(super) peer: Arc<ScriptedPeer>,
    pub(super) ids: CountedIds,
    pub(super) secrets: [Option<Secret256>; 2],
    /// Everything that was ever a session's secret: old ones must find nothing.
    pub(super) old: Vec<Secret256>,
    pub(super) flows: Vec<FlowId>,
    pub(super) trips: Vec<Prompt>,
    pub(super) passwords: BTreeMap<String, String>,
    /// Ids that the store gave, with the names that stand for them.
    pub(super) names: BTreeMap<String, String>,
    pub(super) people: Vec<NewPerson>,
}

pub(super) fn visitor(browser: u8) -> Visitor {
    Visitor {
        computer: linking_core::session::Computer::Own,
        browser_by_other_keys: Vec::new(),
        browser: linking_core::ports::Tag::new(1, [browser + 1; 32]),
        network: Network::of([192, 0, 2, browser + 1].into()),
        agent: AgentLabel::new("Chrome, Windows"),
        request: None,
    }
}

impl Site {
    pub(super) async fn over(store: Arc<dyn ConformingStore>) -> Self {
        let clock = Arc::new(FixedClock::default());
        let peer = Arc::new(ScriptedPeer::default());
        let port: Arc<dyn Store> = store.clone();
        let ports = Ports {
            store: port,
            hasher: Arc::new(PlainHasher::default()),
            vault: Arc::new(TestVault),
            clock: clock.clone(),
            // Far from what a store under test may count itself.
            ids: Arc::new(CountedIds::starting_at(1 << 52)),
            random: Arc::new(SeededRandom::new(11)),
        };
        let connected = ConnectedProvider {
            adapter: Arc::new(ScriptedProvider::new(peer.clone())),
            consent: people::consent_text().into(),
        };
        let policy = Policy {
            providers: [people::provider()].into(),
            link_ways: LinkWays::Both,
            identity_sharing: IdentitySharing::OneAccountPerIdentity,
            contact_choice: Switch::On,
            patronymic: PatronymicRule::MustAgree,
            sign_in_form: SignInForm::LocalFirst,
        };
        let providers = BTreeMap::from([(people::provider(), connected)]);
        let mut site = Self {
            linking: Linking::new(ports, providers, PolicyBook::new(policy)),
            store,
            clock,
            peer,
            ids: CountedIds::starting_at(1 << 50),
            secrets: [None, None],
            old: Vec::new(),
            flows: Vec::new(),
            trips: Vec::new(),
            passwords: BTreeMap::new(),
            names: BTreeMap::new(),
            people: people::everybody(),
        };
        let audits = [site.command(Act::Imported), site.command(Act::Imported)];
        let [first, second] = audits;
        site.store
            .put_organizations(people::organizations(), first)
            .await
            .unwrap();
        site.store
            .put_people(people::everybody(), second)
            .await
            .unwrap();
        let audit = site.command(Act::Imported);
        site.store
            .put_guardianships(people::guardianships(), audit)
            .await
            .unwrap();
        for person in 0..3 {
            site.print(person, "right").await;
        }
        site.learn_names().await;
        site
    }

    /// Which name stands for which id of this store.
    pub(super) async fn learn_names(&mut self) {
        for person in self.people.clone() {
            let found = self
                .store
                .account_by_login(&person.login)
                .await
                .unwrap()
                .unwrap();
            let name = format!("<{}>", person.login.as_str());
            self.names
                .insert(found.account().id.uuid().simple().to_string(), name);
            for membership in &found.memberships {
                let organization = &membership.organization;
                let name = format!("<{}>", organization.external_id.as_str());
                self.names
                    .insert(organization.id.uuid().simple().to_string(), name);
                let name = format!("<{} of {}>", membership.role.code(), person.login.as_str());
                self.names
                    .insert(membership.id.uuid().simple().to_string(), name);
            }
        }
    }

    pub(super) fn command(&self, act: Act) -> AuditRecord {
        AuditRecord {
            id: Id::from_uuid(self.ids.next()),
            at: self.clock.now(),
            by: By::Operator,
            act,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        }
    }

    /// A text with the names of this store's ids.
    pub(super) fn told(&self, value: &impl Debug) -> String {
        let text = format!("{value:?}");
        self.names
            .iter()
            .fold(text, |text, (id, name)| text.replace(id, name))
    }

    pub(super) fn login(&self, person: u8) -> Login {
        self.people[usize::from(person)].login.clone()
    }

    pub(super) async fn account(&self, person: u8) -> AccountId {
        let found = self
            .store
            .account_by_login(&self.login(person))
            .await
            .unwrap();
        found.unwrap().account().id
    }

    pub(super) fn identity(&self, person: u8) -> ProviderIdentity {
        let login = self.login(person);
        let mut claims = people::claims_of(&people::everybody()[usize::from(person)].profile);
        claims.contacts = Some(vec![
            people::verified(people::mobile("+7 914 000-00-01")),
            people::verified(people::email(&format!("{}@example.ru", login.as_str()))),
        ]);
        ProviderIdentity {
            authenticated_at: Some(self.clock.now()),
            ..people::identity(login.as_str(), claims)
        }
    }

    pub(super) async fn credentials(&self, person: u8, right: bool) -> LocalCredentials {
        let login = self.login(person);
        let found = self.store.account_by_login(&login).await.unwrap().unwrap();
        let organization: OrganizationId = found.first_membership().unwrap().organization.id;
        let text = match (right, self.passwords.get(login.as_str())) {
            (true, Some(text)) => text.clone(),
            _ => "wrong".to_owned(),
        };
        LocalCredentials {
            organization,
            login,
            password: Password::new(text).expect("it is not empty"),
        }
    }

    pub(super) async fn actor(&self, browser: u8) -> Option<Actor> {
        let secret = self.secrets[usize::from(browser)].clone()?;
        self.linking
            .actor(&visitor(browser), &secret)
            .await
            .unwrap()
    }

    pub(super) fn keep(&mut self, browser: u8, session: Option<&NewSession>) {
        if let Some(session) = session {
            self.old.push(session.secret.clone());
            self.secrets[usize::from(browser)] = Some(session.secret.clone());
        }
    }

    pub(super) fn advanced(
        &mut self,
        browser: u8,
        outcome: &Result<Outcome<Advance>, Fault>,
    ) -> String {
        let told = self.told(outcome);
        if let Ok(Outcome::Done(advance)) = outcome {
            self.keep(browser, advance.session.as_ref());
            self.trips.extend(advance.prompt.clone());
            let id = advance.view.id;
            self.flows.retain(|known| *known != id);
            self.flows.push(id);
        }
        told
    }

    pub(super) fn entered(
        &mut self,
        browser: u8,
        outcome: &Result<Outcome<NewSession>, Fault>,
    ) -> String {
        if let Ok(Outcome::Done(session)) = outcome {
            self.keep(browser, Some(session));
        }
        self.told(outcome)
    }

    /// One of the newest flows.
    pub(super) fn flow(&self, back: u8) -> Option<FlowId> {
        self.flows.iter().rev().nth(back.into()).copied()
    }
}
