//! People by what is known of them: SNILS, families.

use std::sync::Arc;

use linking_core::{
    account::{AccountStatus, Role},
    person::Snils,
    ports::NewPerson,
    region::RegionCode,
};

use crate::{
    people,
    store::{ConformingStore, stage::Stage},
};

async fn found(stage: &Stage, region: &RegionCode, snils: &Snils) -> Vec<String> {
    let sheets = stage.store.accounts_by_snils(region, snils).await.unwrap();
    let mut logins: Vec<String> = sheets
        .iter()
        .map(|sheet| sheet.account.value.login.as_str().to_owned())
        .collect();
    logins.sort();
    logins
}

async fn put(stage: &Stage, people: Vec<NewPerson>) {
    stage
        .store
        .put_people(people, stage.import())
        .await
        .unwrap();
}

/// A SNILS finds the accounts that have it, in the region that was asked for and in no other
/// (`threats.md` C17, T9).
pub async fn a_snils_finds_accounts_of_its_region_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let (here, there) = (people::sakhalin().code, people::kaliningrad().code);
    let mut elsewhere = people::teacher();
    elsewhere.login = people::login("elsewhere");
    elsewhere.memberships = vec![people::membership(&there, "30", Role::Parent, None)];
    let mut both = people::teacher();
    both.login = people::login("both");
    both.memberships = vec![
        people::membership(&there, "30", Role::Parent, None),
        people::membership(&here, "3", Role::Parent, None),
        people::membership(&here, "30", Role::Parent, None),
    ];
    put(&stage, vec![elsewhere, both]).await;
    let snils = people::teacher().profile.snils.unwrap().value;
    assert_eq!(found(&stage, &here, &snils).await, ["both", "dmitrieva"]);
    assert_eq!(found(&stage, &there, &snils).await, ["both", "elsewhere"]);
    let nowhere = "nowhere".parse().unwrap();
    assert!(found(&stage, &nowhere, &snils).await.is_empty());
    let unknown = people::snils(100_000_001);
    assert!(found(&stage, &here, &unknown).await.is_empty());
    let sheets = stage.store.accounts_by_snils(&here, &snils).await.unwrap();
    let whole = |sheet: &linking_core::account::AccountSheet| sheet.memberships.len();
    assert_eq!(
        sheets.iter().map(whole).sum::<usize>(),
        4,
        "all memberships come along"
    );
}

/// Only accounts in use are found by their SNILS.
pub async fn a_snils_finds_active_accounts_alone(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let here = people::sakhalin().code;
    let snils = people::teacher().profile.snils.unwrap().value;
    for (status, logins) in [
        (AccountStatus::Blocked, vec![]),
        (AccountStatus::Active, vec!["dmitrieva"]),
        (AccountStatus::Archived, vec![]),
    ] {
        let mut teacher = people::teacher();
        teacher.status = status;
        put(&stage, vec![teacher]).await;
        assert_eq!(found(&stage, &here, &snils).await, logins, "{status:?}");
    }
}

/// A SNILS that was corrected is found in its new form and not in its old one.
pub async fn a_corrected_snils_is_found_anew(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let here = people::sakhalin().code;
    let old = people::teacher().profile.snils.unwrap().value;
    let new = people::snils(112_233_446);
    let mut account = stage.teacher().await.account;
    account.value.profile.snils = Some(people::of_school(new.clone()));
    stage
        .put(account.value.clone(), account.version)
        .await
        .unwrap();
    assert!(found(&stage, &here, &old).await.is_empty());
    assert_eq!(found(&stage, &here, &new).await, ["dmitrieva"]);
    account.value.profile.snils = None;
    stage
        .put(account.value, account.version.next())
        .await
        .unwrap();
    assert!(found(&stage, &here, &new).await.is_empty());
}

/// A family is seen from both its sides, with what the school knows of each (`threats.md` E11).
pub async fn a_family_is_seen_from_both_sides(store: Arc<dyn ConformingStore>) {
    let stage = Stage::peopled(store).await;
    let [one, other] = people::namesakes();
    let pair = (one.login.clone(), people::pupil().login);
    let second_child = (people::parent().login, other.login.clone());
    let batch = vec![pair, second_child];
    stage
        .store
        .put_guardianships(batch, stage.import())
        .await
        .unwrap();
    let pupil = stage.sheet(&people::pupil()).await.account.value;
    let parent = stage.sheet(&people::parent()).await.account.value;
    let (one, other) = (stage.sheet(&one).await, stage.sheet(&other).await);
    let family = stage.store.family(pupil.id).await.unwrap();
    let mut guardians: Vec<_> = family.guardians.iter().map(|r| r.account).collect();
    let mut expected = vec![parent.id, one.account.value.id];
    guardians.sort_unstable();
    expected.sort_unstable();
    assert_eq!(guardians, expected);
    assert!(family.children.is_empty());
    let mother = family.guardians.iter().find(|r| r.account == parent.id);
    assert_eq!(mother.unwrap().profile, parent.profile);
    let family = stage.store.family(parent.id).await.unwrap();
    assert!(family.guardians.is_empty());
    assert_eq!(family.children.len(), 2);
    let child = family.children.iter().find(|r| r.account == pupil.id);
    assert_eq!(child.unwrap().profile, pupil.profile);
    assert!(
        family
            .children
            .iter()
            .any(|r| r.account == other.account.value.id)
    );
}
