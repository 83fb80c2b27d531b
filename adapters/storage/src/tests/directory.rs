//! The pickers over fifty thousand organisations.

use std::time::{Duration, Instant};

use linking_core::{
    audit::Act,
    ports::{Directory, ImportCounts, OrganizationSearch, Register},
    region::{Locality, OrganizationType},
};

use super::fixture::{Stand, organization, region};

fn search(words: &str, locality: Option<&str>) -> OrganizationSearch {
    OrganizationSearch {
        region: region().code,
        locality: locality.map(|locality| locality.parse().unwrap()),
        kind: OrganizationType::School,
        words: words.to_owned(),
        limit: 10,
    }
}

async fn found(stand: &Stand, words: &str, locality: Option<&str>) -> (Vec<String>, u64) {
    let page = stand
        .storage
        .organizations(&search(words, locality))
        .await
        .unwrap();
    let names = page
        .first
        .into_iter()
        .map(|found| String::from(found.name))
        .collect();
    (names, page.total)
}

#[tokio::test]
async fn words_match_in_any_order_and_numbers_from_their_beginning() {
    let stand = Stand::empty().await;
    let names = [
        "Школа № 30",
        "Школа № 3",
        "Школа № 13",
        "Лицей № 3 «Ёлочка»",
        "Гимназия",
    ];
    let batch = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            organization(
                &number.to_string(),
                if number == 4 { "Юг" } else { "Север" },
                name,
            )
        })
        .collect();
    stand
        .storage
        .put_organizations(batch, stand.audit(Act::Imported))
        .await
        .unwrap();
    for (words, locality, expected) in [
        ("школа 3", None, vec!["Школа № 3", "Школа № 30"]),
        ("3 ШКО", None, vec!["Школа № 3", "Школа № 30"]),
        (
            "№3",
            None,
            vec!["Лицей № 3 «Ёлочка»", "Школа № 3", "Школа № 30"],
        ),
        ("елочка", None, vec!["Лицей № 3 «Ёлочка»"]),
        ("кола", None, vec![]),
        ("100%", None, vec![]),
        ("_", Some("Юг"), vec!["Гимназия"]),
        ("", Some("Юг"), vec!["Гимназия"]),
        ("школа", Some("Юг"), vec![]),
        ("лицей", Some("Север"), vec!["Лицей № 3 «Ёлочка»"]),
        (
            "",
            None,
            vec![
                "Гимназия",
                "Лицей № 3 «Ёлочка»",
                "Школа № 3",
                "Школа № 13",
                "Школа № 30",
            ],
        ),
    ] {
        let (names, total) = found(&stand, words, locality).await;
        assert_eq!(names, expected, "{words:?} in {locality:?}");
        assert_eq!(total, u64::try_from(expected.len()).unwrap());
    }
}

#[tokio::test]
async fn localities_are_found_by_any_part_while_they_have_a_school() {
    let stand = Stand::empty().await;
    let put = async |batch| {
        stand
            .storage
            .put_organizations(batch, stand.audit(Act::Imported))
            .await
            .unwrap()
    };
    put(vec![
        organization("1", "Ростов-на-Дону", "Школа № 1"),
        organization("2", "Новоростово", "Школа № 2"),
        organization("3", "село Южное", "Школа № 3"),
    ])
    .await;
    let found = async |words: &str| {
        let found = stand
            .storage
            .localities(&region().code, OrganizationType::School, words, 10)
            .await
            .unwrap();
        found.into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(found("рост").await, ["Новоростово", "Ростов-на-Дону"]);
    assert_eq!(found("ростов на д").await, ["Ростов-на-Дону"]);
    assert_eq!(found("").await.len(), 3);
    put(vec![organization("3", "Новоростово", "Школа № 3")]).await;
    assert_eq!(found("южное").await, Vec::<String>::new());
    let authorities = stand
        .storage
        .localities(&region().code, OrganizationType::Authority, "", 10)
        .await
        .unwrap();
    assert_eq!(authorities, Vec::<Locality>::new());
}

#[expect(
    clippy::print_stdout,
    reason = "shows the times to whoever runs it with --no-capture"
)]
#[tokio::test]
async fn fifty_thousand_organisations_come_in_and_are_searched_quickly() {
    let stand = Stand::empty().await;
    let batch = (0..50_000)
        .map(|number| {
            let locality = format!("Город {}", number % 500);
            let name = format!("МБОУ «Средняя школа № {number}»");
            organization(&number.to_string(), &locality, &name)
        })
        .collect();
    let begun = Instant::now();
    let counts = stand
        .storage
        .put_organizations(batch, stand.audit(Act::Imported))
        .await
        .unwrap();
    let import = begun.elapsed();
    assert_eq!(
        counts,
        ImportCounts {
            added: 50_000,
            ..ImportCounts::default()
        }
    );
    let mut slowest = (Duration::ZERO, "");
    for (words, locality, total) in [
        ("школа 3", None, 11_111),
        ("школа 31234", None, 1),
        ("школа", None, 50_000),
        ("средняя мбоу", None, 50_000),
        ("", None, 50_000),
        ("школа", Some("Город 7"), 100),
        ("нет такой", None, 0),
    ] {
        let begun = Instant::now();
        let (_, all) = found(&stand, words, locality).await;
        slowest = slowest.max((begun.elapsed(), words));
        println!("{words:?} {locality:?}: {:?}", begun.elapsed());
        assert_eq!(all, total, "{words:?}");
    }
    println!("import {import:?}, slowest search {slowest:?}");
}
