//! Imports and first passwords.

use std::sync::Arc;

use linking_core::{
    account::{AccountStatus, Epoch, LocalPassword, PasswordOrigin, Role, Source},
    person::RegisteredName,
    ports::{ImportCounts, NewPassword, NewPerson, PrintScope, StoreError},
    provider::IdentityKey,
};

use crate::{
    PlainHasher,
    people::{self, START, identity_key, membership},
    store::{ConformingStore, stage::Stage},
};

const fn counts(added: u64, changed: u64, unchanged: u64) -> ImportCounts {
    ImportCounts {
        added,
        changed,
        unchanged,
    }
}

async fn put(stage: &Stage, people: Vec<NewPerson>) -> Result<ImportCounts, StoreError> {
    stage.store.put_people(people, stage.import()).await
}

/// A person comes back as the register said, with the memberships in its order.
pub async fn a_person_comes_back_as_the_register_said(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let here = people::sakhalin().code;
    let there = people::kaliningrad().code;
    let mut person = people::teacher();
    person.login = people::login("Every.Role");
    person.profile.contacts = vec![
        people::contact(people::mobile("+79001234567"), Source::School),
        people::contact(people::email("d.s@example.ru"), Source::School),
    ];
    let roles = Role::ALL
        .into_iter()
        .zip(["30", "3", "13"].into_iter().cycle());
    person.memberships = roles
        .map(|(role, school)| membership(&here, school, role, Some("11 «Ё»")))
        .collect();
    person
        .memberships
        .push(membership(&there, "30", Role::Parent, None));
    assert_eq!(put(&stage, vec![person.clone()]).await, Ok(counts(1, 0, 0)));
    let found = stage.sheet(&person).await;
    let account = found.account.value;
    assert_eq!(account.login.as_str(), "Every.Role");
    assert_eq!(account.status, person.status);
    assert_eq!(account.profile, person.profile);
    assert_eq!(account.password, None);
    assert_eq!(account.epoch, Epoch::default());
    let places: Vec<_> = found
        .memberships
        .iter()
        .map(|m| {
            let of = &m.organization;
            let external = of.external_id.clone();
            (of.region.code.clone(), external, m.role, m.class.clone())
        })
        .collect();
    let expected: Vec<_> = person
        .memberships
        .into_iter()
        .map(|m| (m.region, m.organization, m.role, m.class))
        .collect();
    assert_eq!(places, expected);
    let mut newcomer = people::adult();
    newcomer.login = people::login("newcomer");
    newcomer.memberships.clear();
    put(&stage, vec![newcomer.clone()]).await.unwrap();
    assert!(stage.sheet(&newcomer).await.memberships.is_empty());
}

/// An import counts what it added, changed and left; the same file once more changes nothing, not
/// even versions.
pub async fn an_import_counts_what_it_did(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let store = &stage.store;
    let organizations = || store.put_organizations(people::organizations(), stage.import());
    assert_eq!(organizations().await, Ok(counts(5, 0, 0)));
    assert_eq!(organizations().await, Ok(counts(0, 0, 5)));
    assert_eq!(put(&stage, people::everybody()).await, Ok(counts(6, 0, 0)));
    let before = stage.teacher().await;
    assert_eq!(put(&stage, people::everybody()).await, Ok(counts(0, 0, 6)));
    assert_eq!(stage.teacher().await, before);
    let guardianships = || store.put_guardianships(people::guardianships(), stage.import());
    assert_eq!(guardianships().await, Ok(counts(1, 0, 0)));
    assert_eq!(guardianships().await, Ok(counts(0, 0, 1)));
    let mut school = people::organizations().remove(0);
    school.name = "МБОУ «Лицей»".parse().unwrap();
    let batch = vec![school.clone(), school];
    let done = store.put_organizations(batch, stage.import()).await;
    assert_eq!(done, Ok(counts(0, 1, 1)), "the same row twice in a batch");
    let mut new = people::adult();
    new.login = people::login("new");
    let mut changed = people::teacher();
    changed.profile.birth_date = None;
    let batch = vec![changed, new.clone(), people::adult(), new];
    assert_eq!(put(&stage, batch).await, Ok(counts(1, 1, 2)));
    assert_eq!(
        stage.teacher().await.account.version,
        before.account.version.next()
    );
    assert_eq!(put(&stage, Vec::new()).await, Ok(counts(0, 0, 0)));
}

