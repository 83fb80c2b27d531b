//! Regions, localities, and the search of organisations.

use std::sync::Arc;

use linking_core::{
    ports::{NewOrganization, OrganizationSearch},
    region::{Locality, Organization, OrganizationType, Region},
};

use crate::{
    people::{self, organization, region},
    store::{ConformingStore, stage::Stage},
};

use OrganizationType::{Authority, School};

async fn put(stage: &Stage, batch: Vec<NewOrganization>) {
    stage
        .store
        .put_organizations(batch, stage.import())
        .await
        .unwrap();
}

fn search(region: &Region, words: &str) -> OrganizationSearch {
    OrganizationSearch {
        region: region.code.clone(),
        locality: None,
        kind: School,
        words: words.to_owned(),
        limit: 100,
    }
}

async fn find(stage: &Stage, search: &OrganizationSearch) -> Vec<Organization> {
    let page = stage.store.organizations(search).await.unwrap();
    assert_eq!(page.total, u64::try_from(page.first.len()).unwrap());
    page.first
}

fn names(found: &[Organization]) -> Vec<&str> {
    found.iter().map(|found| found.name.as_str()).collect()
}

/// An organisation comes back as the register brought it, by search and by id; a region by code.
pub async fn an_organization_comes_back(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let long = region(&"r".repeat(32), &"Я".repeat(100), -720);
    let row = organization(
        long.clone(),
        &"9".repeat(64),
        &"Ц".repeat(100),
        &"Щ".repeat(300),
        Authority,
    );
    put(&stage, vec![row.clone()]).await;
    let sought = OrganizationSearch {
        kind: Authority,
        ..search(&long, "")
    };
    let found = find(&stage, &sought).await;
    let expected = Organization {
        id: found[0].id,
        external_id: row.external_id,
        region: row.region,
        locality: row.locality,
        name: row.name,
        kind: row.kind,
    };
    assert_eq!(found, std::slice::from_ref(&expected));
    assert_eq!(
        stage.store.organization(expected.id).await,
        Ok(Some(expected))
    );
    assert_eq!(stage.store.organization(stage.id()).await, Ok(None));
    assert_eq!(stage.store.region(&long.code).await, Ok(Some(long)));
    let unknown = "nowhere".parse().unwrap();
    assert_eq!(stage.store.region(&unknown).await, Ok(None));
}

/// Regions come by name; a later import may rename one, for its organisations too.
pub async fn regions_come_by_name(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    assert_eq!(stage.store.regions().await, Ok(Vec::new()));
    put(&stage, people::organizations()).await;
    let both = vec![people::kaliningrad(), people::sakhalin()];
    assert_eq!(stage.store.regions().await, Ok(both));
    let renamed = region("kaliningrad", "Янтарный край", 180);
    let school = organization(renamed.clone(), "31", "Луговое", "Лицей № 31", School);
    put(&stage, vec![school]).await;
    let both = vec![people::sakhalin(), renamed.clone()];
    assert_eq!(stage.store.regions().await, Ok(both));
    for found in find(&stage, &search(&renamed, "")).await {
        assert_eq!(found.region, renamed);
    }
}

/// Words are found at the beginning of words, in any order, whatever the case, ё as е; digits are
/// whole numbers: «школа 3» finds № 3 and № 30, not № 13.
pub async fn words_and_numbers_find_an_organization(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    put(&stage, people::organizations()).await;
    let here = people::sakhalin();
    for (words, expected) in [
        ("СОШ № 3 «Ёлочка»", vec!["МБОУ СОШ № 3 «Ёлочка»"]),
        ("елочка", vec!["МБОУ СОШ № 3 «Ёлочка»"]),
        ("ЁЛОЧКА сош", vec!["МБОУ СОШ № 3 «Ёлочка»"]),
        ("сош 3", vec!["МБОУ СОШ № 3 «Ёлочка»", "МБОУ СОШ № 30"]),
        ("3сош", vec!["МБОУ СОШ № 3 «Ёлочка»", "МБОУ СОШ № 30"]),
        ("сош 30", vec!["МБОУ СОШ № 30"]),
        ("13", vec!["Гимназия № 13"]),
        ("1", vec!["Гимназия № 13"]),
        ("гимн", vec!["Гимназия № 13"]),
        ("гимн сош", vec![]),
        (
            "%",
            vec!["Гимназия № 13", "МБОУ СОШ № 3 «Ёлочка»", "МБОУ СОШ № 30"],
        ),
        ("' OR 1=1", vec![]),
        ("300", vec![]),
    ] {
        let found = find(&stage, &search(&here, words)).await;
        let mut found = names(&found);
        found.sort_unstable();
        assert_eq!(found, expected, "{words}");
    }
}

