//! Attacks of the pages, at the doors of the API.

use std::sync::atomic::Ordering;

use axum::body::Body;
use chrono::TimeDelta;
use linking_school::api::{API_ROUTES, ApiVerb};
use serde_json::json;

use crate::{
    api::{program::Program, rights::filled},
    browser::Browser,
    world::{ORIGIN, PASSWORD, World, second_stand},
};

#[tokio::test]
async fn a5_api_of_two_cookies_of_one_name_neither_is_believed() {
    let world = World::new().await;
    let mut victim = Browser::new(&world);
    victim.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let mut mallory = Browser::new(&world);
    mallory.sign_in(&world, "second30", PASSWORD).await;
    let of = |browser: &Browser, name: &str| format!("{name}={}", browser.jar[name]);
    let (own, other) = ("__Host-browser", "__Host-session");
    let whole = format!("{}; {}", of(&victim, own), of(&victim, other));
    for (cookies, status) in [
        (whole.clone(), 200),
        (format!("{whole}; {}", of(&mallory, other)), 401),
        (format!("{}; {whole}", of(&mallory, other)), 401),
        (format!("{}; {whole}", of(&mallory, own)), 401),
        (whole.replace("__Host-", ""), 401),
        (whole.replace("__Host-", "__host-"), 401),
    ] {
        let request = Browser::new(&world)
            .request("GET", "/api/v1/session")
            .header("cookie", cookies.clone())
            .body(Body::empty())
            .unwrap();
        let page = Browser::new(&world).send(request).await;
        assert_eq!(page.status, status, "{cookies}");
    }
}

#[tokio::test]
async fn a6_api_a_state_that_was_touched_finds_nothing_and_ends_nothing() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let first = program.begin(&world).await;
    let second = program.begin(&world).await;
    let state = first.state();
    let flipped: String = state
        .chars()
        .map(|c| if c.is_ascii_digit() { '7' } else { c })
        .collect();
    for touched in [
        flipped,
        format!("{state}0"),
        state.chars().skip(1).collect(),
    ] {
        let reply = program.come_back("svetlana", &touched).await;
        reply.expect(404, "flow-not-yours");
    }
    for begun in [second, first] {
        let came = program.come_back("svetlana", &begun.state()).await.ok();
        assert_eq!(came.at("not-linked").flow(), begun.flow());
    }
}

