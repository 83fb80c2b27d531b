//! Imports and first passwords.

use linking_core::{
    account::{
        AccountStatus, ContactValue, LocalPassword, PasswordHash, PasswordOrigin, Role, Source,
        Sourced, Version,
    },
    audit::Act,
    change::Write,
    link::FlowPurpose,
    person::{EmailAddress, Login, RegisteredName},
    ports::{ImportCounts, NewPassword, PrintScope, Register, Store, StoreError},
};

use super::fixture::{
    Stand, birth_date, by_school, identity, insert_link, new_person, now, organization, provider,
    snils, teacher,
};

fn counts(added: u64, changed: u64, unchanged: u64) -> ImportCounts {
    ImportCounts {
        added,
        changed,
        unchanged,
    }
}

#[tokio::test]
async fn the_same_register_twice_changes_nothing() {
    let stand = Stand::with_school().await;
    let people = || {
        vec![
            teacher("demina"),
            new_person("pupil", Role::Pupil, Some("7 А")),
            new_person("parent", Role::Parent, None),
        ]
    };
    let put = async |batch| {
        stand
            .storage
            .put_people(batch, stand.audit(Act::Imported))
            .await
            .unwrap()
    };
    assert_eq!(put(people()).await, counts(3, 0, 0));
    let before = stand.account("pupil").await;
    assert_eq!(put(people()).await, counts(0, 0, 3));
    assert_eq!(stand.account("pupil").await, before);
    // The login in another case is the same person.
    let mut moved = new_person("PUPIL", Role::Pupil, Some("8 А"));
    moved.profile.birth_date = None;
    assert_eq!(put(vec![moved]).await, counts(0, 1, 0));
    let after = stand.account("pupil").await;
    assert_eq!(after.account().login.as_str(), "PUPIL");
    assert_eq!(after.account.version, before.account.version.next());
    assert_eq!(
        after
            .first_membership()
            .unwrap()
            .class
            .as_ref()
            .unwrap()
            .as_str(),
        "8 А"
    );
    assert_eq!(after.account().profile.birth_date, None);
    assert_eq!(
        after.account().profile.snils,
        before.account().profile.snils
    );
    assert_eq!(stand.rows("audit").await, 4, "one record for each call");
}

#[tokio::test]
async fn one_batch_may_name_a_record_twice() {
    let stand = Stand::with_school().await;
    let batch = vec![
        organization("s2", "Южный", "Школа № 2"),
        organization("s2", "Южный", "Школа № 22"),
        organization("s2", "Южный", "Школа № 22"),
    ];
    let put = stand
        .storage
        .put_organizations(batch, stand.audit(Act::Imported))
        .await;
    assert_eq!(put, Ok(counts(1, 1, 1)));
    let class = |class| new_person("pupil", Role::Pupil, Some(class));
    let batch = vec![class("7 А"), class("7 Б"), class("7 В")];
    let put = stand
        .storage
        .put_people(batch, stand.audit(Act::Imported))
        .await;
    assert_eq!(put, Ok(counts(1, 2, 0)));
    let pupil = stand.account("pupil").await;
    let classes = pupil
        .memberships
        .iter()
        .map(|m| m.class.clone().map(String::from));
    assert_eq!(classes.collect::<Vec<_>>(), [Some("7 В".to_owned())]);
}

#[tokio::test]
async fn an_unknown_organisation_stops_the_whole_batch() {
    let stand = Stand::with_school().await;
    let mut stray = teacher("stray");
    stray.memberships[0].organization = "s9".parse().unwrap();
    let put = stand
        .storage
        .put_people(vec![teacher("demina"), stray], stand.audit(Act::Imported))
        .await;
    assert_eq!(
        put,
        Err(StoreError::UnknownReference {
            row: 1,
            what: "organization"
        })
    );
    assert_eq!(stand.rows("account").await, 0);
    let login = |login| Login::parse(login).unwrap();
    stand.person(teacher("demina")).await;
    for (pair, what) in [
        ((login("demina"), login("nobody")), "pupil"),
        ((login("nobody"), login("demina")), "guardian"),
        (
            (login("demina"), login("Demina")),
            "guardian other than the pupil",
        ),
    ] {
        let put = stand
            .storage
            .put_guardianships(vec![pair], stand.audit(Act::Imported))
            .await;
        assert_eq!(put, Err(StoreError::UnknownReference { row: 0, what }));
    }
}

