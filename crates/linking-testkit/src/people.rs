//! Sample organisations in two regions, and sample people. Made up: the numbers are valid, and
//! nobody has them.

use chrono::NaiveDate;
use linking_core::{
    account::{
        AccountStatus, Contact, ContactValue, LocalPassword, PasswordOrigin, Profile, Role, Source,
        Sourced,
    },
    consent::{ConsentText, DataScope, GrantedConsent},
    person::{BirthDate, EmailAddress, Gender, Login, PhoneNumber, RegisteredName, Snils},
    ports::{NewMembership, NewOrganization, NewPerson},
    provider::{
        AssuranceLevel, AuthenticationMethod, Claims, ContactClaim, IdentityKey, Issuer,
        ProviderId, ProviderIdentity, Verification,
    },
    region::{OrganizationType, Region, RegionCode, ZoneOffset},
    time::Timestamp,
};

use crate::PlainHasher;

/// When the samples are set: 14 March 2026, 9 o'clock UTC.
pub const START: Timestamp = match NaiveDate::from_ymd_opt(2026, 3, 14) {
    Some(day) => match day.and_hms_opt(9, 0, 0) {
        Some(time) => time.and_utc(),
        None => Timestamp::UNIX_EPOCH,
    },
    None => Timestamp::UNIX_EPOCH,
};

/// Reads a sample, whose text stands in this kit or in a test.
#[expect(clippy::expect_used, reason = "samples are constants of tests")]
fn sample<T, E: std::fmt::Debug>(parsed: Result<T, E>) -> T {
    parsed.expect("a sample reads")
}

/// The provider of the samples and of [`ScriptedProvider`](crate::ScriptedProvider).
#[must_use]
pub fn provider() -> ProviderId {
    sample("gosuslugi".parse())
}

/// The issuer of the samples.
#[must_use]
pub fn issuer() -> Issuer {
    sample("https://provider.example/".parse())
}

/// A subject of the samples' issuer.
///
/// # Panics
/// When the text is no subject.
#[must_use]
pub fn identity_key(subject: &str) -> IdentityKey {
    IdentityKey {
        issuer: issuer(),
        subject: sample(subject.parse()),
    }
}

/// The region Сахалинская область, code `sakhalin`, eleven hours east of UTC.
#[must_use]
pub fn sakhalin() -> Region {
    region("sakhalin", "Сахалинская обл.", 660)
}

/// The region Калининградская область, code `kaliningrad`, two hours east of UTC.
#[must_use]
pub fn kaliningrad() -> Region {
    region("kaliningrad", "Калининградская обл.", 120)
}

/// A region.
///
/// # Panics
/// When a value does not parse.
#[must_use]
pub fn region(code: &str, name: &str, minutes: i16) -> Region {
    Region {
        code: sample(code.parse()),
        name: sample(name.parse()),
        offset: sample(ZoneOffset::from_minutes(minutes).ok_or("an offset")),
    }
}

/// An organisation.
///
/// # Panics
/// When a value does not parse.
#[must_use]
pub fn organization(
    region: Region,
    external_id: &str,
    locality: &str,
    name: &str,
    kind: OrganizationType,
) -> NewOrganization {
    NewOrganization {
        region,
        external_id: sample(external_id.parse()),
        locality: sample(locality.parse()),
        name: sample(name.parse()),
        kind,
    }
}

/// Three schools and an authority in [`sakhalin`], a school in [`kaliningrad`].
#[must_use]
pub fn organizations() -> Vec<NewOrganization> {
    use OrganizationType::{Authority, School};
    let of = organization;
    vec![
        of(sakhalin(), "30", "Луговое", "МБОУ СОШ № 30", School),
        of(sakhalin(), "3", "Южный", "МБОУ СОШ № 3 «Ёлочка»", School),
        of(sakhalin(), "13", "Южный", "Гимназия № 13", School),
        of(
            sakhalin(),
            "u1",
            "Южный",
            "Управление образования",
            Authority,
        ),
        of(kaliningrad(), "30", "Луговое", "Лицей № 30", School),
    ]
}

