//! Shared computers: what a session's times are, and who says whose computer it is
//! (`threats.md` A17, G11).

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    api::program::{Program, credentials},
    world::{PASSWORD, World},
};

async fn shared(world: &World) -> Program {
    let mut program = Program::new(world).await;
    let mut body = credentials(world, "dmitrieva30", PASSWORD);
    body["shared"] = json!(true);
    program.post("/session", body).await.ok();
    program
}

/// `shared`, `idle_until`, `ends_at`.
async fn times(program: &mut Program) -> (bool, String, String) {
    let who = program.get("/session").await.ok().body;
    let text = |name: &str| who[name].as_str().unwrap().to_owned();
    (
        who["shared"].as_bool().unwrap(),
        text("idle_until"),
        text("ends_at"),
    )
}

fn told(shared: bool, idle: &str, end: &str) -> (bool, String, String) {
    (shared, format!("{idle}:00.000Z"), format!("{end}:00.000Z"))
}

#[tokio::test]
async fn g11_api_a_session_tells_the_times_of_its_computer() {
    let world = World::new().await;
    let mut own = Program::signed_in(&world, "dmitrieva30").await;
    assert_eq!(
        times(&mut own).await,
        told(false, "2026-03-14T15:12", "2026-04-13T03:12")
    );
    let mut program = shared(&world).await;
    let end = "2026-03-14T11:12";
    assert_eq!(
        times(&mut program).await,
        told(true, "2026-03-14T03:42", end)
    );
    // Asking is a use of it, and what is told is what holds.
    world.pass(TimeDelta::minutes(29));
    assert_eq!(
        times(&mut program).await,
        told(true, "2026-03-14T04:11", end)
    );
    world.pass(TimeDelta::minutes(29));
    times(&mut program).await;
    world.pass(TimeDelta::minutes(30));
    program.get("/session").await.expect(401, "not-signed-in");
    // Near its end it is not told to last longer.
    let mut program = shared(&world).await;
    for _ in 0..16 {
        world.pass(TimeDelta::minutes(29));
        times(&mut program).await;
    }
    let (_, idle, end) = times(&mut program).await;
    assert_eq!(idle, end);
    world.pass(TimeDelta::minutes(16));
    program.get("/session").await.expect(401, "not-signed-in");
    times(&mut own).await;
}

#[tokio::test]
async fn g11_api_a_step_up_makes_no_session_older() {
    let world = World::new().await;
    let mut program = shared(&world).await;
    world.pass(TimeDelta::minutes(29));
    let proof = json!({"password": PASSWORD});
    program.post("/session/step-up", proof).await.ok();
    world.pass(TimeDelta::minutes(29));
    program.get("/session").await.ok();
}

#[tokio::test]
async fn g11_api_a_region_of_shared_computers_needs_no_word() {
    let world = World::with_settings("[shared-computers]\nregions = [\"65\"]\n").await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    assert!(times(&mut program).await.0, "by password");
    program.link(&world, "svetlana", "dmitrieva30").await;
    let mut later = Program::new(&world).await;
    let begun = later.begin(&world).await;
    let came = later.come_back("svetlana", &begun.state()).await.ok();
    came.at("recognise");
    assert!(later.token.is_none());
}

#[tokio::test]
async fn a17_api_on_a_shared_computer_the_person_says_that_it_is_they() {
    let world = World::new().await;
    let mut owner = Program::new(&world).await;
    owner.link(&world, "svetlana", "dmitrieva30").await;
    let body = json!({"provider": "gosuslugi", "region": "65", "shared": true});
    let mut program = Program::new(&world).await;
    let begun = program.post("/flows", body.clone()).await.ok();
    let came = program.come_back("svetlana", &begun.state()).await.ok();
    let flow = came.clone().at("recognise").flow();
    assert_eq!(came.body["flow"]["identity"], "Светлана В. Д.");
    assert!(program.token.is_none());
    program.get("/session").await.expect(401, "not-signed-in");
    let enter = format!("/flows/{flow}/enter");
    program.post(&enter, json!({})).await.ok();
    assert!(times(&mut program).await.0);
    // Somebody else is sent to sign out there, and let in by nothing.
    let mut next = Program::new(&world).await;
    let begun = next.post("/flows", body).await.ok();
    let came = next.come_back("svetlana", &begun.state()).await.ok();
    let away = format!("/flows/{}/other-identity", came.at("recognise").flow());
    let reply = next.post(&away, json!({})).await.ok();
    let open = reply.body["open"].as_str().unwrap();
    assert!(open.starts_with("https://esia.test/logout"), "{open}");
    assert!(next.token.is_none());
}
