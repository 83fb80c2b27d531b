//! Section A: to whom a flow and a session belong.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    api::program::Program,
    browser::Browser,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn a1_api_an_answer_counts_where_its_own_client_brings_it() {
    let world = World::new().await;
    let mut one = Program::new(&world).await;
    let state = one.begin(&world).await.state();
    let mut signed_in = Program::signed_in(&world, "second30").await;
    let mut busy = Program::new(&world).await;
    busy.begin(&world).await;
    let mut idle = Program::new(&world).await;
    for other in [&mut idle, &mut signed_in, &mut busy] {
        let before = other.token.clone();
        let reply = other.come_back("svetlana", &state).await;
        let reply = reply.expect(404, "flow-not-yours");
        assert!(reply.body.get("session").is_none() && other.token == before);
    }
    let mut bare = Program::bare(&world);
    bare.come_back("svetlana", &state)
        .await
        .expect(401, "no-client");
    one.come_back("svetlana", &state)
        .await
        .ok()
        .at("not-linked");
    assert_eq!(world.provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a1_api_a_missing_empty_or_doubled_state_is_refused() {
    let world = World::new().await;
    let mut one = Program::new(&world).await;
    let state = one.begin(&world).await.state();
    for query in ["code=svetlana", "code=svetlana&state="] {
        one.bring(query).await.expect(404, "flow-not-yours");
    }
    for query in [
        format!("code=svetlana&state={state}&state={state}"),
        format!("code=a&code=b&state={state}"),
    ] {
        one.bring(&query).await.expect(422, "unfit-fields");
    }
    one.come_back("svetlana", &state)
        .await
        .ok()
        .at("not-linked");
}

#[tokio::test]
async fn a2_api_a_link_begun_elsewhere_does_not_reach_the_open_account() {
    let world = World::new().await;
    let mut mallory = Program::signed_in(&world, "second30").await;
    let begun = mallory.post("/ways/gosuslugi/link", json!({})).await.ok();
    let state = begun.state();
    let mut victim = Program::signed_in(&world, "dmitrieva30").await;
    victim
        .come_back("otherwise", &state)
        .await
        .expect(404, "flow-not-yours");
    // Nor the victim's browser, whoever is signed in there.
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let address = format!("/auth/gosuslugi/callback?code=otherwise&state={state}");
    assert_eq!(browser.look(&address).await.refusal(), "flow-not-yours");
    assert!(world.links("dmitrieva30").await.is_empty());
    let mine = mallory.come_back("otherwise", &state).await.ok();
    assert_eq!(mine.step(), "confirm", "it works for its own account only");
}

#[tokio::test]
async fn a3_api_a_victim_who_opens_the_providers_address_gives_nothing_away() {
    let world = World::new().await;
    let mut mallory = Program::signed_in(&world, "second30").await;
    let begun = mallory.post("/ways/gosuslugi/link", json!({})).await.ok();
    // The victim signs in at the provider; the answer comes to the victim's browser, or to the
    // victim's program.
    let mut browser = Browser::new(&world);
    let state = begun.state();
    let address = format!("/auth/gosuslugi/callback?code=svetlana&state={state}");
    assert_eq!(browser.look(&address).await.refusal(), "flow-not-yours");
    let mut victim = Program::new(&world).await;
    victim
        .come_back("svetlana", &state)
        .await
        .expect(404, "flow-not-yours");
    // Mallory learns nothing by waiting.
    let flow = begun.flow();
    mallory
        .get(&format!("/flows/{flow}"))
        .await
        .ok()
        .at("at-provider");
    assert!(world.links("second30").await.is_empty());
    assert_eq!(world.provider.calls.load(Ordering::SeqCst), 0);
    let begun = victim.begin(&world).await;
    victim
        .come_back("svetlana", &begun.state())
        .await
        .ok()
        .at("not-linked");
}

#[tokio::test]
async fn a4_api_every_rise_gives_a_new_secret_and_the_old_one_is_dead() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let mut seen = vec!["ab".repeat(32)];
    let mut check = async |program: &Program| {
        let now = program.token.clone().unwrap();
        assert!(!seen.contains(&now));
        for old in &seen {
            let mut thief = program.clone();
            thief.token = Some(old.clone());
            thief.get("/session").await.expect(401, "not-signed-in");
        }
        seen.push(now);
    };
    check(&program).await;
    world.pass(TimeDelta::minutes(10));
    program
        .post("/session/step-up", json!({"password": PASSWORD}))
        .await
        .ok();
    check(&program).await;
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    let flow = begun.flow();
    program.come_back("svetlana", &begun.state()).await.ok();
    let body = json!({"text_version": "2026-11"});
    program
        .post(&format!("/flows/{flow}/confirm"), body)
        .await
        .ok();
    check(&program).await;
    program.post("/ways/gosuslugi/unlink", json!({})).await.ok();
    check(&program).await;
    let last = program.token.clone();
    assert_eq!(program.delete("/session").await.status, 204);
    program.token = last;
    program.get("/session").await.expect(401, "not-signed-in");
}

#[tokio::test]
async fn a4_api_a_session_is_worth_nothing_with_another_client() {
    let world = World::new().await;
    let program = Program::signed_in(&world, "dmitrieva30").await;
    let mut thief = Program::new(&world).await;
    thief.token.clone_from(&program.token);
    thief.get("/session").await.expect(401, "not-signed-in");
    let mut without = program.clone();
    without.client = None;
    without.get("/session").await.expect(401, "no-client");
    // Nor is a session in cookies, nor one in an address.
    let mut browser = Browser::new(&world);
    browser.get("/sign-in").await;
    let token = program.token.clone().unwrap();
    browser.jar.insert("__Host-session".to_owned(), token);
    assert_eq!(browser.look("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn a8_api_an_answer_brought_twice_shows_the_present_step_and_asks_nobody() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let state = begun.state();
    program
        .come_back("svetlana", &state)
        .await
        .ok()
        .at("not-linked");
    program
        .come_back("svetlana", &state)
        .await
        .ok()
        .at("not-linked");
    let flow = begun.flow();
    let body = json!({"text_version": "2026-11"});
    program
        .post(&format!("/flows/{flow}/agree"), body)
        .await
        .ok();
    program.prove(&world, &flow, "dmitrieva30").await.ok();
    let sessions = world.sessions("dmitrieva30").await;
    let again = program.come_back("svetlana", &state).await.ok();
    assert_eq!(again.step(), "choose-contacts");
    assert!(again.body.get("session").is_none());
    assert_eq!(world.sessions("dmitrieva30").await, sessions);
    assert_eq!(world.provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a8_api_two_answers_at_once_ask_the_provider_once() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let state = program.begin(&world).await.state();
    let mut twin = program.clone();
    let (one, other) = tokio::join!(
        program.come_back("svetlana", &state),
        twin.come_back("svetlana", &state),
    );
    for reply in [one, other] {
        let step = reply.ok().step().to_owned();
        assert!(matches!(step.as_str(), "judging" | "not-linked"), "{step}");
    }
    assert_eq!(world.provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a18_api_a_flow_of_a_program_goes_on_in_no_browser() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let mut browser = Browser::new(&world);
    let state = begun.state();
    let address = format!("/auth/gosuslugi/callback?code=svetlana&state={state}");
    let page = browser.get(&address).await;
    assert_eq!(page.refusal(), "flow-not-yours");
    assert!(!browser.jar.contains_key("__Host-session"));
    let flow = begun.flow();
    for page in ["", "/provider", "/not-linked"] {
        let page = browser.get(&format!("/flow/{flow}{page}")).await;
        assert_eq!(page.refusal(), "flow-not-yours");
    }
    // The program has claimed the address, and brings what came.
    program
        .come_back("svetlana", &state)
        .await
        .ok()
        .at("not-linked");
    // A flow of a browser goes on in no program.
    let state = browser.start(&world).await;
    program
        .come_back("svetlana", &state)
        .await
        .expect(404, "flow-not-yours");
}

#[tokio::test]
async fn a18_api_a_program_names_no_address_to_come_back_to() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    for name in ["redirect_uri", "return_to", "state", "nonce", "scope"] {
        let mut body = json!({"provider": "gosuslugi", "region": "65"});
        body[name] = json!("evil.app:/auth");
        let reply = program.post("/flows", body).await;
        let reply = reply.expect(422, "unfit-fields");
        let error = &reply.body["errors"][0];
        assert_eq!(error["pointer"], format!("/{name}"));
        assert_eq!(error["code"], "unknown");
    }
}
