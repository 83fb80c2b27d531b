//! Section E: what a link needs, and what it never does.

use chrono::TimeDelta;
use linking_core::audit::Notice;
use serde_json::json;

use crate::{
    api::program::Program,
    world::{PASSWORD, World},
};

#[tokio::test]
async fn e1_api_a_linked_identity_never_moves() {
    let world = World::new().await;
    let mut owner = Program::new(&world).await;
    owner.link(&world, "bare", "dmitrieva30").await;
    let link = world.links("dmitrieva30").await;
    let mut mallory = Program::signed_in(&world, "second30").await;
    let begun = mallory.post("/ways/gosuslugi/link", json!({})).await.ok();
    let flow = begun.flow();
    mallory
        .come_back("bare", &begun.state())
        .await
        .ok()
        .at("confirm");
    let body = json!({"text_version": "2026-11"});
    let reply = mallory
        .post(&format!("/flows/{flow}/confirm"), body)
        .await
        .expect(409, "identity-linked-elsewhere");
    assert_eq!(reply.body["mender"], "person");
    assert_eq!(reply.body["flow"]["step"], "move");
    // The identity's own mask is shown as on «Это вы?»; nothing of the account that holds it.
    for secret in ["dmitrieva", "Дмитриева", "Учитель"] {
        assert!(!reply.text.contains(secret), "{}", reply.text);
    }
    assert_eq!(world.links("dmitrieva30").await, link);
    assert!(world.links("second30").await.is_empty());
    let notices = world.history("dmitrieva30").await;
    assert!(
        notices
            .iter()
            .any(|line| matches!(line.notice, Notice::IdentityTriedElsewhere { .. }))
    );
}

#[tokio::test]
async fn e2_api_an_account_has_one_link_of_a_provider() {
    let world = World::new().await;
    let mut owner = Program::new(&world).await;
    owner.link(&world, "bare", "dmitrieva30").await;
    let mut other = Program::new(&world).await;
    let flow = other.reach_proof(&world, "twin").await;
    let reply = other.prove(&world, &flow, "dmitrieva30").await;
    let reply = reply.expect(409, "account-linked-already");
    assert_eq!(reply.body["mender"], "person");
    assert_eq!(reply.body["next"], "replace");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    // From the settings there is nothing to begin.
    owner
        .post("/ways/gosuslugi/link", json!({}))
        .await
        .expect(409, "flow-finished");
}

#[tokio::test]
async fn e3_api_an_old_session_links_and_unlinks_nothing() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    world.pass(TimeDelta::minutes(6));
    let start = "/ways/gosuslugi/link";
    let reply = program.post(start, json!({})).await;
    let reply = reply.expect(403, "step-up-needed");
    assert_eq!(reply.body["next"], "step-up");
    let proof = json!({"password": PASSWORD});
    program.post("/session/step-up", proof.clone()).await.ok();
    let begun = program.post(start, json!({})).await.ok();
    let flow = begun.flow();
    program.come_back("svetlana", &begun.state()).await.ok();
    // Six minutes at the provider: asked once more, and the answer is kept meanwhile.
    world.pass(TimeDelta::minutes(6));
    let confirm = format!("/flows/{flow}/confirm");
    let body = json!({"text_version": "2026-11"});
    program
        .post(&confirm, body.clone())
        .await
        .expect(403, "step-up-needed");
    assert!(world.links("dmitrieva30").await.is_empty());
    // A step-up of another session is none.
    let mut elsewhere = Program::signed_in(&world, "dmitrieva30").await;
    elsewhere.post("/session/step-up", proof.clone()).await.ok();
    program
        .post(&confirm, body.clone())
        .await
        .expect(403, "step-up-needed");
    program.post("/session/step-up", proof).await.ok();
    program
        .post(&confirm, body)
        .await
        .ok()
        .at("choose-contacts");
    world.pass(TimeDelta::minutes(6));
    program
        .get("/ways/gosuslugi/unlink")
        .await
        .expect(403, "step-up-needed");
    program
        .post("/ways/gosuslugi/unlink", json!({}))
        .await
        .expect(403, "step-up-needed");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn e4_api_a_proof_of_one_flow_serves_no_other() {
    let world = World::new().await;
    // Consent in one flow, and the proof tried in another one with another identity.
    let mut program = Program::new(&world).await;
    let agreed = program.reach_proof(&world, "bare").await;
    let begun = program.begin(&world).await;
    let other = begun.flow();
    program
        .come_back("twin", &begun.state())
        .await
        .ok()
        .at("not-linked");
    program
        .prove(&world, &other, "dmitrieva30")
        .await
        .ok()
        .at("not-linked");
    assert!(world.links("dmitrieva30").await.is_empty());
    // Another client with the same flow's number.
    let mut thief = Program::new(&world).await;
    thief
        .prove(&world, &agreed, "dmitrieva30")
        .await
        .expect(404, "flow-not-yours");
    assert!(world.links("dmitrieva30").await.is_empty());
    program.prove(&world, &agreed, "dmitrieva30").await.ok();
    let links = world.links("dmitrieva30").await;
    assert_eq!(links[0].identity.subject.as_str(), "1000001");
}
