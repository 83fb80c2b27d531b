//! The own password, changed by a program.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    api::program::Program,
    browser::Browser,
    world::{PASSWORD, World},
};

const NEW: &str = "синий кит поёт";

#[tokio::test]
async fn a_program_changes_the_own_password_and_stays_signed_in() {
    let world = World::with_letters().await;
    world.give_email("dmitrieva30", "teacher@example.ru").await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let mut elsewhere = Program::signed_in(&world, "dmitrieva30").await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let old = program.clone();
    let body = json!({"new_password": NEW});
    program.post("/session/password", body).await.ok();
    assert_ne!(program.token, old.token, "a4: the session has a new secret");
    program.get("/session").await.ok();
    old.clone()
        .get("/session")
        .await
        .expect(401, "not-signed-in");
    elsewhere.get("/session").await.expect(401, "not-signed-in");
    assert_eq!(browser.get("/settings").await.name(), "sign-in");
    assert_eq!(world.letter().await.subject, "Пароль изменён");
    let history = program.get("/history").await.ok();
    assert_eq!(history.body["lines"][0]["notice"], "password-changed");
    let mut later = Program::new(&world).await;
    later
        .sign_in(&world, "dmitrieva30", PASSWORD)
        .await
        .expect(403, "wrong-credentials");
    later.sign_in(&world, "dmitrieva30", NEW).await.ok();
}

#[tokio::test]
async fn e3_api_an_old_session_sets_no_password() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    world.pass(TimeDelta::minutes(6));
    let hashes = world.hashes();
    let body = json!({"new_password": NEW});
    let reply = program.post("/session/password", body.clone()).await;
    let reply = reply.expect(403, "step-up-needed");
    assert_eq!(reply.body["next"], "step-up");
    assert_eq!(world.hashes(), hashes);
    let proof = json!({"password": PASSWORD});
    program.post("/session/step-up", proof).await.ok();
    program.post("/session/password", body).await.ok();
}

#[tokio::test]
async fn f1_api_a_password_that_is_tried_first_is_not_chosen() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let hashes = world.hashes();
    for (text, code) in [
        ("1234567", "too-short"),
        ("йцукенгш", "common"),
        ("dmitrieva301", "like-login"),
    ] {
        let body = json!({"new_password": text});
        let reply = program.post("/session/password", body).await;
        let reply = reply.expect(422, "password-unfit");
        assert_eq!(reply.body["errors"][0]["code"], code, "{text}");
        assert!(!reply.text.contains(text));
    }
    // What is longer than any password is no field's value.
    let body = json!({"new_password": "я".repeat(1024)});
    let reply = program.post("/session/password", body).await;
    let reply = reply.expect(422, "unfit-fields");
    assert_eq!(reply.body["errors"][0]["pointer"], "/new_password");
    assert_eq!(world.hashes(), hashes);
    program.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
}

#[tokio::test]
async fn g15_api_a_lost_answer_of_a_new_password_can_be_asked_for() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let mut before = program.clone();
    let body = json!({"new_password": NEW});
    let path = "/session/password";
    program.post_once("k", path, &body).await.ok();
    before.get("/session").await.expect(401, "not-signed-in");
    before.post_once("k", path, &body).await.ok();
    assert_eq!(before.token, program.token);
    before.get("/session").await.ok();
}