/// A row that names what is not there is told by its number, and nothing of its batch is written.
pub async fn a_batch_with_an_unknown_reference_is_not_written(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let here = people::sakhalin().code;
    let row_of = |answer: Result<ImportCounts, StoreError>| match answer {
        Err(StoreError::UnknownReference { row, .. }) => Some(row),
        _ => None,
    };
    let mut new = people::adult();
    new.login = people::login("new");
    let mut changed = people::teacher();
    changed.status = AccountStatus::Blocked;
    let before = stage.teacher().await;
    // An organisation of another region with the same number is another one.
    for (region, school) in [(here.clone(), "99"), (people::kaliningrad().code, "3")] {
        let mut lost = people::adult();
        lost.login = people::login("lost");
        lost.memberships
            .push(membership(&region, school, Role::Staff, None));
        let batch = vec![new.clone(), changed.clone(), lost];
        assert_eq!(row_of(put(&stage, batch).await), Some(2));
        assert_eq!(stage.store.account_by_login(&new.login).await, Ok(None));
        assert_eq!(stage.teacher().await, before);
    }
    let good = (people::teacher().login, people::pupil().login);
    let unknown = people::login("nobody");
    let pupil = stage.sheet(&people::pupil()).await;
    for bad in [
        (unknown.clone(), people::pupil().login),
        (people::parent().login, unknown),
    ] {
        let batch = vec![good.clone(), bad];
        let answer = stage.store.put_guardianships(batch, stage.import()).await;
        assert_eq!(row_of(answer), Some(1));
        let family = stage.store.family(pupil.account.value.id).await.unwrap();
        assert_eq!(family.guardians.len(), 1);
    }
    let password = |account| NewPassword {
        account,
        password: people::password("x"),
    };
    let batch = vec![password(before.account.value.id), password(stage.id())];
    let answer = stage.store.put_passwords(batch, stage.import()).await;
    assert_eq!(row_of(answer.map(|()| counts(0, 0, 0))), Some(1));
    assert_eq!(stage.teacher().await, before);
}

/// The register replaces what the register said; password, links, and what came from elsewhere
/// stay. Memberships are those of the last import.
pub async fn an_import_leaves_what_is_not_the_registers(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let mut account = stage.teacher().await.account;
    let id = account.value.id;
    let mail = |source| people::contact(people::email("d.s@example.ru"), source);
    let from_provider = people::contact(
        people::mobile("+79001234567"),
        Source::Provider(people::provider()),
    );
    account.value.password = Some(people::password("secret"));
    account.value.profile.contacts = vec![from_provider.clone(), mail(Source::Person)];
    stage.put(account.value, account.version).await.unwrap();
    let link = stage.linked(id, "1").await;
    let session = stage.session(id).await;
    let mut row = people::teacher();
    let name = RegisteredName::from_record("Дмитриева-Ким", "Светлана", "Вадимовна");
    row.profile.name = people::of_school(name);
    row.profile.birth_date = None;
    let new_number = people::contact(people::mobile("+79007654321"), Source::School);
    row.profile.contacts = vec![new_number.clone()];
    row.memberships = vec![membership(&people::sakhalin().code, "3", Role::Staff, None)];
    assert_eq!(put(&stage, vec![row.clone()]).await, Ok(counts(0, 1, 0)));
    let after = stage.teacher().await;
    let profile = &after.account.value.profile;
    assert_eq!(profile.name, row.profile.name);
    assert_eq!(profile.birth_date, None);
    assert_eq!(profile.snils, row.profile.snils);
    for kept in [&from_provider, &mail(Source::Person), &new_number] {
        assert!(profile.contacts.contains(kept));
    }
    assert_eq!(profile.contacts.len(), 3);
    assert_eq!(
        after.account.value.password,
        Some(people::password("secret"))
    );
    assert_eq!(after.memberships.len(), 1);
    assert_eq!(after.memberships[0].organization.external_id.as_str(), "3");
    assert_eq!(stage.store.links_of(id).await, Ok(vec![link]));
    assert!(stage.is_there(&session).await);
    row.profile.contacts.clear();
    put(&stage, vec![row]).await.unwrap();
    let profile = stage.teacher().await.account.value.profile;
    assert_eq!(profile.contacts, [from_provider, mail(Source::Person)]);
}

