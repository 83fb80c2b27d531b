//! Section F: passwords and identities are not guessed here either.

use std::{future::poll_fn, sync::atomic::Ordering, task::Poll};

use axum::body::Body;
use serde_json::json;
use tower::ServiceExt as _;

use crate::{
    api::program::{Program, credentials},
    browser::Browser,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn f1_api_one_counter_serves_pages_and_programs() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for _ in 0..2 {
        browser.sign_in(&world, "dmitrieva30", "wrong").await;
    }
    let mut program = Program::new(&world).await;
    for _ in 0..2 {
        program
            .sign_in(&world, "dmitrieva30", "wrong")
            .await
            .expect(403, "wrong-credentials");
    }
    let flow = program.reach_proof(&world, "svetlana").await;
    let hashes = world.hashes();
    let wrong = credentials(&world, "dmitrieva30", "wrong");
    let prove = format!("/flows/{flow}/prove");
    let fifth = program.post(&prove, wrong).await;
    let fifth = fifth.expect(429, "too-many-attempts");
    assert_eq!(fifth.step(), "prove", "the provider's answer waits");
    assert_eq!(world.hashes(), hashes + 1);
    // Now the right one is not looked at, by any door.
    let reply = program.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let reply = reply.expect(429, "too-many-attempts");
    assert_eq!(reply.body["mender"], "time");
    assert_eq!(reply.header("retry-after"), "60");
    assert_eq!(reply.body["until"], "2026-03-14T03:13:00.000Z");
    program
        .prove(&world, &flow, "dmitrieva30")
        .await
        .expect(429, "too-many-attempts");
    assert_eq!(world.hashes(), hashes + 1);
}

/// Whoever hangs up before the answer has guessed all the same: the password is looked at, and
/// the wrong one stands.
#[tokio::test]
async fn f6_api_whoever_hangs_up_guesses_for_nothing() {
    let world = World::new().await;
    let program = Program::new(&world).await;
    let body = credentials(&world, "dmitrieva30", "wrong").to_string();
    let (held, entered) = (&world.hasher.held, &world.hasher.entered);
    let far = std::time::Duration::from_secs(20);
    let before = world.hashes();
    for number in 1..=5 {
        let request = program
            .request("POST", "/session")
            .header("content-type", "application/json")
            .body(Body::from(body.clone()))
            .unwrap();
        let mut answer = Box::pin(world.app.clone().oneshot(request));
        held.store(true, Ordering::SeqCst);
        // The browser is gone while the hash is computed.
        let begun = async {
            while entered.load(Ordering::SeqCst) < number {
                let once =
                    poll_fn(|context| Poll::Ready(answer.as_mut().poll(context).is_pending()));
                assert!(once.await, "it was answered already");
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(far, begun).await.unwrap();
        drop(answer);
        held.store(false, Ordering::SeqCst);
        let looked = async {
            while world.hashes() < before + number {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(far, looked).await.unwrap();
    }
}

#[tokio::test]
async fn f3_api_nobody_learns_from_the_answer_who_exists() {
    let world = World::new().await;
    let mut told = Vec::new();
    for (login, password) in [
        ("dmitrieva30", "wrong"),
        ("nobody-at-all", PASSWORD),
        ("archived30", PASSWORD),
        ("other13", PASSWORD),
        ("nopassword", PASSWORD),
        ("blocked30", "wrong"),
        ("<script>", "x"),
        ("я", "x"),
    ] {
        let mut program = Program::new(&world).await;
        let mut reply = program.sign_in(&world, login, password).await;
        assert_eq!(reply.status, 403, "{login}");
        reply.body["request"] = json!(null);
        told.push(reply.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:#?}");
    // Whoever knows the password is told the truth.
    let mut program = Program::new(&world).await;
    program
        .sign_in(&world, "blocked30", PASSWORD)
        .await
        .expect(403, "account-blocked");
}

#[tokio::test]
async fn f5_api_a_mismatch_names_its_fields_and_no_value() {
    let world = World::new().await;
    for (code, problem, fields) in [
        (
            "otherwise",
            "name-mismatch",
            json!([{"part": "surname", "way": "plain"}]),
        ),
        (
            "othersnils",
            "snils-mismatch",
            json!([{"part": "snils", "way": "plain"}]),
        ),
        (
            "otherbirth",
            "birth-date-mismatch",
            json!([{"part": "birth-date", "way": "plain"}]),
        ),
    ] {
        let mut program = Program::new(&world).await;
        let flow = program.reach_proof(&world, code).await;
        let reply = program.prove(&world, &flow, "dmitrieva30").await;
        let reply = reply.expect(409, problem);
        assert_eq!(reply.body["fields"], fields);
        for value in [
            "Кузнецова",
            "Дмитриева",
            "087-654",
            "08765430300",
            "112-233",
            "1991",
            "1990",
        ] {
            assert!(!reply.text.contains(value), "{}", reply.text);
        }
    }
    assert!(world.links("dmitrieva30").await.is_empty());
}

#[tokio::test]
async fn f5_api_mismatches_are_counted() {
    let world = World::new().await;
    let mut codes = Vec::new();
    for _ in 0..6 {
        let mut program = Program::new(&world).await;
        let flow = program.reach_proof(&world, "otherwise").await;
        let reply = program.prove(&world, &flow, "dmitrieva30").await;
        codes.push(reply.code().to_owned());
    }
    assert_eq!(codes[0], "name-mismatch");
    assert_eq!(codes[5], "too-many-attempts", "{codes:?}");
}
