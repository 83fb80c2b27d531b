//! A whole installation in memory: a region, two schools, an authority, their people, a provider
//! whose answers the code names, a clock that stands until it is moved.

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
    account::{
        AccountStatus, ContactValue, LocalPassword, PasswordHash, PasswordOrigin, Profile, Role,
        Source, Sourced,
    },
    audit::{Act, AuditRecord, By, HistoryLine},
    ids::{AccountId, Id, OrganizationId},
    link::Link,
    person::{BirthDate, Gender, RegisteredName, Snils},
    policy::{Policy, PolicyBook},
    ports::{
        Clock, Directory, HashError, HashVerdict, IdSource, IdentityProvider, NewMembership,
        NewOrganization, NewPassword, NewPerson, OrganizationSearch, PasswordHasher, Register,
        Store,
    },
    provider::{
        Answer, AssuranceLevel, Begin, Claims, CodeBinding, ContactClaim, Decline, HttpsUrl,
        IdentityKey, LegalKind, Manifest, Prompt, ProviderError, ProviderErrorKind, ProviderId,
        ProviderIdentity, ProviderState, Resume, Step, SubjectStability, Switch, Verification,
    },
    region::{OrganizationType, Region, ZoneOffset},
    secret::Password,
    time::Timestamp,
    usecase::{ConnectedProvider, Linking, Ports},
};
use linking_crypto::{KeyVault, SystemRandom, UuidV7Source};
use linking_school::{
    i18n::Catalogue,
    router::router,
    settings::{Settings, Sources},
    web::{
        origin::WebOrigin,
        state::{AppParts, AppState, ProviderSite, SiteSettings},
    },
};
use linking_storage::{Counts, Location, Storage};

/// Where the installation is reached.
pub(crate) const ORIGIN: &str = "http://localhost:8080";
/// Where the provider is.
pub(crate) const PROVIDER: &str = "https://esia.test";

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
pub(crate) struct PlainHasher(AtomicU64);

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<HashVerdict, HashError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let right = format!("plain:{}", password.expose());
        Ok(match stored {
            Some(stored) if stored.expose() == right => HashVerdict::Match,
            _ => HashVerdict::Mismatch,
        })
    }
}

/// A person at the provider.
#[derive(Debug, Clone)]
pub(crate) struct Persona {
    pub(crate) subject: &'static str,
    pub(crate) name: (&'static str, &'static str, &'static str),
    pub(crate) snils: Option<&'static str>,
    pub(crate) birth: Option<&'static str>,
    pub(crate) contacts: Vec<ContactValue>,
    pub(crate) level: AssuranceLevel,
}

/// A provider whose code names the persona, or what goes wrong.
#[derive(Debug)]
pub(crate) struct CodedProvider {
    manifest: Manifest,
    personas: Mutex<BTreeMap<String, Persona>>,
    pub(crate) down: AtomicBool,
    /// How old the signed sign-in time is, in seconds; none is signed below zero.
    pub(crate) signed_ago: AtomicI64,
    pub(crate) calls: AtomicU64,
}

#[async_trait]
impl IdentityProvider for CodedProvider {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn begin(&self, begin: Begin) -> Result<Step, ProviderError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(ProviderError::new(ProviderErrorKind::Unavailable, "down"));
        }
        let address = format!("{PROVIDER}/ac?state={}", begin.ticket.as_uuid());
        Ok(Step::Ask {
            prompt: Prompt::Redirect {
                to: address.parse().unwrap(),
            },
            state: ProviderState::new(b"kept".to_vec()),
        })
    }

    async fn advance(&self, resume: Resume) -> Result<Step, ProviderError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let Answer::Callback(params) = resume.answer else {
            return Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, "kind"));
        };
        if params.get("error").is_some() {
            return Ok(Step::Declined(Decline::ByPerson));
        }
        let code = params.get("code").unwrap_or_default();
        match code {
            "down" => {
                return Err(ProviderError::new(ProviderErrorKind::Unavailable, "slow"));
            }
            "forged" => {
                let cause = "the signature does not fit";
                return Err(ProviderError::new(ProviderErrorKind::AnswerInvalid, cause));
            }
            "low" => return Ok(Step::Declined(Decline::AssuranceTooLow)),
            _ => {}
        }
        let personas = self.personas.lock().unwrap();
        let persona = personas.get(code.split('.').next().unwrap()).unwrap();
        let ago = self.signed_ago.load(Ordering::SeqCst);
        let today = resume.now.date_naive();
        let (surname, given, patronymic) = persona.name;
        Ok(Step::Verified(Box::new(ProviderIdentity {
            key: IdentityKey {
                issuer: self.manifest.issuer.clone(),
                subject: persona.subject.parse().unwrap(),
            },
            assurance: persona.level,
            claims: Claims {
                name: Some(RegisteredName::from_record(surname, given, patronymic)),
                snils: persona.snils.map(|text| Snils::parse(text).unwrap()),
                birth_date: persona
                    .birth
                    .map(|text| BirthDate::parse(text, today).unwrap()),
                gender: None,
                contacts: persona
                    .contacts
                    .iter()
                    .map(|value| ContactClaim {
                        value: value.clone(),
                        verification: Verification::Verified,
                    })
                    .collect(),
            },
            authenticated_at: (ago >= 0).then(|| resume.now - TimeDelta::seconds(ago)),
            methods: Vec::new(),
        })))
    }

    fn sign_out(&self, return_to: &HttpsUrl) -> Option<HttpsUrl> {
        format!("{PROVIDER}/logout?redirect_url={}", return_to.as_str())
            .parse()
            .ok()
    }
}

