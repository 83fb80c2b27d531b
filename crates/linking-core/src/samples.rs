//! Sample records for the tests of this crate.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    account::{
        Account, AccountSheet, AccountStatus, Epoch, LocalPassword, Membership, PasswordHash,
        PasswordOrigin, Profile, Role, Source, Sourced, Version, Versioned,
    },
    consent::{ConsentText, DataScope, GrantedConsent},
    ids::{Id, LinkId},
    link::{Link, LinkOrigin},
    person::{BirthDate, Login, PatronymicRule, RegisteredName, Snils},
    policy::{IdentitySharing, LinkWays, Policy, SignInForm},
    ports::Tag,
    provider::{AssuranceLevel, Claims, IdentityKey, ProviderId, ProviderIdentity, Switch},
    region::{Organization, OrganizationType, Region, ZoneOffset},
    session::{AgentLabel, Computer, Session, SignInWay},
    time::Timestamp,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    at("2026-03-14T09:00:00Z")
}

pub(crate) fn today() -> NaiveDate {
    now().date_naive()
}

pub(crate) fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn tag(number: u8) -> Tag {
    Tag::new(1, [number; 32])
}

pub(crate) fn gosuslugi() -> ProviderId {
    "gosuslugi".parse().unwrap()
}

pub(crate) fn name(surname: &str, given: &str, patronymic: &str) -> RegisteredName {
    RegisteredName::from_record(surname, given, patronymic)
}

pub(crate) fn date(text: &str) -> BirthDate {
    BirthDate::parse(text, today()).unwrap()
}

pub(crate) fn snils(text: &str) -> Snils {
    Snils::parse(text).unwrap()
}

pub(crate) const SNILS_A: &str = "112-233-445 95";
pub(crate) const SNILS_B: &str = "087-654-303 00";

pub(crate) fn sourced<T>(value: T) -> Sourced<T> {
    Sourced {
        value,
        source: Source::School,
        at: now(),
    }
}

pub(crate) fn teacher_name() -> RegisteredName {
    name("Дмитриева", "Светлана", "Вадимовна")
}

pub(crate) fn profile(
    name: RegisteredName,
    snils: Option<Snils>,
    birth_date: Option<BirthDate>,
) -> Profile {
    Profile {
        name: sourced(name),
        birth_date: birth_date.map(sourced),
        snils: snils.map(sourced),
        gender: None,
        contacts: Vec::new(),
    }
}

pub(crate) fn organization() -> Organization {
    Organization {
        id: id(30),
        external_id: "30".parse().unwrap(),
        region: Region {
            code: "sakhalin".parse().unwrap(),
            name: "Сахалинская обл.".parse().unwrap(),
            offset: ZoneOffset::from_minutes(660).unwrap(),
        },
        locality: "Луговое".parse().unwrap(),
        name: "МБОУ СОШ № 30".parse().unwrap(),
        kind: OrganizationType::School,
    }
}

pub(crate) fn sheet(number: u128, role: Role, profile: Profile) -> AccountSheet {
    AccountSheet {
        account: Versioned {
            version: Version::from_number(1),
            value: Account {
                id: id(number),
                login: Login::parse(&format!("login{number}")).unwrap(),
                password: Some(LocalPassword {
                    hash: PasswordHash::new("hash".to_owned()),
                    origin: PasswordOrigin::Owner,
                    set_at: now(),
                    exposed_at: None,
                }),
                status: AccountStatus::Active,
                epoch: Epoch::default(),
                profile,
            },
        },
        memberships: vec![Membership {
            id: id(number + 1000),
            organization: organization(),
            role,
            class: None,
        }],
    }
}

pub(crate) fn teacher() -> AccountSheet {
    let profile = profile(
        teacher_name(),
        Some(snils(SNILS_A)),
        Some(date("23.04.1990")),
    );
    sheet(1, Role::Teacher, profile)
}

pub(crate) fn identity_of(profile: &Profile) -> ProviderIdentity {
    identity(Claims {
        name: Some(profile.name.value.clone()),
        snils: profile.snils.as_ref().map(|s| s.value.clone()),
        birth_date: profile.birth_date.as_ref().map(|d| d.value),
        gender: None,
        contacts: Some(Vec::new()),
    })
}

pub(crate) fn key(subject: &str) -> IdentityKey {
    IdentityKey {
        issuer: "http://esia.example/".parse().unwrap(),
        subject: subject.parse().unwrap(),
    }
}

pub(crate) fn identity(claims: Claims) -> ProviderIdentity {
    ProviderIdentity {
        key: key("1000000001"),
        assurance: AssuranceLevel::Verified,
        claims,
        authenticated_at: Some(now()),
        methods: Vec::new(),
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        providers: BTreeSet::from([gosuslugi()]),
        link_ways: LinkWays::Both,
        identity_sharing: IdentitySharing::OneAccountPerIdentity,
        contact_choice: Switch::On,
        patronymic: PatronymicRule::MustAgree,
        sign_in_form: SignInForm::LocalFirst,
    }
}

pub(crate) fn consent() -> GrantedConsent {
    GrantedConsent {
        text: ConsentText {
            version: "2026-11".to_owned(),
            digest: "0".repeat(64),
            scopes: vec![
                DataScope::Name,
                DataScope::Snils,
                DataScope::BirthDate,
                DataScope::Contacts,
            ],
        },
        at: now(),
    }
}

pub(crate) fn link(number: u128, account: u128, provider: &str) -> Link {
    Link {
        id: LinkId::from_uuid(Uuid::from_u128(number)),
        account: id(account),
        provider: provider.parse().unwrap(),
        identity: key(&number.to_string()),
        assurance: AssuranceLevel::Verified,
        origin: LinkOrigin::FromProvider,
        linked_at: now(),
        used_at: None,
    }
}

pub(crate) fn session(account: u128, proved_at: Option<Timestamp>) -> Session {
    Session {
        id: id(900),
        secret: tag(1),
        browser: tag(2),
        account: id(account),
        epoch: Epoch::default(),
        way: SignInWay::Password,
        started_at: now(),
        seen_at: now(),
        proved_at,
        agent: AgentLabel::new("Chrome, Windows"),
        computer: Computer::Own,
    }
}