/// A membership by codes.
///
/// # Panics
/// When a value does not parse.
#[must_use]
pub fn membership(
    region: &RegionCode,
    organization: &str,
    role: Role,
    class: Option<&str>,
) -> NewMembership {
    NewMembership {
        region: region.clone(),
        organization: sample(organization.parse()),
        role,
        class: class.map(|class| sample(class.parse())),
    }
}

/// The SNILS of nine digits with its check number.
///
/// # Panics
/// When no check number fits: placeholders and zero.
#[must_use]
pub fn snils(number: u32) -> Snils {
    let with = |check| Snils::parse(&format!("{number:09}{check:02}"));
    sample((0..100).find_map(|check| with(check).ok()).ok_or(number))
}

/// A birth date, written `23.04.1990`.
///
/// # Panics
/// When it is none on the day of [`START`].
#[must_use]
pub fn birth_date(text: &str) -> BirthDate {
    sample(BirthDate::parse(text, START.date_naive()))
}

/// A value that the school keeps since [`START`].
#[must_use]
pub const fn of_school<T>(value: T) -> Sourced<T> {
    Sourced {
        value,
        source: Source::School,
        at: START,
    }
}

/// A contact with its source.
#[must_use]
pub const fn contact(value: ContactValue, source: Source) -> Contact {
    Sourced {
        value,
        source,
        at: START,
    }
}

/// A mobile number.
///
/// # Panics
/// When the text is none.
#[must_use]
pub fn mobile(text: &str) -> ContactValue {
    ContactValue::Mobile(sample(PhoneNumber::parse(text)))
}

/// An e-mail address.
///
/// # Panics
/// When the text is none.
#[must_use]
pub fn email(text: &str) -> ContactValue {
    ContactValue::Email(sample(EmailAddress::parse(text)))
}

/// A login.
///
/// # Panics
/// When the text is none.
#[must_use]
pub fn login(text: &str) -> Login {
    sample(Login::parse(text))
}

/// A person in the school «30» of [`sakhalin`], as the register brings one.
///
/// # Panics
/// When a value does not parse.
#[must_use]
pub fn person(
    login_text: &str,
    name: [&str; 3],
    number: Option<u32>,
    born: Option<&str>,
    role: Role,
) -> NewPerson {
    let [surname, given_name, patronymic] = name;
    let class = matches!(role, Role::Pupil).then_some("5 Б");
    NewPerson {
        login: login(login_text),
        status: AccountStatus::Active,
        profile: Profile {
            name: of_school(RegisteredName::from_record(surname, given_name, patronymic)),
            birth_date: born.map(|born| of_school(birth_date(born))),
            snils: number.map(|number| of_school(snils(number))),
            gender: None,
            contacts: Vec::new(),
        },
        memberships: vec![membership(&sakhalin().code, "30", role, class)],
    }
}

/// A teacher, 35 years old.
#[must_use]
pub fn teacher() -> NewPerson {
    let name = ["Дмитриева", "Светлана", "Вадимовна"];
    let mut person = person(
        "dmitrieva",
        name,
        Some(112_233_445),
        Some("23.04.1990"),
        Role::Teacher,
    );
    person.profile.gender = Some(of_school(Gender::Female));
    person
}

/// A pupil's mother, 40 years old; guardian of [`pupil`] by [`guardianships`].
#[must_use]
pub fn parent() -> NewPerson {
    let name = ["Сахарова", "Ольга", "Петровна"];
    person(
        "saharova",
        name,
        Some(200_300_401),
        Some("06.05.1985"),
        Role::Parent,
    )
}

