//! A store of its own, with one school and its people.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::TimeDelta;
use linking_core::{
    account::{AccountSheet, AccountStatus, Epoch, Profile, Role, Source, Sourced, Version},
    audit::{Act, AuditRecord, By, Concern, Notice},
    change::{ChangeSet, Guard, Write},
    consent::{Consent, ConsentStatus, ConsentText, DataScope},
    event::{Event, EventBody},
    ids::{AccountId, Id},
    link::{FlowPurpose, FlowStart, Link, LinkFlow, LinkOrigin, PlaceHint, TicketTags},
    person::{BirthDate, Login, RegisteredName, Snils},
    policy::IdentitySharing,
    ports::{
        IdSource, NewMembership, NewOrganization, NewPerson, Purpose, Register, Sealed, Store,
        StoreError, Tag, Vault, VaultError,
    },
    provider::{AssuranceLevel, IdentityKey, ProviderId, ProviderState},
    region::{OrganizationType, Region, ZoneOffset},
    secret::SecretBytes,
    session::{AgentLabel, Computer, Session, SignInWay},
    time::Timestamp,
};
use sqlx::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Location, Storage, connection::Database, record::Columns, statement::Query};

/// Rising identifiers.
#[derive(Debug, Default)]
pub(super) struct RisingIds(AtomicU64);

impl IdSource for RisingIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)) + 1)
    }
}

/// Keeps what it seals to itself and gives out a number: nothing of the plain text can reach the
/// disk by way of it, and what was moved to another record does not open.
#[derive(Debug, Default)]
pub(super) struct KeepingVault {
    sealed: Mutex<HashMap<u64, Kept>>,
}

/// For what, to which record, and what was sealed.
type Kept = (Purpose, Vec<u8>, SecretBytes);

impl Vault for KeepingVault {
    fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &SecretBytes) -> Sealed {
        let mut sealed = self.sealed.lock().unwrap();
        let number = u64::try_from(sealed.len()).unwrap();
        sealed.insert(number, (purpose, bound_to.to_vec(), plain.clone()));
        // As long as real ones, so that pages fill alike, and no two alike.
        let filler = (0_u64..).flat_map(|part| {
            let mut hasher = DefaultHasher::new();
            (number, part).hash(&mut hasher);
            hasher.finish().to_be_bytes()
        });
        let octets = number.to_be_bytes().into_iter().chain(filler);
        Sealed::new(octets.take(plain.expose().len() + 40).collect())
    }

    fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &Sealed,
    ) -> Result<SecretBytes, VaultError> {
        let number = sealed
            .octets()
            .get(..8)
            .and_then(|number| number.try_into().ok());
        let number = u64::from_be_bytes(number.ok_or(VaultError::DoesNotOpen)?);
        match self.sealed.lock().unwrap().get(&number) {
            Some((for_purpose, to, plain)) if *for_purpose == purpose && to == bound_to => {
                Ok(plain.clone())
            }
            _ => Err(VaultError::DoesNotOpen),
        }
    }

    fn tag(&self, purpose: Purpose, value: &[u8]) -> Tag {
        let mut bytes = [0; 32];
        for (part, chunk) in bytes.chunks_exact_mut(8).enumerate() {
            let mut hasher = DefaultHasher::new();
            (part, purpose, value).hash(&mut hasher);
            chunk.copy_from_slice(&hasher.finish().to_be_bytes());
        }
        Tag::new(1, bytes)
    }
}

/// Where a stand's database is.
pub(super) trait Place: Sized {
    async fn fresh() -> Self;
    fn location(&self) -> Location;
}

/// In a file of a folder of its own.
pub(super) struct InFile(TempDir);

impl Place for InFile {
    async fn fresh() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn location(&self) -> Location {
        Location::File(self.0.path().join("test.db"))
    }
}

/// In a schema of its own of the tests' PostgreSQL.
pub(super) struct InPostgres(String);

impl InPostgres {
    pub(super) fn url(&self) -> &str {
        &self.0
    }
}

impl Place for InPostgres {
    async fn fresh() -> Self {
        let server = linking_testkit::counterpart::postgres();
        let unique = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let schema = format!("t_{}_{unique}", std::process::id());
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        sqlx::raw_sql(create)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        Self(format!("{server}?options=-c%20search_path%3D{schema}"))
    }

    fn location(&self) -> Location {
        Location::Postgres(vec![self.0.parse().unwrap()])
    }
}

pub(super) struct StandOn<P> {
    pub(super) place: P,
    pub(super) vault: Arc<KeepingVault>,
    pub(super) ids: Arc<RisingIds>,
    pub(super) storage: Arc<Storage>,
}

