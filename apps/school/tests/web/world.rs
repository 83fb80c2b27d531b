//! A whole installation in memory: a region, two schools, an authority, their people, a provider
//! whose answers the code names, a clock that stands until it is moved.

mod people;
mod postgres;
mod provider;
mod vault;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use linking_core::{
    account::{Contact, ContactValue, PasswordHash, Source},
    audit::{Act, AuditRecord, By, HistoryLine},
    change::{ChangeSet, Write},
    ids::{AccountId, Id, OrganizationId},
    link::Link,
    policy::{Policy, PolicyBook},
    ports::{
        Clock, Directory, HashError, HashVerdict, IdSource, MailError, Mailer, OrganizationSearch,
        OutgoingLetter, PasswordHasher, Store,
    },
    provider::{AnswerIssuer, HttpsUrl, ProviderId},
    region::OrganizationType,
    secret::Password,
    time::Timestamp,
    usecase::{ConnectedProvider, Linking, Ports},
};
use linking_crypto::{SystemRandom, UuidV7Source};
use linking_school::{
    i18n::{Args, Catalogue, Language, Texts},
    post::Post,
    router::router,
    settings::{Settings, Sources},
    web::{
        origin::WebOrigin,
        state::{AppParts, AppState, ProviderSite, SiteSettings},
    },
};
use linking_storage::{Counts, Location, Storage};

pub(crate) use self::provider::CodedProvider;
use self::{people::seed, vault::ChangingVault};

/// Where the installation is reached.
pub(crate) const ORIGIN: &str = "http://localhost:8080";
/// Where the provider is.
pub(crate) const PROVIDER: &str = "https://esia.test";

/// Everybody's password.
pub(crate) const PASSWORD: &str = "горка-и-река-7";

/// A clock that stands.
#[derive(Debug)]
pub(crate) struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        DateTime::<Utc>::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A hasher that hashes nothing, and counts.
#[derive(Debug, Default)]
pub(crate) struct PlainHasher {
    hashed: AtomicU64,
    /// Every place of the pool is taken.
    pub(crate) busy: AtomicBool,
    /// A hash takes as long as this stands.
    pub(crate) held: AtomicBool,
    /// How many passwords came to be looked at.
    pub(crate) entered: AtomicU64,
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        self.hashed.fetch_add(1, Ordering::SeqCst);
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<HashVerdict, HashError> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(HashError::Busy);
        }
        self.entered.fetch_add(1, Ordering::SeqCst);
        while self.held.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        self.hashed.fetch_add(1, Ordering::SeqCst);
        let right = format!("plain:{}", password.expose());
        Ok(match stored {
            Some(stored) if stored.expose() == right => HashVerdict::Match,
            _ => HashVerdict::Mismatch,
        })
    }
}

/// Takes letters.
#[derive(Debug, Default)]
struct Mailbox(Mutex<Vec<OutgoingLetter>>);

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        self.0.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

/// The installation.
pub(crate) struct World {
    pub(crate) app: Router,
    /// A second server over the same database, with connections of its own; none over memory.
    pub(crate) twin: Option<Router>,
    pub(crate) storage: Arc<Storage>,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) vault: Arc<ChangingVault>,
    pub(crate) provider: Arc<CodedProvider>,
    /// A second stand of the same kind, which promises to name itself in its answers.
    pub(crate) second: Arc<CodedProvider>,
    pub(crate) hasher: Arc<PlainHasher>,
    mailbox: Arc<Mailbox>,
    post: Post,
    pub(crate) school: OrganizationId,
    pub(crate) other_school: OrganizationId,
    pub(crate) hostile_school: OrganizationId,
    pub(crate) authority: OrganizationId,
}

/// The name of the second stand; a policy has to switch it on.
pub(crate) fn second_stand() -> ProviderId {
    "gosuslugi-test".parse().unwrap()
}

pub(crate) fn gosuslugi() -> ProviderId {
    "gosuslugi".parse().unwrap()
}

fn settings(more: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("svyazka.toml");
    let text = format!(
        "preset = \"setevoy-gorod\"\nprofile = \"demo\"\npublic-address = \"{ORIGIN}\"\n\
         listen = \"127.0.0.1:8080\"\ntrusted-proxies = [\"127.0.0.1\"]\n\
         [diary]\noperator = \"Министерство образования Сахалинской области\"\n\
         [database]\npath = \"/nowhere\"\n[vault]\nkey-file = \"/nowhere\"\n\
         [policy]\nproviders = []\n\
         [consents.gosuslugi-test]\nversion = \"2026-11\"\n{more}"
    );
    std::fs::write(&file, text).unwrap();
    Settings::load(&Sources {
        file: Some(file),
        variables: BTreeMap::new(),
    })
    .unwrap()
}