/// The installation.
pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) storage: Arc<Storage>,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) provider: Arc<CodedProvider>,
    pub(crate) hasher: Arc<PlainHasher>,
    pub(crate) school: OrganizationId,
    pub(crate) authority: OrganizationId,
}

pub(crate) fn gosuslugi() -> ProviderId {
    "gosuslugi".parse().unwrap()
}

fn region() -> Region {
    Region {
        code: "65".parse().unwrap(),
        name: "Сахалинская область".parse().unwrap(),
        offset: ZoneOffset::from_minutes(660).unwrap(),
    }
}

fn record(what: u128, at: Timestamp) -> AuditRecord {
    AuditRecord {
        id: Id::from_uuid(uuid::Uuid::from_u128(what)),
        at,
        by: By::Operator,
        act: Act::Imported,
        flow: None,
        agent: None,
        concerns: Vec::new(),
    }
}

/// A person of a school.
pub(crate) struct Person {
    pub(crate) login: &'static str,
    pub(crate) password: Option<&'static str>,
    pub(crate) name: RegisteredName,
    pub(crate) snils: Option<&'static str>,
    pub(crate) birth: Option<&'static str>,
    pub(crate) role: Role,
    pub(crate) place: &'static str,
    pub(crate) status: AccountStatus,
}

fn person(login: &'static str, name: (&str, &str, &str), role: Role) -> Person {
    Person {
        login,
        password: Some("горка-и-река-7"),
        name: RegisteredName::from_record(name.0, name.1, name.2),
        snils: None,
        birth: None,
        role,
        place: "30",
        status: AccountStatus::Active,
    }
}

fn people() -> Vec<Person> {
    vec![
        Person {
            snils: Some("112-233-445 95"),
            birth: Some("1990-04-23"),
            ..person(
                "dmitrieva30",
                ("Дмитриева", "Светлана", "Вадимовна"),
                Role::Teacher,
            )
        },
        Person {
            birth: Some("2014-05-01"),
            ..person("petrov_kid", ("Петров", "Иван", "Олегович"), Role::Pupil)
        },
        Person {
            birth: Some("1985-02-03"),
            ..person("petrova_mum", ("Петрова", "Анна", "Игоревна"), Role::Parent)
        },
        Person {
            status: AccountStatus::Blocked,
            ..person("blocked30", ("Закрытый", "Павел", "Ильич"), Role::Teacher)
        },
        Person {
            status: AccountStatus::Archived,
            ..person("archived30", ("Ушедший", "Пётр", "Ильич"), Role::Teacher)
        },
        Person {
            place: "13",
            ..person("other13", ("Чужой", "Егор", "Ильич"), Role::Teacher)
        },
        Person {
            password: None,
            ..person(
                "nopassword",
                ("Беспарольный", "Илья", "Ильич"),
                Role::Teacher,
            )
        },
        Person {
            place: "authority",
            ..person(
                "officer65",
                ("Начальникова", "Ольга", "Петровна"),
                Role::AuthorityOfficer,
            )
        },
        person("second30", ("Вторая", "Мария", "Ивановна"), Role::Teacher),
    ]
}

