//! Person data over REST (`esia.md 6`, `13.1` point 10).

use axum::http::StatusCode;
use linking_simulator::EsiaCode;
use serde_json::{Value, json};

use crate::stand::{Stand, System};

const EVERYTHING: &str = "openid fullname snils birthdate gender email mobile contacts \
    birth_cert_doc kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc";

async fn token(stand: &Stand, scope: &str, persona: &str) -> String {
    let system = System::new(stand).asking(scope);
    let tokens = system.sign_in(&mut stand.browser(), persona).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_field_without_its_scope_is_absent() {
    let stand = Stand::new();
    for (scope, shown) in [
        ("openid", &[][..]),
        ("openid fullname", &["firstName", "lastName", "middleName"]),
        ("openid snils", &["snils"]),
        ("openid birthdate gender", &["birthDate", "gender"]),
    ] {
        let token = token(&stand, scope, "sokolova").await;
        let person = stand.get("/rs/prns/1000000001/", &token).await.json();
        let always = [
            "containsUpCfmCode",
            "eTag",
            "regCtxCfmSte",
            "regType",
            "stateFacts",
            "status",
            "trusted",
            "updatedOn",
            "verifying",
        ];
        let mut expected: Vec<&str> = always.iter().chain(shown).copied().collect();
        expected.sort_unstable();
        let mut names: Vec<_> = person
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{scope}");
        assert_eq!(person["eTag"].as_str().unwrap().len(), 40);
    }
}

#[tokio::test]
async fn collections_hold_addresses_unless_embedded() {
    let stand = Stand::new();
    let token = token(&stand, EVERYTHING, "sokolova").await;
    let list = stand.get("/rs/prns/1000000001/ctts", &token).await.json();
    assert_eq!(
        (&list["size"], &list["stateFacts"]),
        (&json!(3), &json!(["hasSize"]))
    );
    let first = list["elements"][0].as_str().unwrap();
    assert!(
        first.starts_with("http://esia.stand.test/rs/prns/1000000001/ctts/"),
        "{first}"
    );
    let path = first.strip_prefix("http://esia.stand.test").unwrap();
    let contact = stand.get(path, &token).await.json();
    assert_eq!(
        (&contact["type"], &contact["value"]),
        (&json!("MBT"), &json!("+7(900)0000001"))
    );

    for embed in ["(elements)", "%28elements%29"] {
        let path = format!("/rs/prns/1000000001/ctts?embed={embed}");
        let list = stand.get(&path, &token).await.json();
        let types: Vec<_> = list["elements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["type"].clone())
            .collect();
        assert_eq!(types, ["MBT", "EML", "PHN"]);
        assert_eq!(list["elements"][2]["vrfStu"], "NOT_VERIFIED");
    }
}

#[tokio::test]
async fn contacts_follow_their_own_scopes() {
    let stand = Stand::new();
    for (scope, types) in [
        ("openid mobile", &["MBT"][..]),
        ("openid email", &["EML"]),
        ("openid contacts", &["MBT", "EML", "PHN"]),
    ] {
        let token = token(&stand, scope, "sokolova").await;
        let path = "/rs/prns/1000000001/ctts?embed=(elements)";
        let list = stand.get(path, &token).await.json();
        let shown: Vec<_> = list["elements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["type"].clone())
            .collect();
        assert_eq!(shown, *types, "{scope}");
    }
    let bare = token(&stand, "openid", "sokolova").await;
    let answer = stand.get("/rs/prns/1000000001/ctts", &bare).await;
    assert_eq!(
        (answer.status, answer.esia_code()),
        (StatusCode::FORBIDDEN, Some(EsiaCode::ScopeNotAllowed))
    );
    stand
        .control
        .set_knob(|knobs| knobs.scope_not_allowed_status = 401);
    let answer = stand.get("/rs/prns/1000000001/ctts", &bare).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_person_comes_with_collections_in_one_request() {
    let stand = Stand::new();
    let token = token(&stand, EVERYTHING, "sokolova").await;
    let path = "/rs/prns/1000000001?embed=(contacts.elements,kids.elements,vehicles.elements)";
    let person = stand.get(path, &token).await.json();
    assert_eq!(person["contacts"]["size"], 3);
    assert!(person.get("vehicles").is_none(), "no scope for vehicles");
    let kids = person["kids"]["elements"].as_array().unwrap();
    assert_eq!(kids.len(), 2);
    assert_eq!(kids[0]["firstName"], "Артём");
    assert_eq!(kids[0]["snils"], "100-200-003 24");
    assert_eq!(kids[0]["oid"], 1_000_000_003);
    assert_eq!(
        kids[0]["documents"]["elements"][0]["type"],
        "KID_RF_BRTH_CERT"
    );
}

#[tokio::test]
async fn cards_of_children_are_read_one_by_one_too() {
    let stand = Stand::new();
    let token = token(&stand, EVERYTHING, "kuznetsova").await;
    let list = stand
        .get("/rs/prns/1000000006/kids?embed=(elements)", &token)
        .await
        .json();
    let first = &list["elements"][0];
    assert!(first.get("snils").is_none() && first.get("oid").is_none());
    let path = format!("/rs/prns/1000000006/kids/{}", first["id"]);
    assert_eq!(stand.get(&path, &token).await.json()["firstName"], "Егор");
    let papers = stand.get(&format!("{path}/docs"), &token).await.json();
    assert!(papers["elements"][0].as_str().unwrap().contains("/kids/"));
    let papers = stand
        .get(&format!("{path}/docs?embed=(elements)"), &token)
        .await
        .json();
    assert_eq!(papers["elements"][0]["type"], "KID_RF_BRTH_CERT");
}

#[tokio::test]
async fn documents_addresses_and_roles_need_their_scopes() {
    let more = ["id_doc", "addresses", "usr_org"].map(str::to_owned);
    let stand = Stand::with(|settings| settings.clients[0].scopes.extend(more));
    let token = token(&stand, "openid id_doc addresses usr_org", "dmitrieva").await;
    let read = async |path: &str| -> Value {
        stand
            .get(&format!("/rs/prns/1000000005{path}"), &token)
            .await
            .json()
    };
    let person = read("").await;
    assert_eq!(person["citizenship"], "RUS");
    let documents = read("/docs?embed=(elements)").await;
    assert_eq!(documents["elements"][0]["id"], person["rIdDoc"]);
    assert_eq!(documents["elements"][0]["type"], "RF_PASSPORT");
    assert_eq!(
        read("/addrs?embed=(elements)").await["elements"][0]["type"],
        "PLV"
    );
    assert_eq!(
        read("/roles?embed=(elements)").await["elements"][0]["shortName"],
        "Школа стенда"
    );
    let foreign = self::token(&stand, "openid id_doc", "rahimov").await;
    let person = stand
        .get("/rs/prns/1000000016?embed=(documents.elements)", &foreign)
        .await
        .json();
    assert_eq!(person["citizenship"], "TJK");
    assert_eq!(person["documents"]["elements"][0]["type"], "FID_DOC");
}

#[tokio::test]
async fn refusals_of_rest_have_their_codes() {
    let stand = Stand::new();
    let token = token(&stand, EVERYTHING, "sokolova").await;
    for (path, bearer, status, code) in [
        ("/rs/prns/1000000001", "", 401, Some(EsiaCode::InvalidToken)),
        (
            "/rs/prns/1000000001",
            "forged",
            401,
            Some(EsiaCode::InvalidToken),
        ),
        (
            "/rs/prns/1000000002",
            &token,
            403,
            Some(EsiaCode::ScopeNotAllowed),
        ),
        ("/rs/prns/7", &token, 404, None),
        ("/rs/prns/x", &token, 404, None),
        ("/rs/prns/1000000001/shoes", &token, 404, None),
        ("/rs/prns/1000000001/ctts/1", &token, 404, None),
        (
            "/rs/prns/1000000001/addrs",
            &token,
            403,
            Some(EsiaCode::ScopeNotAllowed),
        ),
        (
            "/rs/orgs/1000300001",
            &token,
            403,
            Some(EsiaCode::ScopeNotAllowed),
        ),
    ] {
        let answer = stand.get(path, bearer).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        if code.is_some() {
            assert_eq!(answer.esia_code(), code, "{path}");
        }
        assert!(answer.json()["code"].is_string());
    }
}

#[tokio::test]
async fn people_with_little_data_have_little_data() {
    let stand = Stand::new();
    for (persona, oid, absent) in [
        ("li", 1_000_000_015_u64, "middleName"),
        ("simplified", 1_000_000_019, "snils"),
        ("egorov", 1_000_000_022, "lastName"),
    ] {
        let token = token(&stand, EVERYTHING, persona).await;
        let person = stand.get(&format!("/rs/prns/{oid}"), &token).await.json();
        assert!(person.get(absent).is_none(), "{persona}: {person}");
    }
    let token = token(&stand, EVERYTHING, "orlov").await;
    let list = stand.get("/rs/prns/1000000017/ctts", &token).await.json();
    assert_eq!(list["size"], 0);
}

#[tokio::test]
async fn a_number_beyond_32_bits_is_written_in_full() {
    let stand = Stand::new();
    let token = token(&stand, EVERYTHING, "osipova").await;
    assert_eq!(
        stand.get("/rs/prns/5000000009", &token).await.status,
        StatusCode::OK
    );
    let (_, claims) = crate::stand::decoded(&token);
    assert_eq!(claims["urn:esia:sbj_id"], 5_000_000_009_u64);
}