#[tokio::test]
async fn what_a_provider_gave_outlives_an_import() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    let mut account = sheet.account().clone();
    let contact = ContactValue::Email(EmailAddress::parse("s.d@example.org").unwrap());
    account
        .profile
        .keep_contacts(&provider(), [contact.clone()], now());
    account.profile.birth_date = Some(Sourced {
        value: birth_date("1985-03-03"),
        source: Source::Provider(provider()),
        at: now(),
    });
    let put = Write::PutAccount {
        account: Box::new(account),
        read: sheet.account.version,
    };
    stand.write([put]).await.unwrap();
    let mut person = teacher("demina");
    person.profile.snils = Some(by_school(snils("087-654-303 00")));
    let sheet = stand.person(person).await;
    let profile = &sheet.account().profile;
    assert_eq!(profile.contacts_from(&provider()).count(), 1);
    assert_eq!(
        profile.birth_date.as_ref().unwrap().value,
        birth_date("1985-03-03")
    );
    assert_eq!(
        profile.snils.as_ref().unwrap().value,
        snils("087-654-303 00")
    );
    // Found by the new number alone.
    let by = async |text: &str| {
        let region = "r1".parse().unwrap();
        stand
            .storage
            .accounts_by_snils(&region, &snils(text))
            .await
            .unwrap()
            .len()
    };
    assert_eq!(
        (by("087-654-303 00").await, by("112-233-445 95").await),
        (1, 0)
    );
}

#[tokio::test]
async fn a_correction_of_a_linked_person_moves_the_anchor() {
    let stand = Stand::with_school().await;
    let sheet = stand.person(teacher("demina")).await;
    stand
        .write([insert_link(
            &stand.link(sheet.account().id, "1"),
            Version::NEW,
        )])
        .await
        .unwrap();
    let anchor = async || stand.storage.identity(&identity("1")).await.unwrap().anchor;
    let before = anchor().await;
    // A class is no identity data.
    let mut person = teacher("demina");
    person.memberships[0].class = Some("7 А".parse().unwrap());
    stand.person(person.clone()).await;
    assert_eq!(anchor().await, before);
    let name = RegisteredName::from_record("Дёмина", "Светлана", "Викторовна");
    person.profile.name = by_school(name);
    stand.person(person).await;
    assert_eq!(anchor().await, before.next());
    // The same by a change set.
    let sheet = stand.account("demina").await;
    let mut account = sheet.account().clone();
    account.profile.snils = None;
    let put = Write::PutAccount {
        account: Box::new(account),
        read: sheet.account.version,
    };
    stand.write([put]).await.unwrap();
    assert_eq!(anchor().await, before.next().next());
}

#[tokio::test]
async fn e6_closing_an_account_ends_sessions_flows_and_archiving_its_links() {
    let stand = Stand::with_school().await;
    for (status, links) in [(AccountStatus::Blocked, 1), (AccountStatus::Archived, 0)] {
        let login = format!("person-{links}");
        let sheet = stand.person(teacher(&login)).await;
        let account = sheet.account().clone();
        let session = stand.session(account.id, account.epoch);
        let link = stand.link(account.id, &login);
        let purpose = FlowPurpose::Link {
            account: account.id,
            session: session.id,
            epoch: account.epoch,
        };
        let flow = stand.flow("browser", purpose);
        stand.storage.insert_flow(&flow, 5).await.unwrap();
        stand
            .write([
                insert_link(&link, Version::NEW),
                Write::InsertSession(session.clone()),
            ])
            .await
            .unwrap();
        let closed = stand.person(linking_core::ports::NewPerson {
            status,
            ..teacher(&login)
        });
        let closed = closed.await;
        assert_eq!(closed.account().status, status);
        assert_eq!(closed.account().epoch, account.epoch.next());
        assert!(
            stand
                .storage
                .session(&session.secret)
                .await
                .unwrap()
                .is_none()
        );
        let left = stand.storage.flow(flow.id()).await.unwrap().unwrap();
        assert_eq!(left.value, flow.expire());
        assert_eq!(
            stand.storage.links_of(account.id).await.unwrap().len(),
            links
        );
        let anchor = stand
            .storage
            .identity(&identity(&login))
            .await
            .unwrap()
            .anchor;
        assert_eq!(anchor.number(), 2 - u64::try_from(links).unwrap());
    }
}