fn personas() -> BTreeMap<String, Persona> {
    let plain = |subject, name| Persona {
        subject,
        name,
        snils: None,
        birth: None,
        contacts: Vec::new(),
        level: AssuranceLevel::Verified,
    };
    let svetlana = ("Дмитриева", "Светлана", "Вадимовна");
    let contacts = vec![
        ContactValue::Mobile("+79001234567".parse().unwrap()),
        ContactValue::Email("svetlana@yandex.ru".parse().unwrap()),
    ];
    [
        (
            "svetlana",
            Persona {
                snils: Some("112-233-445 95"),
                birth: Some("1990-04-23"),
                contacts: contacts.clone(),
                ..plain("1000001", svetlana)
            },
        ),
        ("bare", plain("1000001", svetlana)),
        (
            "otherwise",
            plain("1000002", ("Кузнецова", "Светлана", "Вадимовна")),
        ),
        (
            "othersnils",
            Persona {
                snils: Some("087-654-303 00"),
                ..plain("1000003", svetlana)
            },
        ),
        (
            "otherbirth",
            Persona {
                birth: Some("1991-04-23"),
                ..plain("1000004", svetlana)
            },
        ),
        (
            "mum",
            Persona {
                birth: Some("1985-02-03"),
                ..plain("1000005", ("Петрова", "Анна", "Игоревна"))
            },
        ),
        (
            "kid",
            Persona {
                birth: Some("2014-05-01"),
                level: AssuranceLevel::Child,
                ..plain("1000006", ("Петров", "Иван", "Олегович"))
            },
        ),
        (
            "twin",
            Persona {
                snils: Some("112-233-445 95"),
                ..plain("1000007", svetlana)
            },
        ),
        (
            "hostile",
            plain(
                "1000008",
                ("<script>alert(1)</script>", "\"><img src=x>", ""),
            ),
        ),
    ]
    .map(|(code, persona)| (code.to_owned(), persona))
    .into()
}

fn settings() -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("svyazka.toml");
    let text = format!(
        "preset = \"setevoy-gorod\"\nprofile = \"demo\"\npublic-address = \"{ORIGIN}\"\n\
         listen = \"127.0.0.1:8080\"\ntrusted-proxies = [\"127.0.0.1\"]\n\
         [diary]\noperator = \"Министерство образования Сахалинской области\"\n\
         [database]\npath = \"/nowhere\"\n[vault]\nkey-file = \"/nowhere\"\n\
         [policy]\nproviders = []\n"
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
        Self::with(|_| {}).await
    }

    /// The installation with a changed policy.
    pub(crate) async fn with_policy(change: impl FnOnce(&mut Policy)) -> Self {
        Self::with(change).await
    }

    async fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let start: Timestamp = "2026-03-14T03:12:00Z".parse().unwrap();
        let clock = Arc::new(StandingClock(AtomicI64::new(start.timestamp_millis())));
        let vault = KeyVault::from_text(KeyVault::generate(&SystemRandom).expose()).unwrap();
        let vault = Arc::new(vault);
        let ids: Arc<dyn IdSource> = Arc::new(UuidV7Source);
        let storage = Storage::open(&Location::Memory, vault.clone(), ids.clone())
            .await
            .unwrap();
        storage.migrate().await.unwrap();
        let storage = Arc::new(storage);
        let settings = settings();
        let hasher = Arc::new(PlainHasher::default());
        let provider = Arc::new(CodedProvider {
            manifest: Manifest {
                id: gosuslugi(),
                issuer: "https://esia.test/".parse().unwrap(),
                vouches: Vec::new(),
                subjects: SubjectStability::Permanent,
                code_bindings: vec![CodeBinding::StateInCode],
                forced_sign_in: Switch::Off,
                sign_out: Switch::On,
                legal_kind: LegalKind::State,
            },
            personas: Mutex::new(personas()),
            down: AtomicBool::new(false),
            signed_ago: AtomicI64::new(10),
            calls: AtomicU64::new(0),
        });
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
        let authority = find("управление", OrganizationType::Authority).await;
        let consent = settings
            .consents
            .current(&gosuslugi())
            .unwrap()
            .text
            .clone();
        let mut policy = settings.policies.preset().clone();
        policy.providers.insert(gosuslugi());
        change(&mut policy);
        let linking = Linking::new(
            Ports {
                store: storage.clone(),
                hasher: hasher.clone(),
                vault,
                clock: clock.clone(),
                ids,
                random: Arc::new(SystemRandom),
            },
            BTreeMap::from([(
                gosuslugi(),
                ConnectedProvider {
                    adapter: provider.clone(),
                    consent,
                },
            )]),
            PolicyBook::new(policy),
        );
        let home: HttpsUrl = format!("{PROVIDER}/").parse().unwrap();
        let site = ProviderSite {
            origins: vec![WebOrigin::of(&home).unwrap()],
            home: Some(home),
        };
        let state = AppState::new(AppParts {
            linking,
            directory: storage.clone(),
            catalogue: Arc::new(Catalogue::embedded().unwrap()),
            site: SiteSettings::of(&settings, BTreeMap::from([(gosuslugi(), site)])),
        });
        Self {
            app: router(state),
            storage,
            clock,
            provider,
            hasher,
            school,
            authority,
        }
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
        self.hasher.0.load(Ordering::SeqCst)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.storage.statements()
    }
}