/// A new name, SNILS or birth date from the register moves the anchors of the account's links
/// (invariant 2); other news do not.
pub async fn an_import_of_identity_data_moves_the_anchor(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    let key: IdentityKey = stage.linked(id, "1").await.identity;
    let before = stage.anchor(&key).await;
    let mut row = people::teacher();
    row.memberships.clear();
    put(&stage, vec![row.clone()]).await.unwrap();
    assert_eq!(stage.anchor(&key).await, before);
    row.profile.snils = Some(people::of_school(people::snils(112_233_446)));
    put(&stage, vec![row]).await.unwrap();
    assert!(stage.anchor(&key).await > before);
}

/// An account that the register closes loses its sessions and flows, and its epoch moves, so that
/// nothing old comes alive when it is opened again (`domain.md`, Epoch).
pub async fn a_closed_account_loses_sessions_and_flows(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    let link = stage.linked(id, "1").await;
    let session = stage.session(id).await;
    let of_other = stage.session(stage.adult().await.account.value.id).await;
    let purpose = stage.link_purpose(id);
    let flow = stage.begun(stage.start(purpose)).await;
    let epoch = stage.teacher().await.account.value.epoch;
    let mut row = people::teacher();
    row.status = AccountStatus::Blocked;
    put(&stage, vec![row.clone()]).await.unwrap();
    assert!(!stage.is_there(&session).await && !stage.is_open(&flow).await);
    assert!(stage.is_there(&of_other).await);
    assert!(stage.teacher().await.account.value.epoch > epoch);
    assert_eq!(stage.store.links_of(id).await, Ok(vec![link]));
    row.status = AccountStatus::Active;
    put(&stage, vec![row]).await.unwrap();
    assert!(stage.teacher().await.account.value.epoch > epoch);
}

/// The links of an account that the register archives end: the identity is free for another one.
pub async fn an_archived_account_loses_its_links(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let id = stage.teacher().await.account.value.id;
    let link = stage.linked(id, "1").await;
    let before = stage.anchor(&link.identity).await;
    let mut row = people::teacher();
    row.status = AccountStatus::Archived;
    put(&stage, vec![row]).await.unwrap();
    assert_eq!(stage.store.links_of(id).await, Ok(Vec::new()));
    assert!(stage.anchor(&link.identity).await > before);
    let other = stage.adult().await.account.value.id;
    let anew = stage.link(other, identity_key("1"));
    stage.make(&anew).await.unwrap();
}

/// A new guardianship moves the versions of both accounts: a decision on the family of before
/// conflicts (`threats.md` C13, E11).
pub async fn c13_a_guardianship_moves_both_accounts(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let pair = [people::adult(), people::pupil()];
    let versions = async || {
        let mut versions = Vec::new();
        for person in &pair {
            versions.push(stage.sheet(person).await.account.version);
        }
        versions
    };
    let before = versions().await;
    let [guardian, pupil] = pair.each_ref().map(|person| person.login.clone());
    let batch = vec![(guardian, pupil)];
    stage
        .store
        .put_guardianships(batch, stage.import())
        .await
        .unwrap();
    let after = versions().await;
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| after > before)
    );
}

