//! What the pages do, done by a program.

use axum::body::Body;
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    api::program::{Program, credentials},
    browser::Browser,
    world::{ORIGIN, PASSWORD, World},
};

#[tokio::test]
async fn a_program_finds_its_school_and_signs_in_by_password() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let regions = program.get("/regions").await.ok();
    assert_eq!(regions.body["regions"][0]["code"], "65");
    let found = program
        .get("/regions/65/localities?kind=school&words=%D0%BB%D1%83%D0%B3")
        .await
        .ok();
    assert_eq!(found.body, json!({"total": 1, "localities": ["Луговое"]}));
    let found = program
        .get("/regions/65/organizations?kind=school&words=30")
        .await
        .ok();
    assert_eq!(found.body["total"], 1);
    let school = found.body["organizations"][0]["id"].as_str().unwrap();
    assert_eq!(school, world.school.to_string());
    let offer = program.get("/regions/65/ways").await.ok();
    assert_eq!(
        offer.body,
        json!({"password": true, "providers": ["gosuslugi"], "letters": false})
    );
    program.get("/session").await.expect(401, "not-signed-in");
    program.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
    let who = program.get("/session").await.ok();
    assert_eq!(who.body["name"], "Светлана В. Д.");
    assert_eq!(who.body["memberships"][0]["role"], "teacher");
    assert_eq!(who.body["session"]["way"], json!({"kind": "password"}));
    let profile = program.get("/profile").await.ok();
    assert_eq!(profile.body["surname"], "Дмитриева");
    assert_eq!(profile.body["birth_date"], "1990-04-23");
    assert_eq!(profile.body["snils"], "•••-•••-••• 95");
    assert_eq!(program.delete("/session").await.status, 204);
    program.get("/session").await.expect(401, "not-signed-in");
}

#[tokio::test]
async fn a_program_links_from_the_providers_side() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await.at("at-provider");
    assert!(
        begun.body["open"]
            .as_str()
            .unwrap()
            .starts_with("https://esia.test/")
    );
    let reply = program.come_back("svetlana", &begun.state()).await;
    let flow = reply.clone().at("not-linked").flow();
    assert_eq!(flow, begun.flow());
    assert_eq!(reply.body["flow"]["identity"], "Светлана В. Д.");
    let version = reply.body["flow"]["consent"]["version"].as_str().unwrap();
    let text = program.get(&format!("/consent-texts/{version}")).await.ok();
    assert_eq!(text.body["digest"].as_str().unwrap().len(), 64);
    let old = json!({"text_version": "2020-01"});
    program
        .post(&format!("/flows/{flow}/agree"), old)
        .await
        .ok()
        .at("not-linked");
    let body = json!({"text_version": version});
    program
        .post(&format!("/flows/{flow}/agree"), body)
        .await
        .ok()
        .at("prove");
    let linked = program.prove(&world, &flow, "dmitrieva30").await.ok();
    assert_eq!(linked.step(), "choose-contacts");
    assert_eq!(linked.body["flow"]["contacts"][0]["kind"], "mobile");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    let body = json!({"keep": ["email"]});
    let done = program
        .post(&format!("/flows/{flow}/contacts"), body)
        .await
        .ok()
        .at("done");
    assert_eq!(done.body["flow"]["end"], "linked");
    assert_eq!(world.contacts("dmitrieva30").await, ["email"]);
    // The next time one step is enough.
    let mut later = Program::new(&world).await;
    let begun = later.begin(&world).await;
    let reply = later.come_back("svetlana", &begun.state()).await.ok();
    assert!(later.token.is_some(), "{}", reply.text);
    let who = later.get("/session").await.ok();
    assert_eq!(who.body["session"]["way"]["provider"], "gosuslugi");
    let consents = later.get("/consents").await.ok();
    assert_eq!(consents.body["consents"][0]["contacts"], json!(["email"]));
    let kept = later.post("/contacts", json!({"keep": []})).await.ok();
    assert_eq!(kept.body, json!({"contacts": []}));
    assert!(world.contacts("dmitrieva30").await.is_empty());
}

