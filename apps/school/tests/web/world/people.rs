//! The registers: a region, its schools and authority, and people for every case.

use linking_core::{
    account::{AccountStatus, LocalPassword, PasswordOrigin, Profile, Role, Source, Sourced},
    audit::{Act, AuditRecord, By},
    ids::Id,
    person::{BirthDate, Gender, RegisteredName, Snils},
    ports::{
        NewMembership, NewOrganization, NewPassword, NewPerson, PasswordHasher, Register, Store,
    },
    region::{OrganizationType, Region, ZoneOffset},
    secret::Password,
    time::Timestamp,
};
use linking_storage::Storage;

use crate::world::{PASSWORD, PlainHasher};

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
        password: Some(PASSWORD),
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
        Person {
            place: "77",
            ..person(
                "hostile77",
                ("<script>alert(7)</script>", "\u{202e}\"><img src=x>", "'&"),
                Role::Teacher,
            )
        },
        person("second30", ("Вторая", "Мария", "Ивановна"), Role::Teacher),
        // The teacher's other profile: a parent at another school.
        Person {
            place: "13",
            birth: Some("1990-04-23"),
            ..person(
                "dmitrieva13",
                ("Дмитриева", "Светлана", "Вадимовна"),
                Role::Parent,
            )
        },
    ]
}

/// Opens further organisations of a kind, «Школа № 100» and so on.
pub(super) async fn open(storage: &Storage, kind: OrganizationType, count: u16, now: Timestamp) {
    let many = (0..count).map(|at| {
        let number = 100 + at;
        let name = match kind {
            OrganizationType::School => format!("Школа № {number}"),
            OrganizationType::Authority => format!("Управление № {number}"),
        };
        NewOrganization {
            region: region(),
            external_id: number.to_string().parse().unwrap(),
            locality: "Луговое".parse().unwrap(),
            name: name.parse().unwrap(),
            kind,
        }
    });
    let audit = record(5, now);
    storage
        .put_organizations(many.collect(), audit)
        .await
        .unwrap();
}

/// Fills the registers.
pub(super) async fn seed(storage: &Storage, hasher: &PlainHasher, now: Timestamp) {
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
            "77",
            "<img src=x onerror=alert(7)> \"школа\" & 'сад'",
            OrganizationType::School,
        ),
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
                exposed_at: None,
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