#[tokio::test]
async fn guardianships_make_families_and_move_versions() {
    let stand = Stand::with_school().await;
    let parent = stand.person(new_person("parent", Role::Parent, None)).await;
    let pupil = stand
        .person(new_person("pupil", Role::Pupil, Some("7 А")))
        .await;
    let login = |login| Login::parse(login).unwrap();
    let pair = || vec![(login("parent"), login("Pupil"))];
    let put = async || {
        stand
            .storage
            .put_guardianships(pair(), stand.audit(Act::Imported))
            .await
            .unwrap()
    };
    assert_eq!(put().await, counts(1, 0, 0));
    assert_eq!(put().await, counts(0, 0, 1));
    let family = stand.storage.family(pupil.account().id).await.unwrap();
    let guardians = family.guardians.iter().map(|relative| relative.account);
    assert_eq!(guardians.collect::<Vec<_>>(), [parent.account().id]);
    assert!(family.children.is_empty());
    let family = stand.storage.family(parent.account().id).await.unwrap();
    assert_eq!(family.children[0].profile, pupil.account().profile);
    for (login, before) in [("parent", parent), ("pupil", pupil)] {
        assert_eq!(
            stand.account(login).await.account.version,
            before.account.version.next()
        );
    }
}

#[tokio::test]
async fn first_passwords_are_printed_by_class_and_end_what_was_before() {
    let stand = Stand::with_school().await;
    let named = |login: &str, surname: &str, class: Option<&str>| {
        let mut person = new_person(login, Role::Pupil, class);
        person.profile.name = by_school(RegisteredName::from_record(surname, "Анна", "Ивановна"));
        person
    };
    let mut left = named("left", "Ушедшая", Some("7 А"));
    left.status = AccountStatus::Archived;
    let mut twice = named("twice", "Агапова", Some("10 Б"));
    twice.memberships.extend(twice.memberships.clone());
    let batch = vec![
        named("second", "Яковлева", Some("7 А")),
        named("first", "Борисова", Some("7 А")),
        twice,
        left,
    ];
    stand
        .storage
        .put_people(batch, stand.audit(Act::Imported))
        .await
        .unwrap();
    let printed = async |scope: PrintScope| {
        let people = stand.storage.printed_for(&scope).await.unwrap();
        people
            .into_iter()
            .map(|person| person.display_name)
            .collect::<Vec<_>>()
    };
    let (region, school) = ("r1".parse().unwrap(), "s1".parse().unwrap());
    let all = PrintScope::Organization(region, school);
    let first = "Борисова Анна Ивановна";
    assert_eq!(
        printed(all.clone()).await,
        [first, "Яковлева Анна Ивановна", "Агапова Анна Ивановна"]
    );
    let PrintScope::Organization(region, school) = all else {
        unreachable!()
    };
    let class = PrintScope::Class(region, school, "7 А".parse().unwrap());
    assert_eq!(printed(class).await, [first, "Яковлева Анна Ивановна"]);
    let one = PrintScope::Person(Login::parse("FIRST").unwrap());
    assert_eq!(printed(one.clone()).await, [first]);
    assert!(
        printed(PrintScope::Person(Login::parse("left").unwrap()))
            .await
            .is_empty()
    );

    let before = stand.account("first").await;
    let session = stand.session(before.account().id, before.account().epoch);
    stand
        .write([Write::InsertSession(session.clone())])
        .await
        .unwrap();
    let password = |origin| LocalPassword {
        hash: PasswordHash::new("$argon2id$made-up".to_owned()),
        origin,
        set_at: now(),
        exposed_at: None,
    };
    let new = |account, origin| {
        vec![NewPassword {
            account,
            password: password(origin),
        }]
    };
    let put = async |batch| {
        stand
            .storage
            .put_passwords(batch, stand.audit(Act::PasswordsPrinted))
            .await
    };
    put(new(before.account().id, PasswordOrigin::Printed))
        .await
        .unwrap();
    let after = stand.account("first").await;
    assert_eq!(
        after.account().password,
        Some(password(PasswordOrigin::Printed))
    );
    assert_eq!(after.account().epoch, before.account().epoch.next());
    assert_eq!(after.account.version, before.account.version.next());
    assert!(
        stand
            .storage
            .session(&session.secret)
            .await
            .unwrap()
            .is_none()
    );
    assert!(!stand.storage.printed_for(&one).await.unwrap()[0].has_own_password);
    put(new(before.account().id, PasswordOrigin::Owner))
        .await
        .unwrap();
    assert!(stand.storage.printed_for(&one).await.unwrap()[0].has_own_password);
    let unknown = put(new(stand.id(), PasswordOrigin::Printed)).await;
    assert_eq!(
        unknown,
        Err(StoreError::UnknownReference {
            row: 0,
            what: "account"
        })
    );
}