#[tokio::test]
async fn a10_api_an_answer_of_another_stand_is_refused_and_no_adapter_is_asked() {
    let world = World::with_policy(|policy| {
        policy.providers.insert(second_stand());
    })
    .await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let query = format!("code=svetlana&state={}", begun.state());
    let body = json!({ "query": query });
    let path = "/providers/gosuslugi-test/answer";
    let reply = program.post(path, body).await;
    reply.expect(404, "flow-not-yours");
    let named = format!("{query}&iss=https://second.test/");
    let reply = program.bring(&named).await;
    let reply = reply.expect(502, "provider-answer-invalid");
    assert!(!reply.text.contains("second.test"));
    let calls = (&world.provider.calls, &world.second.calls);
    assert_eq!(calls.0.load(Ordering::SeqCst), 0);
    assert_eq!(calls.1.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a12_api_no_address_is_made_of_the_request() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let path = format!("/flows/{}/other-identity", begun.flow());
    for (path, status) in [(path.as_str(), 200), ("/flows/x/agree", 404)] {
        let request = program
            .request("POST", path)
            .header("content-type", "application/json")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "http")
            .header("forwarded", "host=evil.example;proto=http")
            .body(Body::from("{}"))
            .unwrap();
        let reply = program.send(request).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert!(reply.text.contains(ORIGIN), "{}", reply.text);
        assert!(!reply.text.contains("evil"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a15_api_an_error_answer_needs_the_state_and_its_text_is_nowhere() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let text = "error=access_denied&error_description=%3Cb%3ECall+8800";
    let reply = program.bring(&format!("{text}&state=x")).await;
    reply.expect(404, "flow-not-yours");
    let flow = format!("/flows/{}", begun.flow());
    program.get(&flow).await.ok().at("at-provider");
    let reply = program
        .bring(&format!("{text}&state={}", begun.state()))
        .await;
    let reply = reply.expect(403, "consent-refused").at("try-again");
    assert!(!reply.text.contains("8800") && !reply.text.contains("<b>"));
}

#[tokio::test]
async fn a19_api_an_answer_that_nobody_asked_for_begins_nothing() {
    let world = World::new().await;
    let mut owner = Program::new(&world).await;
    owner.link(&world, "svetlana", "dmitrieva30").await;
    let asked = world.provider.calls.load(Ordering::SeqCst);
    let mut program = Program::new(&world).await;
    let state = uuid::Uuid::from_u128(7).to_string();
    let reply = program.come_back("svetlana", &state).await;
    reply.expect(404, "flow-not-yours");
    assert!(program.token.is_none());
    assert_eq!(world.provider.calls.load(Ordering::SeqCst), asked);
}

#[tokio::test]
async fn e5_api_no_left_over_proof_links_again_after_the_unlink() {
    let world = World::new().await;
    let mut second = Program::new(&world).await;
    let flow = second.reach_proof(&world, "bare").await;
    let mut first = Program::new(&world).await;
    first.link(&world, "bare", "dmitrieva30").await;
    first.post("/ways/gosuslugi/unlink", json!({})).await.ok();
    let reply = second.prove(&world, &flow, "dmitrieva30").await;
    assert!(reply.status.is_client_error(), "{}", reply.text);
    assert!(world.links("dmitrieva30").await.is_empty());
}

#[tokio::test]
async fn e10_api_unlinking_leaves_nothing_behind() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let flow = program.link(&world, "svetlana", "dmitrieva30").await;
    let keep = json!({"keep": ["mobile", "email"]});
    let path = format!("/flows/{flow}/contacts");
    program.post(&path, keep).await.ok();
    let mut other = Program::new(&world).await;
    let begun = other.begin(&world).await;
    other.come_back("svetlana", &begun.state()).await.ok();
    other.get("/session").await.ok();
    program.post("/ways/gosuslugi/unlink", json!({})).await.ok();
    other.get("/session").await.expect(401, "not-signed-in");
    for (path, name) in [("/contacts", "contacts"), ("/consents", "consents")] {
        let reply = program.get(path).await.ok();
        assert_eq!(reply.body[name], json!([]));
    }
    let reply = program.post("/ways/gosuslugi/unlink", json!({})).await;
    reply.expect(409, "flow-finished");
    let begun = other.begin(&world).await;
    let came = other.come_back("svetlana", &begun.state()).await.ok();
    came.at("not-linked");
}

#[tokio::test]
async fn e11_api_parent_and_child_mixed_up_names_nobody() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "mum").await;
    let reply = program.prove(&world, &flow, "petrov_kid").await;
    let from_provider = reply.expect(409, "guardian-child-mix-up");
    let mut program = Program::signed_in(&world, "petrova_mum").await;
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    program.come_back("kid", &begun.state()).await.ok();
    let agree = json!({"text_version": "2026-11"});
    let path = format!("/flows/{}/confirm", begun.flow());
    let reply = program.post(&path, agree).await;
    let from_settings = reply.expect(409, "guardian-child-mix-up");
    for reply in [from_provider, from_settings] {
        for name in ["Петров", "Анна", "Иван"] {
            assert!(!reply.text.contains(name), "{}", reply.text);
        }
    }
    assert!(world.links("petrov_kid").await.is_empty());
    assert!(world.links("petrova_mum").await.is_empty());
}

#[tokio::test]
async fn e18_api_a_contact_that_the_provider_did_not_give_is_not_kept() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let flow = program.link(&world, "svetlana", "dmitrieva30").await;
    let path = format!("/flows/{flow}/contacts");
    let body = json!({"keep": ["email"], "home": "+74242123456"});
    let reply = program.post(&path, body).await;
    reply.expect(422, "unfit-fields");
    let body = json!({"keep": ["home", "email"]});
    program.post(&path, body).await.ok();
    assert_eq!(world.contacts("dmitrieva30").await, ["email"]);
    // What was not kept cannot be kept later without asking the provider.
    let body = json!({"keep": ["mobile", "email"]});
    program.post("/contacts", body).await.ok();
    assert_eq!(world.contacts("dmitrieva30").await, ["email"]);
}

#[tokio::test]
async fn f2_api_the_owners_own_program_has_a_few_tries_while_others_wait() {
    let world = World::new().await;
    let mut owner = Program::signed_in(&world, "dmitrieva30").await;
    owner.delete("/session").await;
    owner.token = None;
    let mut mallory = Program::new(&world).await;
    for _ in 0..5 {
        mallory.sign_in(&world, "dmitrieva30", "не тот").await;
    }
    let mut stranger = Program::new(&world).await;
    for program in [&mut mallory, &mut stranger] {
        let reply = program.sign_in(&world, "dmitrieva30", PASSWORD).await;
        reply.expect(429, "too-many-attempts");
    }
    owner.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
}