impl StandOn<InFile> {
    pub(super) fn folder(&self) -> PathBuf {
        self.place.0.path().to_owned()
    }

    pub(super) fn writer(&self) -> &sqlx::SqlitePool {
        match &self.storage.database {
            Database::Sqlite { writer, .. } => writer,
            Database::Postgres(_) => panic!("a file is SQLite's"),
        }
    }

    pub(super) fn readers(&self) -> &sqlx::SqlitePool {
        match &self.storage.database {
            Database::Sqlite { readers, .. } => readers,
            Database::Postgres(_) => panic!("a file is SQLite's"),
        }
    }
}

impl<P: Place> StandOn<P> {
    /// An empty, migrated store.
    pub(super) async fn empty() -> Self {
        let place = P::fresh().await;
        let (vault, ids) = (
            Arc::new(KeepingVault::default()),
            Arc::new(RisingIds::default()),
        );
        let storage = Storage::open(&place.location(), vault.clone(), ids.clone())
            .await
            .unwrap();
        storage.migrate().await.unwrap();
        Self {
            place,
            vault,
            ids,
            storage: Arc::new(storage),
        }
    }

    /// A store with the school «s1» of the region `r1`.
    pub(super) async fn with_school() -> Self {
        let stand = Self::empty().await;
        let batch = vec![organization("s1", "Южный", "МБОУ «СОШ № 1»")];
        stand
            .storage
            .put_organizations(batch, stand.audit(Act::Imported))
            .await
            .unwrap();
        stand
    }

    /// Another server on the same database.
    pub(super) async fn second(&self) -> Storage {
        Storage::open(&self.place.location(), self.vault.clone(), self.ids.clone())
            .await
            .unwrap()
    }

    pub(super) fn id<K>(&self) -> Id<K> {
        Id::from_uuid(self.ids.next())
    }

    pub(super) fn tag(&self, text: &str) -> Tag {
        self.vault.tag(Purpose::Session, text.as_bytes())
    }

    pub(super) fn audit(&self, act: Act) -> AuditRecord {
        AuditRecord {
            id: self.id(),
            at: now(),
            by: By::Operator,
            act,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        }
    }

    /// A change set that writes these.
    pub(super) fn change(&self, writes: impl IntoIterator<Item = Write>) -> ChangeSet {
        writes
            .into_iter()
            .fold(ChangeSet::new(self.audit(Act::Imported)), ChangeSet::write)
    }

    pub(super) async fn write(
        &self,
        writes: impl IntoIterator<Item = Write>,
    ) -> Result<(), StoreError> {
        self.storage.commit(self.change(writes)).await
    }

    /// Puts a person into the register and reads the account.
    pub(super) async fn person(&self, person: NewPerson) -> AccountSheet {
        let login = person.login.clone();
        self.storage
            .put_people(vec![person], self.audit(Act::Imported))
            .await
            .unwrap();
        self.account(login.as_str()).await
    }

    pub(super) async fn account(&self, login: &str) -> AccountSheet {
        let login = Login::parse(login).unwrap();
        self.storage
            .account_by_login(&login)
            .await
            .unwrap()
            .unwrap()
    }

    pub(super) fn flow(&self, browser: &str, purpose: FlowPurpose) -> LinkFlow {
        let ticket: Id<linking_core::ids::EventKind> = self.id();
        LinkFlow::start(FlowStart {
            id: self.id(),
            browser: self.tag(browser),
            purpose,
            provider: provider(),
            place: PlaceHint {
                region: "r1".parse().unwrap(),
                organization: None,
            },
            tickets: TicketTags {
                token: self.tag(&format!("token {ticket}")),
                uuid: self.tag(&format!("uuid {ticket}")),
            },
            state: ProviderState::new(b"state of the adapter".to_vec()),
            now: now(),
            computer: Computer::Own,
        })
    }

    pub(super) fn session(&self, account: AccountId, epoch: Epoch) -> Session {
        let id = self.id();
        Session {
            id,
            secret: self.tag(&format!("secret {id}")),
            browser: self.tag("browser"),
            account,
            epoch,
            way: SignInWay::Password,
            started_at: now(),
            seen_at: now(),
            proved_at: Some(now()),
            agent: AgentLabel::new("Firefox, Linux"),
            computer: Computer::Own,
        }
    }

    pub(super) fn link(&self, account: AccountId, subject: &str) -> Link {
        Link {
            id: self.id(),
            account,
            provider: provider(),
            identity: identity(subject),
            assurance: AssuranceLevel::Verified,
            origin: LinkOrigin::FromProvider,
            linked_at: now(),
            used_at: None,
        }
    }