impl World {
    /// The installation of the preset.
    pub(crate) async fn new() -> Self {
        Self::with("", |_| {}).await
    }

    /// The installation with more in its settings.
    pub(crate) async fn with_settings(more: &str) -> Self {
        Self::with(more, |_| {}).await
    }

    /// The installation with letters.
    pub(crate) async fn with_letters() -> Self {
        Self::made("", |_| {}, true, Location::Memory).await
    }

    /// The installation with a changed policy.
    pub(crate) async fn with_policy(change: impl FnOnce(&mut Policy)) -> Self {
        Self::with("", change).await
    }

    /// The installation where one network may begin so many ways to a provider in a minute.
    pub(crate) async fn with_starts(in_a_minute: u32) -> Self {
        let more = format!("[limits]\nstarts-per-minute = {in_a_minute}\n");
        Self::with(&more, |_| {}).await
    }

    async fn with(more: &str, change: impl FnOnce(&mut Policy)) -> Self {
        Self::made(more, change, false, Location::Memory).await
    }

    /// The installation with two servers over one PostgreSQL.
    pub(crate) async fn with_two_servers() -> Self {
        Self::made("", |_| {}, false, postgres::fresh().await).await
    }

    async fn made(
        more: &str,
        change: impl FnOnce(&mut Policy),
        writes_letters: bool,
        location: Location,
    ) -> Self {
        let start: Timestamp = "2026-03-14T03:12:00Z".parse().unwrap();
        let clock = Arc::new(StandingClock(AtomicI64::new(start.timestamp_millis())));
        let vault = Arc::new(ChangingVault::new());
        let ids: Arc<dyn IdSource> = Arc::new(UuidV7Source);
        let storage = Storage::open(&location, vault.clone(), ids.clone())
            .await
            .unwrap();
        storage.migrate().await.unwrap();
        let storage = Arc::new(storage);
        let settings = settings(more);
        let hasher = Arc::new(PlainHasher::default());
        let provider = Arc::new(CodedProvider::new());
        let second = Arc::new(CodedProvider::named(
            second_stand(),
            "https://second.test/",
            AnswerIssuer::Promised,
        ));
        seed(&storage, &hasher, start).await;
        let find = async |name: &str, kind| -> OrganizationId {
            let search = OrganizationSearch {
                region: "65".parse().unwrap(),
                locality: None,
                kind,
                words: name.to_owned(),
                limit: 20,
            };
            storage.organizations(&search).await.unwrap().first[0].id
        };
        let school = find("30", OrganizationType::School).await;
        let other_school = find("13", OrganizationType::School).await;
        let hostile_school = find("onerror", OrganizationType::School).await;
        let authority = find("управление", OrganizationType::Authority).await;
        let consent = settings.consents.texts(&gosuslugi()).unwrap();
        let mut policy = settings.policies.preset().clone();
        policy.providers.insert(gosuslugi());
        change(&mut policy);
        let linking_over = |storage: &Arc<Storage>| {
            Linking::new(
                Ports {
                    store: storage.clone(),
                    hasher: hasher.clone(),
                    vault: vault.clone(),
                    clock: clock.clone(),
                    ids: ids.clone(),
                    random: Arc::new(SystemRandom),
                },
                BTreeMap::from([
                    (
                        gosuslugi(),
                        ConnectedProvider {
                            adapter: provider.clone(),
                            consent: consent.clone(),
                        },
                    ),
                    (
                        second_stand(),
                        ConnectedProvider {
                            adapter: second.clone(),
                            consent: consent.clone(),
                        },
                    ),
                ]),
                PolicyBook::new(policy.clone()),
            )
        };
        let linking = linking_over(&storage);
        let home: HttpsUrl = format!("{PROVIDER}/").parse().unwrap();
        let site = ProviderSite {
            origins: vec![WebOrigin::of(&home).unwrap()],
            home: Some(home),
        };
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let common = Args::new()
            .with("diary", "Сетевой Город")
            .with("into", "в Сетевой Город");
        let mailbox = Arc::new(Mailbox::default());
        let post = Post {
            linking: linking.clone(),
            outbox: storage.clone(),
            mailer: mailbox.clone(),
            texts: Texts::new(catalogue.clone(), Language::Russian, common),
            address: settings.public_address.clone(),
        };
        let mut site = SiteSettings::of(
            &settings,
            BTreeMap::from([(gosuslugi(), site.clone()), (second_stand(), site)]),
        );
        site.writes_letters = writes_letters;
        let app_over = |storage: &Arc<Storage>, linking| {
            router(AppState::new(AppParts {
                linking,
                directory: storage.clone(),
                repeats: storage.clone(),
                catalogue: catalogue.clone(),
                site: site.clone(),
            }))
        };
        let twin = match location {
            Location::Memory | Location::File(_) => None,
            Location::Postgres(_) => {
                let storage = Storage::open(&location, vault.clone(), ids.clone()).await;
                let storage = Arc::new(storage.unwrap());
                Some(app_over(&storage, linking_over(&storage)))
            }
        };
        Self {
            app: app_over(&storage, linking),
            twin,
            storage,
            clock,
            vault,
            provider,
            second,
            hasher,
            mailbox,
            post,
            school,
            other_school,
            hostile_school,
            authority,
        }
    }