#[tokio::test]
async fn a_program_links_from_the_settings_and_unlinks() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let ways = program.get("/ways").await.ok();
    assert_eq!(ways.body["ways"][1]["kind"], "connectable");
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    let flow = begun.flow();
    program
        .come_back("svetlana", &begun.state())
        .await
        .ok()
        .at("confirm");
    let body = json!({"text_version": "2026-11"});
    program
        .post(&format!("/flows/{flow}/confirm"), body)
        .await
        .ok()
        .at("choose-contacts");
    let ways = program.get("/ways").await.ok();
    assert_eq!(ways.body["ways"][0]["kind"], "linked");
    let preview = program.get("/ways/gosuslugi/unlink").await.ok();
    assert_eq!(preview.body["stays"], json!([{"kind": "password"}]));
    program.post("/ways/gosuslugi/unlink", json!({})).await.ok();
    assert!(world.links("dmitrieva30").await.is_empty());
    assert_eq!(program.get("/session").await.status, 200, "re-issued");
}

#[tokio::test]
async fn the_history_is_paged_without_a_line_lost_or_doubled() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    for _ in 0..6 {
        world.pass(TimeDelta::seconds(1));
        program.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
    }
    let all = program.get("/history?limit=100").await.ok();
    let lines = all.body["lines"].as_array().unwrap().clone();
    assert!(lines.len() >= 7 && all.body.get("next").is_none());
    assert_eq!(lines[0]["notice"], "signed-in");
    assert_eq!(lines[0]["text"], "Вы вошли по паролю");
    let mut paged = Vec::new();
    let mut path = "/history?limit=3".to_owned();
    loop {
        let page = program.get(&path).await.ok();
        paged.extend(page.body["lines"].as_array().unwrap().clone());
        // A line that is added meanwhile moves none.
        Program::signed_in(&world, "dmitrieva30").await;
        match page.body["next"].as_str() {
            Some(next) => path = format!("/history?limit=3&before={next}"),
            None => break,
        }
    }
    assert_eq!(paged, lines);
}

#[tokio::test]
async fn a_page_of_ours_uses_the_api_with_its_cookies() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.look("/api/v1/session").await;
    assert_eq!(page.status, 401);
    assert!(browser.jar.contains_key("__Host-browser"));
    let request = browser
        .request("POST", "/api/v1/session")
        .header("content-type", "application/json")
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(
            credentials(&world, "dmitrieva30", PASSWORD).to_string(),
        ))
        .unwrap();
    let page = browser.send(request).await;
    assert_eq!(page.status, 201, "{}", page.body);
    assert!(!page.body.contains("token"), "{}", page.body);
    assert_eq!(browser.look("/api/v1/session").await.status, 200);
    assert_eq!(browser.get("/settings").await.name(), "settings");
}

#[tokio::test]
async fn i1_api_a_provider_that_is_away_leaves_a_flow_that_goes_on() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let down = &world.provider.down;
    down.store(true, std::sync::atomic::Ordering::SeqCst);
    let body = json!({"provider": "gosuslugi", "region": "65"});
    let reply = program.post("/flows", body).await;
    let reply = reply.expect(503, "provider-unavailable").at("try-again");
    assert_eq!(reply.header("retry-after"), "60");
    assert_eq!(reply.body["mender"], "time");
    assert_eq!(reply.body["next"], "try-again");
    down.store(false, std::sync::atomic::Ordering::SeqCst);
    let flow = reply.flow();
    let retry = format!("/flows/{flow}/retry");
    let begun = program.post(&retry, json!({})).await.ok();
    program
        .come_back("svetlana", &begun.state())
        .await
        .ok()
        .at("not-linked");
}
