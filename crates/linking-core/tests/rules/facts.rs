//! Made-up facts: cards of people instead of texts, and how a card looks in the real types.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use linking_core::{
    account::{
        Account, AccountSheet, AccountStatus, Epoch, Membership, Profile, Relative, Role, Version,
        Versioned,
    },
    ids::Id,
    link::{Link, LinkOrigin},
    person::{PatronymicRule, RegisteredName, Snils},
    policy::{IdentitySharing, LinkWays, Policy, SignInForm},
    provider::{AssuranceLevel, Claims, ProviderId, Switch},
    region::Organization,
    time::Timestamp,
};
use linking_testkit::people::{self, START};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use uuid::Uuid;

/// How many cases a table is compared on.
const CASES: u32 = 4_096;
/// Each answer must have been seen so often: else the comparison holds for nothing.
const SEEN: u32 = 10;

/// What a case is made from: 0 is the usual thing, a high number an odd one.
pub(crate) type Dice = Vec<u8>;

/// Reads dice one by one.
pub(crate) struct Throws<'a>(std::slice::Iter<'a, u8>);

impl<'a> Throws<'a> {
    pub(crate) fn of(dice: &'a Dice) -> Self {
        Self(dice.iter())
    }

    /// One of these, by weight; the first one is the usual one.
    pub(crate) fn one<T: Copy>(&mut self, choices: &[(u8, T)]) -> T {
        let sum: u32 = choices.iter().map(|(weight, _)| u32::from(*weight)).sum();
        let mut rest = u32::from(*self.0.next().expect("enough dice")) * sum / 256;
        for (weight, choice) in choices {
            match rest.checked_sub(u32::from(*weight)) {
                Some(less) => rest = less,
                None => return *choice,
            }
        }
        unreachable!("the weights add up")
    }

    /// True so many times of a hundred.
    pub(crate) fn odd(&mut self, percent: u8) -> bool {
        self.one(&[(100 - percent, false), (percent, true)])
    }
}

/// Compares on generated cases with a fixed seed, and holds that each of the answers was seen.
pub(crate) fn on_generated_cases(
    dice: usize,
    answers: &[&'static str],
    compare: impl Fn(&Dice) -> &'static str,
) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let fixed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, fixed);
    let seen = std::cell::RefCell::new(BTreeMap::<&str, u32>::new());
    runner
        .run(&prop::collection::vec(any::<u8>(), dice), |dice| {
            *seen.borrow_mut().entry(compare(&dice)).or_default() += 1;
            Ok(())
        })
        .unwrap();
    let seen = seen.into_inner();
    for answer in answers {
        let times = seen.get(answer).copied().unwrap_or_default();
        assert!(times >= SEEN, "{answer} was seen {times} times: {seen:?}");
    }
    assert_eq!(
        seen.len(),
        answers.len(),
        "an answer that no table names: {seen:?}"
    );
}

/// How a surname is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Usual,
    /// ё as е.
    WithoutYo,
    Capitals,
    /// A Latin letter among the Cyrillic ones: the name is bad, and equals nothing.
    LatinLetter,
}

/// A day of birth, against [`today`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Born {
    /// Eleven years old.
    Child,
    /// Eighteen tomorrow.
    AlmostAdult,
    /// Eighteen today.
    JustAdult,
    /// Forty.
    Parent,
    /// Thirty-five.
    Teacher,
}

impl Born {
    pub(crate) const ALL: [(u8, Self); 5] = [
        (1, Self::Child),
        (1, Self::AlmostAdult),
        (1, Self::JustAdult),
        (1, Self::Parent),
        (1, Self::Teacher),
    ];

    pub(crate) const fn is_adult(self) -> bool {
        match self {
            Self::Child | Self::AlmostAdult => false,
            Self::JustAdult | Self::Parent | Self::Teacher => true,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Child => "17.09.2014",
            Self::AlmostAdult => "15.03.2008",
            Self::JustAdult => "14.03.2008",
            Self::Parent => "06.05.1985",
            Self::Teacher => "23.04.1990",
        }
    }
}

/// The day of [`START`].
pub(crate) fn today() -> NaiveDate {
    START.date_naive()
}

/// What is written of a person: numbers name texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) surname: usize,
    pub(crate) given: usize,
    pub(crate) patronymic: Option<usize>,
    pub(crate) writing: Writing,
    pub(crate) snils: Option<u32>,
    pub(crate) born: Option<Born>,
}

impl Card {
    pub(crate) const fn person(number: usize, snils: u32, born: Born) -> Self {
        Self {
            surname: number,
            given: number,
            patronymic: Some(number),
            writing: Writing::Usual,
            snils: Some(snils),
            born: Some(born),
        }
    }