    /// Sends what is due; gives the letters.
    pub(crate) async fn letters(&self) -> Vec<OutgoingLetter> {
        while self.post.round().await.unwrap() > 0 {}
        std::mem::take(&mut *self.mailbox.0.lock().unwrap())
    }

    /// The one letter that is due.
    pub(crate) async fn letter(&self) -> OutgoingLetter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// The school writes an e-mail into a profile, in place of the one that was there.
    pub(crate) async fn give_email(&self, login: &str, address: &str) {
        let value = ContactValue::Email(address.parse().unwrap());
        self.give_contact(login, value).await;
    }

    /// Opens further organisations, so that they have to be searched for.
    pub(crate) async fn open(&self, kind: OrganizationType, count: u16) {
        people::open(&self.storage, kind, count, self.clock.now()).await;
    }

    /// The school writes a telephone number into a profile.
    pub(crate) async fn give_home_phone(&self, login: &str) {
        let value = ContactValue::Home("+74242123456".parse().unwrap());
        self.give_contact(login, value).await;
    }

    async fn give_contact(&self, login: &str, value: ContactValue) {
        let login = login.parse().unwrap();
        let sheet = self
            .storage
            .account_by_login(&login)
            .await
            .unwrap()
            .unwrap();
        let mut account = sheet.account().clone();
        let at = self.clock.now();
        let kind = value.kind();
        let contacts = &mut account.profile.contacts;
        contacts.retain(|c| c.source != Source::School || c.value.kind() != kind);
        contacts.push(Contact {
            value,
            source: Source::School,
            at,
        });
        let audit = AuditRecord {
            id: Id::from_uuid(UuidV7Source.next()),
            at,
            by: By::Operator,
            act: Act::Imported,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        };
        let change = ChangeSet::new(audit).write(Write::PutAccount {
            account: Box::new(account),
            read: sheet.account.version,
        });
        self.storage.commit(change).await.unwrap();
    }

    /// Moves the clock.
    pub(crate) fn pass(&self, span: TimeDelta) {
        self.clock
            .0
            .fetch_add(span.num_milliseconds(), Ordering::SeqCst);
    }

    pub(crate) async fn account(&self, login: &str) -> AccountId {
        let login = login.parse().unwrap();
        let sheet = self.storage.account_by_login(&login).await.unwrap();
        sheet.unwrap().account().id
    }

    pub(crate) async fn links(&self, login: &str) -> Vec<Link> {
        let account = self.account(login).await;
        self.storage.links_of(account).await.unwrap()
    }

    pub(crate) async fn history(&self, login: &str) -> Vec<HistoryLine> {
        let account = self.account(login).await;
        self.storage.history(account, None, 100).await.unwrap()
    }

    pub(crate) async fn contacts(&self, login: &str) -> Vec<String> {
        let login = login.parse().unwrap();
        let sheet = self
            .storage
            .account_by_login(&login)
            .await
            .unwrap()
            .unwrap();
        let contacts = &sheet.account().profile.contacts;
        contacts
            .iter()
            .map(|contact| contact.value.kind().code().to_owned())
            .collect()
    }

    pub(crate) async fn sessions(&self, login: &str) -> usize {
        let account = self.account(login).await;
        self.storage.sessions_of(account).await.unwrap().len()
    }

    pub(crate) fn hashes(&self) -> u64 {
        self.hasher.hashed.load(Ordering::SeqCst)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.storage.statements()
    }
}
