//! The ways out of a link that stands in the way (`threats.md` E1, E2).

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    api::program::{Program, Reply},
    world::{PASSWORD, World},
};

/// Login and password of the teacher's other profile.
pub(super) fn of_other_profile(world: &World, password: &str) -> Value {
    json!({
        "organization": world.other_school.to_string(),
        "login": "dmitrieva13",
        "password": password,
    })
}

/// Her identity is her other profile's; gives the program in which that one is signed in.
pub(super) async fn linked_elsewhere(world: &World) -> Program {
    let mut other = Program::new(world).await;
    let flow = other.reach_proof(world, "svetlana").await;
    let body = of_other_profile(world, PASSWORD);
    other.post(&format!("/flows/{flow}/prove"), body).await.ok();
    other
}

/// In her first profile she presses «Связать»; gives the flow's address and the answer.
pub(super) async fn met(program: &mut Program) -> (String, Reply) {
    let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
    program.come_back("svetlana", &begun.state()).await.ok();
    let flow = format!("/flows/{}", begun.flow());
    let agree = json!({"text_version": "2026-11"});
    let reply = program.post(&format!("{flow}/confirm"), agree).await;
    (flow, reply.expect(409, "identity-linked-elsewhere"))
}

#[tokio::test]
async fn e1_api_a_link_moves_where_both_accounts_are_proved() {
    let world = World::new().await;
    let mut other = linked_elsewhere(&world).await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let (flow, reply) = met(&mut program).await;
    assert_eq!(reply.body["next"], "prove-other");
    let reply = reply.at("move");
    assert_eq!(reply.body["flow"]["identity"], "Светлана В. Д.");
    // Nothing says which profile it is.
    for word in ["dmitrieva13", "СОШ № 13"] {
        assert!(!reply.text.contains(word), "{}", reply.text);
    }
    let shown = program.get(&flow).await.ok().at("move");
    let told = &shown.body["flow"]["refusal"];
    assert_eq!(told["code"], "identity-linked-elsewhere");
    // Whatever does not prove the other account answers alike and counts.
    let path = format!("{flow}/move");
    for (login, password) in [
        ("dmitrieva13", "не тот"),
        ("nobody", PASSWORD),
        ("other13", PASSWORD),
    ] {
        let mut body = of_other_profile(&world, password);
        body["login"] = json!(login);
        let reply = program.post(&path, body).await;
        reply.expect(403, "wrong-credentials").at("move");
    }
    assert_eq!(world.links("dmitrieva13").await.len(), 1);
    let before = program.token.clone();
    let right = of_other_profile(&world, PASSWORD);
    let reply = program.post(&path, right.clone()).await.ok();
    reply.at("choose-contacts");
    assert_ne!(program.token, before, "a4: the session has a new secret");
    assert!(world.links("dmitrieva13").await.is_empty());
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    other.get("/session").await.expect(401, "not-signed-in");
    let line = |reply: Reply| reply.body["lines"][0]["notice"].clone();
    assert_eq!(line(program.get("/history").await.ok()), "linked");
    let body = of_other_profile(&world, PASSWORD);
    other.post("/session", body).await.ok();
    let history = other.get("/history").await.ok();
    assert!(history.text.contains("\"moved-away\""), "{}", history.text);
    // A second press finds it done.
    let reply = program.post(&path, right).await.ok();
    reply.at("choose-contacts");
}

#[tokio::test]
async fn e3_api_an_old_session_moves_nothing() {
    let world = World::new().await;
    linked_elsewhere(&world).await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let (flow, _) = met(&mut program).await;
    world.pass(TimeDelta::minutes(6));
    let hashes = world.hashes();
    let path = format!("{flow}/move");
    let body = of_other_profile(&world, PASSWORD);
    let reply = program.post(&path, body.clone()).await;
    reply.expect(403, "step-up-needed").at("move");
    assert_eq!(world.hashes(), hashes);
    assert_eq!(world.links("dmitrieva13").await.len(), 1);
    let proof = json!({"password": PASSWORD});
    program.post("/session/step-up", proof).await.ok();
    program.post(&path, body).await.ok().at("choose-contacts");
}

#[tokio::test]
async fn f1_api_the_move_is_a_door_too() {
    let world = World::new().await;
    linked_elsewhere(&world).await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let (flow, _) = met(&mut program).await;
    let path = format!("{flow}/move");
    for _ in 0..4 {
        let body = of_other_profile(&world, "не тот");
        let reply = program.post(&path, body).await;
        reply.expect(403, "wrong-credentials");
    }
    let body = of_other_profile(&world, "не тот");
    let reply = program.post(&path, body).await;
    reply.expect(429, "too-many-attempts").at("move");
    let body = of_other_profile(&world, PASSWORD);
    let reply = program.post(&path, body.clone()).await;
    reply.expect(429, "too-many-attempts").at("move");
    let mut form = Program::new(&world).await;
    let reply = form.post("/session", body).await;
    reply.expect(429, "too-many-attempts");
    assert_eq!(world.links("dmitrieva13").await.len(), 1);
}

#[tokio::test]
async fn e2_api_a_link_gives_way_to_a_new_one_after_the_password() {
    let world = World::new().await;
    let mut first = Program::new(&world).await;
    first.link(&world, "svetlana", "dmitrieva30").await;
    let old = world.links("dmitrieva30").await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "twin").await;
    let reply = program.prove(&world, &flow, "dmitrieva30").await;
    let reply = reply.expect(409, "account-linked-already").at("replace");
    assert_eq!(reply.body["flow"]["linked_at"], "2026-03-14T03:12:00.000Z");
    assert!(program.token.is_none(), "nobody is signed in by that");
    let path = format!("/flows/{flow}/replace");
    let wrong = json!({"password": "не тот"});
    let reply = program.post(&path, wrong).await;
    reply.expect(403, "wrong-credentials").at("replace");
    assert_eq!(world.links("dmitrieva30").await, old);
    // Another program cannot press it.
    let right = json!({ "password": PASSWORD });
    let mut thief = Program::new(&world).await;
    let reply = thief.post(&path, right.clone()).await;
    reply.expect(404, "flow-not-yours");
    let mut twin = program.clone();
    let done = program.post_once("k", &path, &right).await.ok();
    assert_eq!(done.body["flow"]["end"], "linked");
    // g15: the answer that was lost comes once more.
    let again = twin.post_once("k", &path, &right).await.ok();
    assert_eq!(again.text, done.text);
    let links = world.links("dmitrieva30").await;
    assert_eq!(links.len(), 1);
    assert_ne!(links[0].identity, old[0].identity);
    first.get("/session").await.expect(401, "not-signed-in");
    program.get("/session").await.ok();
    // The old identity finds no profile now.
    let begun = first.begin(&world).await;
    let came = first.come_back("svetlana", &begun.state()).await.ok();
    came.at("not-linked");
}