    /// The same person with something changed or left out, each so many times of a hundred.
    pub(crate) fn changed(mut self, throws: &mut Throws<'_>, percent: u8) -> Self {
        let number = |throws: &mut Throws<'_>| throws.one(&[(1, 0), (1, 1), (1, 2), (1, 3)]);
        if throws.odd(percent) {
            self.surname = number(throws);
        }
        if throws.odd(percent) {
            self.given = number(throws);
        }
        if throws.odd(percent) {
            let other = number(throws);
            self.patronymic = throws.one(&[(1, None), (1, Some(other))]);
        }
        self.writing = throws.one(&[
            (80, Writing::Usual),
            (8, Writing::WithoutYo),
            (8, Writing::Capitals),
            (4, Writing::LatinLetter),
        ]);
        if throws.odd(percent) {
            self.snils = throws.one(&[(3, None), (1, Some(200_300_401)), (1, Some(200_300_409))]);
        }
        if throws.odd(percent) {
            let other = throws.one(&Born::ALL);
            self.born = throws.one(&[(3, None), (2, Some(other))]);
        }
        self
    }

    fn surname_text(self) -> String {
        let text = ["Зелёнкин", "Королёва", "Соловьёв", "Ткачёва"][self.surname];
        match self.writing {
            Writing::Usual => text.to_owned(),
            Writing::WithoutYo => text.replace('ё', "е"),
            Writing::Capitals => text.to_uppercase(),
            Writing::LatinLetter => text.replace(['е', 'о', 'а'], "o"),
        }
    }

    fn name(self) -> RegisteredName {
        let given = ["Артём", "Ольга", "Семён", "Алёна"][self.given];
        let patronymics = ["Игоревич", "Петровна", "Львович", "Юрьевна"];
        let patronymic = self.patronymic.map_or("", |number| patronymics[number]);
        RegisteredName::from_record(&self.surname_text(), given, patronymic)
    }

    pub(crate) fn profile(self) -> Profile {
        Profile {
            name: people::of_school(self.name()),
            birth_date: self
                .born
                .map(|born| people::of_school(people::birth_date(born.text()))),
            snils: self.snils_value().map(people::of_school),
            gender: None,
            contacts: Vec::new(),
        }
    }

    fn snils_value(self) -> Option<Snils> {
        self.snils.map(people::snils)
    }

    /// What a provider says of this person; without the name where it says none.
    pub(crate) fn claims(self, named: bool) -> Claims {
        Claims {
            name: named.then(|| self.name()),
            snils: self.snils_value(),
            birth_date: self.born.map(|born| people::birth_date(born.text())),
            gender: None,
            contacts: None,
        }
    }

    pub(crate) fn relative(self, number: u128) -> Relative {
        Relative {
            account: id(number),
            profile: self.profile(),
        }
    }
}

pub(crate) fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

/// A provider of the tables, by its number.
pub(crate) fn provider(number: u8) -> ProviderId {
    format!("provider-{number}").parse().unwrap()
}

/// A school of the tables, by its number.
pub(crate) fn school(number: u8) -> Organization {
    let row = people::organizations().swap_remove(0);
    Organization {
        id: id(u128::from(number)),
        region: row.region,
        external_id: number.to_string().parse().unwrap(),
        locality: row.locality,
        name: row.name,
        kind: row.kind,
    }
}

/// The account number 1, in these schools, with this role in each of them.
pub(crate) fn sheet(
    card: Card,
    status: AccountStatus,
    role: Role,
    schools: &[u8],
    has_password: bool,
) -> AccountSheet {
    let membership = |number: &u8| Membership {
        id: id(100 + u128::from(*number)),
        organization: school(*number),
        role,
        class: None,
    };
    AccountSheet {
        account: Versioned {
            version: Version::from_number(1),
            value: Account {
                id: id(1),
                login: people::login("the-account"),
                password: has_password.then(|| people::password("right")),
                status,
                epoch: Epoch::default(),
                profile: card.profile(),
            },
        },
        memberships: schools.iter().map(membership).collect(),
    }
}

/// A policy with these providers on.
pub(crate) fn policy(on: &[u8]) -> Policy {
    Policy {
        providers: on.iter().copied().map(provider).collect(),
        link_ways: LinkWays::Both,
        identity_sharing: IdentitySharing::OneAccountPerIdentity,
        contact_choice: Switch::Off,
        patronymic: PatronymicRule::MustAgree,
        sign_in_form: SignInForm::LocalFirst,
    }
}

/// A link of the account number 1 to a provider; its id is the provider's number.
pub(crate) fn link(number: u8) -> Link {
    Link {
        id: id(u128::from(number)),
        account: id(1),
        provider: provider(number),
        identity: people::identity_key(&format!("subject-{number}")),
        assurance: AssuranceLevel::Verified,
        origin: LinkOrigin::FromProvider,
        linked_at: START - TimeDelta::days(1),
        used_at: None,
    }
}

pub(crate) fn now() -> Timestamp {
    START
}