#[tokio::test]
async fn g1_g2_api_every_answer_is_data_that_no_browser_runs_or_frames() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let found = program
        .get("/regions/65/organizations?kind=school&words=onerror")
        .await
        .ok();
    assert!(found.text.contains("<img src=x onerror=alert(7)>"));
    let mut replies = vec![("hostile", found)];
    for route in API_ROUTES {
        let path = filled(route.path);
        let path = path.strip_prefix("/api/v1").unwrap();
        let mut program = program.clone();
        let reply = match route.verb {
            ApiVerb::Get => program.get(path).await,
            ApiVerb::Post => program.post(path, json!({})).await,
            ApiVerb::Delete => program.delete(path).await,
        };
        replies.push((route.path, reply));
    }
    for (path, reply) in replies {
        if reply.status != 204 {
            let kind = reply.header("content-type");
            let data = ["application/json", "application/problem+json"];
            assert!(data.contains(&kind), "{path}: {kind}");
        }
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn g16_api_a_step_is_open_until_the_very_end_and_one_press_gives_more_time() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    program.come_back("svetlana", &begun.state()).await.ok();
    let flow = format!("/flows/{}", begun.flow());
    let prolong = format!("{flow}/prolong");
    world.pass(TimeDelta::seconds(15 * 60 - 1));
    let more = program.post(&prolong, json!({})).await.ok();
    assert_eq!(more.body["flow"]["can_prolong"], false);
    assert_eq!(more.body["flow"]["expires_at"], "2026-03-14T03:42:00.000Z");
    let again = program.post(&prolong, json!({})).await.ok();
    assert_eq!(again.body, more.body);
    world.pass(TimeDelta::seconds(15 * 60));
    program.get(&flow).await.ok().at("not-linked");
    world.pass(TimeDelta::seconds(1));
    let reply = program.get(&flow).await;
    let reply = reply.expect(410, "flow-expired");
    assert!(!reply.text.contains("Светлана"));
    let agree = json!({"text_version": "2026-11"});
    let path = format!("{flow}/agree");
    program.post(&path, agree).await.expect(410, "flow-expired");
    program
        .post(&prolong, json!({}))
        .await
        .expect(410, "flow-expired");
    program.link(&world, "svetlana", "dmitrieva30").await;
}

#[tokio::test]
async fn g17_api_a_link_of_one_profile_does_not_land_in_another() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "second30").await;
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    program.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
    let reply = program.come_back("bare", &begun.state()).await;
    assert!(reply.status.is_client_error(), "{}", reply.text);
    let path = format!("/flows/{}/confirm", begun.flow());
    let agree = json!({"text_version": "2026-11"});
    let reply = program.post(&path, agree).await;
    assert!(reply.status.is_client_error(), "{}", reply.text);
    for login in ["second30", "dmitrieva30"] {
        assert!(world.links(login).await.is_empty(), "{login}");
    }
    // Two flows of one program finished crosswise are both right.
    let mut program = Program::new(&world).await;
    let (one, two) = (program.begin(&world).await, program.begin(&world).await);
    for (begun, code) in [(&two, "svetlana"), (&one, "mum")] {
        let came = program.come_back(code, &begun.state()).await.ok();
        assert_eq!(came.at("not-linked").flow(), begun.flow());
    }
}

#[tokio::test]
async fn h3_api_without_the_text_of_today_nothing_is_agreed_to() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    program.come_back("svetlana", &begun.state()).await.ok();
    let path = format!("/flows/{}/confirm", begun.flow());
    for version in ["2020-01", "2026-11 ", "x"] {
        let body = json!({"text_version": version});
        program.post(&path, body).await.ok().at("confirm");
    }
    let reply = program.post(&path, json!({})).await;
    reply.expect(422, "unfit-fields");
    assert!(world.links("dmitrieva30").await.is_empty());
    let consents = program.get("/consents").await.ok();
    assert_eq!(consents.body["consents"], json!([]));
    let today = json!({"text_version": "2026-11"});
    program.post(&path, today).await.ok();
    let consents = program.get("/consents").await.ok();
    let consent = &consents.body["consents"][0];
    assert_eq!(consent["text_version"], "2026-11");
    assert_eq!(consent["given_at"], "2026-03-14T03:12:00.000Z");
}
