//! `Idempotency-Key` (`threats.md` G15): a request that is repeated is done once.

use axum::body::Body;
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    api::program::{Program, credentials},
    world::{PASSWORD, World},
};

#[tokio::test]
async fn g15_api_a_repeated_request_is_done_once_and_answered_alike() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "svetlana").await;
    let prove = format!("/flows/{flow}/prove");
    let body = credentials(&world, "dmitrieva30", PASSWORD);
    let mut twin = program.clone();
    let first = program.post_once("one", &prove, &body).await.ok();
    let hashes = world.hashes();
    let history = world.history("dmitrieva30").await.len();
    // The answer was lost on the way: the program asks once more as it did, without a session.
    let again = twin.post_once("one", &prove, &body).await.ok();
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(twin.token, program.token);
    assert_eq!(world.hashes(), hashes);
    assert_eq!(world.history("dmitrieva30").await.len(), history);
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    twin.get("/session").await.ok();
}

#[tokio::test]
async fn g15_api_a_lost_answer_that_gave_a_new_secret_can_be_asked_for() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let mut before = program.clone();
    let proof = json!({"password": PASSWORD});
    program
        .post_once("k", "/session/step-up", &proof)
        .await
        .ok();
    before.get("/session").await.expect(401, "not-signed-in");
    before.post_once("k", "/session/step-up", &proof).await.ok();
    assert_eq!(before.token, program.token);
    // Only for whoever had the former secret, with the same key, by the same client.
    let mut thief = Program::new(&world).await;
    thief.token = Some("ab".repeat(32));
    thief
        .post_once("k", "/session/step-up", &proof)
        .await
        .expect(401, "not-signed-in");
    let mut signed_out = program.clone();
    signed_out.token = None;
    signed_out
        .post_once("k", "/session/step-up", &proof)
        .await
        .expect(422, "repeat-differs");
}

#[tokio::test]
async fn g15_api_a_key_serves_one_request_alone() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let body = json!({"provider": "gosuslugi", "region": "65"});
    program.post_once("k", "/flows", &body).await.ok();
    let mut other = body.clone();
    other["organization"] = json!(world.school.to_string());
    program
        .post_once("k", "/flows", &other)
        .await
        .expect(422, "repeat-differs");
    let proof = credentials(&world, "dmitrieva30", PASSWORD);
    program
        .post_once("k", "/session", &proof)
        .await
        .expect(422, "repeat-differs");
    assert!(program.token.is_none());
    // Another client has keys of its own.
    let mut neighbour = Program::new(&world).await;
    let theirs = neighbour.post_once("k", "/flows", &other).await.ok();
    assert_eq!(theirs.header("idempotency-replayed"), "");
    // After a day the key is free.
    world.pass(TimeDelta::hours(24));
    program.post_once("k", "/flows", &other).await.ok();
}

#[tokio::test]
async fn g15_api_of_two_requests_at_once_one_is_done() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "svetlana").await;
    let prove = format!("/flows/{flow}/prove");
    let body = credentials(&world, "dmitrieva30", PASSWORD);
    let mut twin = program.clone();
    let hashes = world.hashes();
    let (one, other) = tokio::join!(
        program.post_once("k", &prove, &body),
        twin.post_once("k", &prove, &body),
    );
    let mut done = 0;
    for reply in [one, other] {
        if reply.status == 409 {
            assert_eq!(reply.code(), "repeat-at-work");
            assert_eq!(reply.header("retry-after"), "1");
        } else {
            reply.ok();
            done += 1;
        }
    }
    assert!(done >= 1);
    assert_eq!(world.hashes() - hashes, 1);
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn g15_api_what_broke_is_done_anew() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let body = credentials(&world, "dmitrieva30", PASSWORD);
    let busy = &world.hasher.busy;
    busy.store(true, std::sync::atomic::Ordering::SeqCst);
    let reply = program.post_once("k", "/session", &body).await;
    let reply = reply.expect(503, "busy");
    assert_eq!(reply.header("retry-after"), "60");
    busy.store(false, std::sync::atomic::Ordering::SeqCst);
    program.post_once("k", "/session", &body).await.ok();
    assert!(program.token.is_some());
}

#[tokio::test]
async fn g15_api_a_key_that_is_none_is_refused() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let body = json!({"provider": "gosuslugi", "region": "65"});
    for key in ["", "\"\"", "a b", "\"a", "a\"b", &"k".repeat(129)] {
        program
            .post_once(key, "/flows", &body)
            .await
            .expect(400, "bad-key");
    }
    let request = program
        .request("POST", "/flows")
        .header("content-type", "application/json")
        .header("idempotency-key", "a")
        .header("idempotency-key", "b")
        .body(Body::from(body.to_string()))
        .unwrap();
    program.send(request).await.expect(400, "bad-key");
    // The quotes of a structured field are none of the key.
    program.post_once("\"k\"", "/flows", &body).await.ok();
    let again = program.post_once("k", "/flows", &body).await.ok();
    assert_eq!(again.header("idempotency-replayed"), "true");
}