/// First passwords are printed for a person, a class or an organisation: active accounts, by
/// class and name, each once.
pub async fn passwords_are_printed_by_class_and_name(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let here = people::sakhalin().code;
    let pupil = |login: &str, surname: &str, class: &str| {
        let name = [surname, "Анна", "Олеговна"];
        let mut pupil = people::person(login, name, None, None, Role::Pupil);
        pupil.memberships = vec![membership(&here, "3", Role::Pupil, Some(class))];
        pupil
    };
    let mut blocked = pupil("p4", "Ананьева", "5 А");
    blocked.status = AccountStatus::Blocked;
    let mut twice = pupil("p5", "Яковлева", "6 А");
    twice
        .memberships
        .push(membership(&here, "3", Role::Staff, None));
    let mut elsewhere = pupil("p6", "Андреева", "5 А");
    elsewhere.memberships = vec![membership(&here, "13", Role::Pupil, Some("5 А"))];
    let batch = vec![
        pupil("p1", "Ёлкина", "5 А"),
        pupil("p2", "Белова", "5 А"),
        pupil("p3", "Антонова", "6 А"),
        blocked,
        twice,
        elsewhere,
    ];
    put(&stage, batch).await.unwrap();
    let printed = async |scope: PrintScope| {
        let found = stage.store.printed_for(&scope).await.unwrap();
        let login = |person: &linking_core::ports::PrintedFor| person.login.as_str().to_owned();
        found.iter().map(login).collect::<Vec<_>>()
    };
    let school = || "3".parse().unwrap();
    let class = |class: &str| PrintScope::Class(here.clone(), school(), class.parse().unwrap());
    assert_eq!(printed(class("5 А")).await, ["p2", "p1"]);
    assert!(printed(class("5 Б")).await.is_empty());
    let whole = PrintScope::Organization(here.clone(), school());
    assert_eq!(printed(whole).await, ["p2", "p1", "p3", "p5"]);
    let person = |login| PrintScope::Person(people::login(login));
    assert_eq!(printed(person("P1")).await, ["p1"]);
    for nobody in ["p4", "nobody"] {
        assert!(printed(person(nobody)).await.is_empty());
    }
    let other_region = PrintScope::Organization(people::kaliningrad().code, school());
    assert!(printed(other_region).await.is_empty());
    let one = stage
        .store
        .printed_for(&person("p1"))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(one.display_name, "Ёлкина Анна Олеговна");
    assert_eq!(one.class, Some("5 А".parse().unwrap()));
    assert!(!one.has_own_password);
}

/// A first password takes the place of any other; epoch and version move, sessions and flows of
/// before are over (`threats.md` D2, D6). The printer sees whether the owner had chosen one.
pub async fn a_first_password_ends_what_was_before(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let mut account = stage.teacher().await.account;
    let id = account.value.id;
    account.value.password = Some(people::password("own"));
    stage.put(account.value, account.version).await.unwrap();
    let scope = PrintScope::Person(people::teacher().login);
    let owned = async || stage.store.printed_for(&scope).await.unwrap()[0].has_own_password;
    assert!(owned().await);
    let session = stage.session(id).await;
    let of_other = stage.session(stage.adult().await.account.value.id).await;
    let purpose = stage.link_purpose(id);
    let flow = stage.begun(stage.start(purpose)).await;
    let mut before = stage.teacher().await.account;
    // The owner's own was held for known to others; the printed one is not.
    let mut known = before.value.clone();
    if let Some(password) = &mut known.password {
        password.exposed_at = Some(START);
    }
    stage.put(known, before.version).await.unwrap();
    before = stage.teacher().await.account;
    let printed = LocalPassword {
        exposed_at: None,
        hash: PlainHasher::stored("printed"),
        origin: PasswordOrigin::Printed,
        set_at: START,
    };
    let new = NewPassword {
        account: id,
        password: printed.clone(),
    };
    stage
        .store
        .put_passwords(vec![new], stage.import())
        .await
        .unwrap();
    let after = stage.teacher().await.account;
    assert_eq!(after.value.password, Some(printed));
    assert_eq!(after.value.epoch, before.value.epoch.next());
    assert!(after.version > before.version);
    assert_eq!(after.value.profile, before.value.profile);
    assert!(!stage.is_there(&session).await && !stage.is_open(&flow).await);
    assert!(stage.is_there(&of_other).await);
    assert!(!owned().await);
}