/// A search keeps to its region, its kind and its locality: never another region's school
/// (`threats.md` T9).
pub async fn a_search_keeps_to_its_place(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    put(&stage, people::organizations()).await;
    let (here, there) = (people::sakhalin(), people::kaliningrad());
    assert_eq!(
        names(&find(&stage, &search(&there, "30")).await),
        ["Лицей № 30"]
    );
    assert_eq!(
        names(&find(&stage, &search(&here, "30")).await),
        ["МБОУ СОШ № 30"]
    );
    let authorities = OrganizationSearch {
        kind: Authority,
        ..search(&here, "")
    };
    let found = find(&stage, &authorities).await;
    assert_eq!(names(&found), ["Управление образования"]);
    let at = |locality: &str, words| OrganizationSearch {
        locality: Some(locality.parse().unwrap()),
        ..search(&here, words)
    };
    let found = find(&stage, &at("Южный", "")).await;
    assert_eq!(names(&found), ["Гимназия № 13", "МБОУ СОШ № 3 «Ёлочка»"]);
    assert_eq!(names(&find(&stage, &at("Южный", "сош")).await).len(), 1);
    assert!(find(&stage, &at("Южный", "30")).await.is_empty());
    assert!(
        find(&stage, &at("Южн", "")).await.is_empty(),
        "a locality is a whole one"
    );
    let nowhere = region("nowhere", "Нигде", 0);
    assert!(find(&stage, &search(&nowhere, "")).await.is_empty());
}

/// A search gives the first hits by name and says how many there are in all.
pub async fn a_search_gives_the_first_and_counts_all(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    let here = people::sakhalin();
    let letters: Vec<char> = ('а'..='я').filter(|c| *c != 'ё').collect();
    let batch = letters.iter().rev().map(|c| {
        organization(
            here.clone(),
            &format!("x-{c}"),
            "Луговое",
            &format!("Школа {c}{c}"),
            School,
        )
    });
    put(&stage, batch.collect()).await;
    for words in ["", "школа"] {
        let limited = OrganizationSearch {
            limit: 3,
            ..search(&here, words)
        };
        let page = stage.store.organizations(&limited).await.unwrap();
        assert_eq!(names(&page.first), ["Школа аа", "Школа бб", "Школа вв"]);
        assert_eq!(page.total, 32);
        let none = OrganizationSearch {
            limit: 0,
            ..limited
        };
        let page = stage.store.organizations(&none).await.unwrap();
        assert!(page.first.is_empty());
        assert_eq!(page.total, 32);
    }
}

/// What was renamed or moved is found in its new form and not in its old one.
pub async fn a_renamed_organization_is_found_anew(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    put(&stage, people::organizations()).await;
    let here = people::sakhalin();
    let before = find(&stage, &search(&here, "гимназия")).await;
    let renamed = organization(here.clone(), "13", "Долинск", "Лицей № 8", School);
    put(&stage, vec![renamed]).await;
    for gone in ["гимназия", "13"] {
        assert!(
            find(&stage, &search(&here, gone)).await.is_empty(),
            "{gone}"
        );
    }
    let after = find(&stage, &search(&here, "лицей 8")).await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].id, before[0].id, "it is the same organisation");
    assert_eq!(after[0].locality.as_str(), "Долинск");
}

/// Localities come by name, each once, of those that have such an organisation.
pub async fn localities_come_by_name(store: Arc<dyn ConformingStore>) {
    let stage = Stage::empty(store);
    put(&stage, people::organizations()).await;
    let here = people::sakhalin();
    let find = async |kind, words: &str, limit| {
        let found = stage.store.localities(&here.code, kind, words, limit).await;
        let found: Vec<Locality> = found.unwrap();
        found.into_iter().map(String::from).collect::<Vec<String>>()
    };
    assert_eq!(find(School, "", 10).await, ["Луговое", "Южный"]);
    assert_eq!(find(School, "", 1).await, ["Луговое"]);
    assert_eq!(find(School, "лУг", 10).await, ["Луговое"]);
    assert_eq!(find(School, "жный", 10).await, ["Южный"]);
    assert_eq!(find(Authority, "", 10).await, ["Южный"]);
    assert!(find(Authority, "луг", 10).await.is_empty());
    // The last school moves away.
    let moved = organization(here.clone(), "30", "Южный", "МБОУ СОШ № 30", School);
    put(&stage, vec![moved]).await;
    assert_eq!(find(School, "", 10).await, ["Южный"]);
}