/// A pupil, 11 years old.
#[must_use]
pub fn pupil() -> NewPerson {
    let name = ["Сахаров", "Артём", "Игоревич"];
    person(
        "saharov",
        name,
        Some(200_300_402),
        Some("17.09.2014"),
        Role::Pupil,
    )
}

/// An adult who is in no family of the samples: works in the office of the school.
#[must_use]
pub fn adult() -> NewPerson {
    let name = ["Ким", "Юрий", "Владимирович"];
    person(
        "kim",
        name,
        Some(200_300_403),
        Some("01.01.1971"),
        Role::Staff,
    )
}

/// Two parents of one name: other birth date, other SNILS.
#[must_use]
pub fn namesakes() -> [NewPerson; 2] {
    let name = ["Иванова", "Мария", "Сергеевна"];
    [
        person(
            "ivanova1",
            name,
            Some(200_300_404),
            Some("02.02.1982"),
            Role::Parent,
        ),
        person(
            "ivanova2",
            name,
            Some(200_300_405),
            Some("03.03.1983"),
            Role::Parent,
        ),
    ]
}

/// Everybody of this page.
#[must_use]
pub fn everybody() -> Vec<NewPerson> {
    let [one, other] = namesakes();
    vec![teacher(), parent(), pupil(), adult(), one, other]
}

/// Who answers for whom among [`everybody`], by logins.
#[must_use]
pub fn guardianships() -> Vec<(Login, Login)> {
    vec![(parent().login, pupil().login)]
}

/// A password that [`PlainHasher`] checks, chosen by its owner at [`START`].
#[must_use]
pub fn password(text: &str) -> LocalPassword {
    LocalPassword {
        exposed_at: None,
        hash: PlainHasher::stored(text),
        origin: PasswordOrigin::Owner,
        set_at: START,
    }
}

/// The claims that agree with a profile.
#[must_use]
pub fn claims_of(profile: &Profile) -> Claims {
    Claims {
        name: Some(profile.name.value.clone()),
        snils: profile.snils.as_ref().map(|snils| snils.value.clone()),
        birth_date: profile.birth_date.as_ref().map(|date| date.value),
        gender: profile.gender.as_ref().map(|gender| gender.value),
        contacts: Some(Vec::new()),
    }
}

/// A verified identity, signed in at the provider at [`START`].
///
/// # Panics
/// When the text is no subject.
#[must_use]
pub fn identity(subject: &str, claims: Claims) -> ProviderIdentity {
    ProviderIdentity {
        key: identity_key(subject),
        assurance: AssuranceLevel::Verified,
        claims,
        authenticated_at: Some(START),
        methods: vec![AuthenticationMethod::Password],
    }
}

/// A contact that a provider has checked.
#[must_use]
pub const fn verified(value: ContactValue) -> ContactClaim {
    ContactClaim {
        value,
        verification: Verification::Verified,
    }
}

/// A consent text.
#[must_use]
pub fn consent_text() -> ConsentText {
    ConsentText {
        version: "2026-03".to_owned(),
        digest: "0123456789abcdef".repeat(4),
        scopes: vec![
            DataScope::Name,
            DataScope::Snils,
            DataScope::BirthDate,
            DataScope::Contacts,
        ],
    }
}

/// A consent given inside a flow at [`START`].
#[must_use]
pub fn granted_consent() -> GrantedConsent {
    GrantedConsent {
        text: consent_text(),
        at: START,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sample_people_are_sound_and_all_different() {
        let people = everybody();
        let logins: HashSet<_> = people.iter().map(|person| &person.login).collect();
        let snils: HashSet<_> = people
            .iter()
            .map(|person| person.profile.snils.as_ref().unwrap().value.digits())
            .collect();
        assert_eq!(logins.len(), people.len());
        assert_eq!(snils.len(), people.len());
        for person in &people {
            assert!(person.profile.name.value.sound().is_some());
        }
        assert_eq!(START.to_rfc3339(), "2026-03-14T09:00:00+00:00");
    }
}