async fn seed(storage: &Storage, hasher: &PlainHasher, now: Timestamp) {
    let organization = |id: &str, name: &str, kind| NewOrganization {
        region: region(),
        external_id: id.parse().unwrap(),
        locality: "Луговое".parse().unwrap(),
        name: name.parse().unwrap(),
        kind,
    };
    let schools = vec![
        organization("30", "МБОУ СОШ № 30 п/р Луговое", OrganizationType::School),
        organization("13", "МБОУ СОШ № 13 п/р Луговое", OrganizationType::School),
        organization(
            "authority",
            "Управление образования Южно-Сахалинска",
            OrganizationType::Authority,
        ),
    ];
    storage
        .put_organizations(schools, record(1, now))
        .await
        .unwrap();
    let all = people();
    let sourced = |value| Sourced {
        value,
        source: Source::School,
        at: now,
    };
    let today = now.date_naive();
    let batch = all
        .iter()
        .map(|person| NewPerson {
            login: person.login.parse().unwrap(),
            status: person.status,
            profile: Profile {
                name: sourced(person.name.clone()),
                birth_date: person.birth.map(|text| Sourced {
                    value: BirthDate::parse(text, today).unwrap(),
                    source: Source::School,
                    at: now,
                }),
                snils: person.snils.map(|text| Sourced {
                    value: Snils::parse(text).unwrap(),
                    source: Source::School,
                    at: now,
                }),
                gender: Some(Sourced {
                    value: Gender::Female,
                    source: Source::School,
                    at: now,
                }),
                contacts: Vec::new(),
            },
            memberships: vec![NewMembership {
                region: "65".parse().unwrap(),
                organization: person.place.parse().unwrap(),
                role: person.role,
                class: None,
            }],
        })
        .collect();
    storage.put_people(batch, record(2, now)).await.unwrap();
    let family = vec![(
        "petrova_mum".parse().unwrap(),
        "petrov_kid".parse().unwrap(),
    )];
    storage
        .put_guardianships(family, record(3, now))
        .await
        .unwrap();
    let mut passwords = Vec::new();
    for person in &all {
        let Some(text) = person.password else {
            continue;
        };
        let sheet = storage
            .account_by_login(&person.login.parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        let hash = hasher
            .hash(Password::new(text.to_owned()).unwrap())
            .await
            .unwrap();
        passwords.push(NewPassword {
            account: sheet.account().id,
            password: LocalPassword {
                hash,
                origin: PasswordOrigin::Printed,
                set_at: now,
            },
        });
    }
    storage
        .put_passwords(passwords, record(4, now))
        .await
        .unwrap();
}
