//! Accounts: as they were put, found, in conflict.

use std::sync::Arc;

use chrono::NaiveDate;
use linking_core::{
    account::{
        Account, AccountStatus, ContactValue, Epoch, LocalPassword, PasswordHash, PasswordOrigin,
        Profile, Source, Sourced, Version,
    },
    ids::Id,
    person::{BirthDate, Gender, PersonName, PhoneNumber, RegisteredName},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    people::{self, START},
    store::{
        ConformingStore,
        stage::{Stage, is_conflict},
    },
};

/// An account with everything that one can have, each value at an edge of its range.
fn extreme(login: &str) -> Account {
    let long = "Щ".repeat(50);
    let name = PersonName::parse(&long, &long, &long).unwrap();
    let born = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    let at = Timestamp::from_timestamp_micros(253_402_300_799_999_999).unwrap();
    let provider = || Source::Provider("a".repeat(32).parse().unwrap());
    let sourced = |source| move |value| Sourced { value, source, at };
    let home = PhoneNumber::parse("+7 424 200-00-00").unwrap();
    Account {
        id: Id::from_uuid(Uuid::max()),
        login: people::login(login),
        password: Some(LocalPassword {
            exposed_at: Some(at),
            hash: PasswordHash::new("$argon2id$v=19$".repeat(20)),
            origin: PasswordOrigin::Printed,
            set_at: at,
        }),
        status: AccountStatus::Blocked,
        epoch: Epoch::from_number(1 << 62),
        profile: Profile {
            name: Sourced {
                value: name.into(),
                source: Source::Person,
                at,
            },
            birth_date: BirthDate::from_date(born, START.date_naive())
                .ok()
                .map(|value| Sourced {
                    value,
                    source: provider(),
                    at,
                }),
            snils: Some(Sourced {
                value: people::snils(999_999_998),
                source: Source::Person,
                at,
            }),
            gender: Some(Sourced {
                value: Gender::Male,
                source: Source::School,
                at,
            }),
            contacts: vec![
                sourced(Source::School)(people::mobile("+79001234567")),
                sourced(provider())(people::mobile("+79001234568")),
                sourced(Source::Person)(ContactValue::Home(home)),
                sourced(provider())(people::email("o.s@example.ru")),
            ],
        },
    }
}

/// Every attribute of an account comes back as it was put: longest names, far instants, every
/// kind of source and contact, the largest epoch.
pub async fn an_account_comes_back_as_it_was_put(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let account = extreme(&"щ".repeat(64));
    stage.put(account.clone(), Version::NEW).await.unwrap();
    let found = stage.account(account.id).await;
    assert_eq!(found.account.value, account);
    assert!(found.account.version > Version::NEW);
    assert!(found.memberships.is_empty());
}

/// An account of which next to nothing is known comes back too, also with a name that no parser
/// takes.
pub async fn an_almost_empty_account_comes_back(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    for (number, raw) in [["", "", ""], ["Ivanova1", " ", "\u{202e}"]]
        .into_iter()
        .enumerate()
    {
        let name = RegisteredName::from_record(raw[0], raw[1], raw[2]);
        assert!(name.sound().is_none());
        let account = Account {
            id: stage.id(),
            login: people::login(&format!("login{number}")),
            password: None,
            status: AccountStatus::Archived,
            epoch: Epoch::default(),
            profile: Profile {
                name: people::of_school(name),
                birth_date: None,
                snils: None,
                gender: None,
                contacts: Vec::new(),
            },
        };
        stage.put(account.clone(), Version::NEW).await.unwrap();
        assert_eq!(stage.account(account.id).await.account.value, account);
    }
}

/// A later write replaces everything, and takes away what is not known any more.
pub async fn a_later_write_replaces_the_whole_account(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let account = extreme("first");
    stage.put(account.clone(), Version::NEW).await.unwrap();
    let read = stage.account(account.id).await.account.version;
    let poorer = Account {
        login: people::login("second"),
        password: None,
        status: AccountStatus::Active,
        epoch: account.epoch.next(),
        profile: Profile {
            name: people::teacher().profile.name,
            birth_date: None,
            snils: None,
            gender: None,
            contacts: Vec::new(),
        },
        ..account.clone()
    };
    stage.put(poorer.clone(), read).await.unwrap();
    let found = stage.account(account.id).await;
    assert_eq!(found.account.value, poorer);
    assert_eq!(found.account.version, read.next());
    let by_old_login = stage.store.account_by_login(&account.login).await;
    assert_eq!(by_old_login, Ok(None));
}

/// A write names the version that was read; any other one is a conflict and writes nothing.
pub async fn a_stale_account_is_refused(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let sheet = stage.teacher().await;
    let read = sheet.account.version;
    let mut account = sheet.account.value;
    account.epoch = account.epoch.next();
    stage.put(account.clone(), read).await.unwrap();
    let standing = stage.account(account.id).await;
    assert_eq!(standing.account.version, read.next());
    account.status = AccountStatus::Blocked;
    for version in [read, Version::NEW, read.next().next()] {
        assert!(
            is_conflict(&stage.put(account.clone(), version).await),
            "{version:?}"
        );
        assert_eq!(stage.account(account.id).await, standing);
    }
}

/// An id or a login that is in use, whatever its case, is a conflict for a new account; so is a
/// login for an account that takes it over.
pub async fn a_login_is_one_accounts_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let teacher = stage.teacher().await;
    let mut newcomer = Account {
        id: stage.id(),
        login: people::login("DMITRIEVA"),
        ..teacher.account.value.clone()
    };
    let refused = stage.put(newcomer.clone(), Version::NEW).await;
    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(stage.store.account(newcomer.id).await, Ok(None));
    newcomer.id = teacher.account.value.id;
    newcomer.login = people::login("somebody");
    assert!(is_conflict(&stage.put(newcomer, Version::NEW).await));
    let other = stage.adult().await.account;
    let mut taking = other.value.clone();
    taking.login = people::login("Dmitrieva");
    assert!(is_conflict(&stage.put(taking, other.version).await));
    assert_eq!(stage.teacher().await, teacher);
}

/// A login finds its account whatever its case; the login itself stays as it was written.
pub async fn a_login_is_found_whatever_its_case(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let mut account = stage.teacher().await.account;
    account.value.login = people::login("Ёлкина-30");
    stage
        .put(account.value.clone(), account.version)
        .await
        .unwrap();
    for typed in ["Ёлкина-30", "ёлкина-30", "ЁЛКИНА-30"] {
        let found = stage.store.account_by_login(&people::login(typed)).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.account.value.login.as_str(), "Ёлкина-30");
    }
    // A login is no name: its letters are not folded into each other.
    let other = stage
        .store
        .account_by_login(&people::login("елкина-30"))
        .await;
    assert_eq!(other, Ok(None));
}

/// What is not there is none, and no fault.
pub async fn an_unknown_account_is_none(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    assert_eq!(stage.store.account(stage.id()).await, Ok(None));
    let login = people::login("nobody");
    assert_eq!(stage.store.account_by_login(&login).await, Ok(None));
    let family = stage.store.family(stage.id()).await.unwrap();
    assert!(family.guardians.is_empty() && family.children.is_empty());
    assert_eq!(stage.store.links_of(stage.id()).await, Ok(Vec::new()));
    assert_eq!(stage.store.sessions_of(stage.id()).await, Ok(Vec::new()));
    assert_eq!(
        stage.store.history(stage.id(), None, 10).await,
        Ok(Vec::new())
    );
}