    /// The whole change of a link as the use case makes it.
    pub(super) fn link_change(
        &self,
        sheet: &AccountSheet,
        link: &Link,
        anchor: Version,
    ) -> ChangeSet {
        let account = sheet.account().id;
        let mut audit = self.audit(Act::Linked {
            provider: provider(),
        });
        audit.by = By::Account(account);
        audit.concerns = vec![Concern {
            account,
            notice: Notice::Linked {
                provider: provider(),
            },
        }];
        ChangeSet::new(audit)
            .guard(Guard::Account {
                id: account,
                read: sheet.account.version,
            })
            .write(insert_link(link, anchor))
            .write(Write::InsertConsent(self.consent(account)))
            .event(Event {
                id: self.id(),
                account,
                at: now(),
                agent: None,
                body: EventBody::Linked {
                    link: link.id,
                    provider: provider(),
                },
            })
    }

    fn consent(&self, account: AccountId) -> Consent {
        Consent {
            id: self.id(),
            account,
            provider: provider(),
            text: ConsentText {
                version: "2026-11".to_owned(),
                digest: "0".repeat(64),
                scopes: vec![DataScope::Name, DataScope::Snils],
            },
            given_at: now(),
            status: ConsentStatus::Granted,
        }
    }

    /// How many rows a table has.
    pub(super) async fn rows(&self, table: &str) -> i64 {
        let text = format!("SELECT count(*) AS rows FROM {table}");
        let row = self.storage.row(Query::of_schema(text)).await.unwrap();
        row.unwrap().number("rows").unwrap()
    }
}

/// An empty, migrated store in memory.
pub(super) async fn in_memory() -> Arc<Storage> {
    let (vault, ids) = (
        Arc::new(KeepingVault::default()),
        Arc::new(RisingIds::default()),
    );
    let storage = Storage::open(&Location::Memory, vault, ids).await.unwrap();
    storage.migrate().await.unwrap();
    Arc::new(storage)
}

pub(super) fn now() -> Timestamp {
    "2026-11-23T09:00:00.123456Z".parse().unwrap()
}

pub(super) fn after(span: TimeDelta) -> Timestamp {
    now() + span
}

pub(super) fn provider() -> ProviderId {
    "gosuslugi".parse().unwrap()
}

pub(super) fn identity(subject: &str) -> IdentityKey {
    IdentityKey {
        issuer: "https://esia.example".parse().unwrap(),
        subject: subject.parse().unwrap(),
    }
}

pub(super) fn insert_link(link: &Link, anchor: Version) -> Write {
    Write::InsertLink {
        link: link.clone(),
        anchor,
        sharing: IdentitySharing::OneAccountPerIdentity,
    }
}

pub(super) fn region() -> Region {
    Region {
        code: "r1".parse().unwrap(),
        name: "Первый край".parse().unwrap(),
        offset: ZoneOffset::from_minutes(660).unwrap(),
    }
}

pub(super) fn organization(external: &str, locality: &str, name: &str) -> NewOrganization {
    NewOrganization {
        region: region(),
        external_id: external.parse().unwrap(),
        locality: locality.parse().unwrap(),
        name: name.parse().unwrap(),
        kind: OrganizationType::School,
    }
}

pub(super) fn by_school<T>(value: T) -> Sourced<T> {
    Sourced {
        value,
        source: Source::School,
        at: now(),
    }
}

pub(super) fn birth_date(text: &str) -> BirthDate {
    BirthDate::parse(text, now().date_naive()).unwrap()
}

pub(super) fn snils(text: &str) -> Snils {
    Snils::parse(text).unwrap()
}

pub(super) fn new_person(login: &str, role: Role, class: Option<&str>) -> NewPerson {
    NewPerson {
        login: Login::parse(login).unwrap(),
        status: AccountStatus::Active,
        profile: Profile {
            name: by_school(RegisteredName::from_record(
                "Дёмина",
                "Светлана",
                "Витальевна",
            )),
            birth_date: Some(by_school(birth_date("1985-03-02"))),
            snils: Some(by_school(snils("112-233-445 95"))),
            gender: None,
            contacts: Vec::new(),
        },
        memberships: vec![NewMembership {
            region: "r1".parse().unwrap(),
            organization: "s1".parse().unwrap(),
            role,
            class: class.map(|class| class.parse().unwrap()),
        }],
    }
}

pub(super) fn teacher(login: &str) -> NewPerson {
    new_person(login, Role::Teacher, None)
}
