//! The table of rights, as a matrix: every route with every caller (`threats.md` G7).

use axum::body::Body;
use chrono::TimeDelta;
use linking_school::api::{API_ROUTES, ApiRoute, ApiVerb, Right};
use serde_json::json;

use crate::{
    api::{
        intake::sound_body,
        program::{Program, Reply},
        taken::{linked_elsewhere, met},
    },
    world::{PASSWORD, World},
};

/// A path with something in its holes; the flow and the session belong to nobody.
pub(super) fn filled(path: &str) -> String {
    path.replace("{region}", "65")
        .replace("{provider}", "gosuslugi")
        .replace("{flow}", "flw_0190c0c0c0c07000800000000000dead")
        .replace("{session}", "ses_0190c0c0c0c07000800000000000dead")
        .replace("{version}", "2026-11")
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Nobody: not even a secret.
    Nobody,
    /// A program that is signed in nowhere.
    Stranger,
    /// A program that is signed in as somebody else.
    SomebodyElse,
    /// The owner in another program than the flow's.
    OwnerElsewhere,
    /// The flow's own program, whose owner proved themselves long ago.
    Owner,
    /// The same with a recent proof.
    RecentOwner,
}

const EVERYBODY: [Who; 6] = [
    Who::Nobody,
    Who::Stranger,
    Who::SomebodyElse,
    Who::OwnerElsewhere,
    Who::Owner,
    Who::RecentOwner,
];

/// What a caller is told: the table by hand.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// The route is theirs.
    ComeIn,
    /// `no-client`.
    NoClient,
    /// `not-signed-in`.
    SignIn,
    /// As if it were not there.
    NotThere,
    /// `step-up-needed`.
    StepUp,
}

fn wanted(right: Right, who: Who) -> Told {
    let needs_session = !matches!(right, Right::Anyone | Right::Client | Right::FlowClient);
    let is_of_flow = matches!(
        right,
        Right::FlowClient | Right::FlowOwner | Right::RecentFlowOwner
    );
    let needs_proof = matches!(right, Right::RecentOwner | Right::RecentFlowOwner);
    match who {
        _ if right == Right::Anyone => Told::ComeIn,
        Who::Nobody => Told::NoClient,
        Who::Stranger if needs_session => Told::SignIn,
        Who::Stranger | Who::SomebodyElse | Who::OwnerElsewhere if is_of_flow => Told::NotThere,
        Who::SomebodyElse | Who::OwnerElsewhere | Who::Owner if needs_proof => Told::StepUp,
        Who::Stranger | Who::SomebodyElse | Who::OwnerElsewhere | Who::Owner | Who::RecentOwner => {
            Told::ComeIn
        }
    }
}

fn told(reply: &Reply) -> Told {
    match (reply.status.as_u16(), reply.code()) {
        (401, "no-client") => Told::NoClient,
        (401, "not-signed-in") => Told::SignIn,
        (404, "flow-not-yours") => Told::NotThere,
        (403, "step-up-needed") => Told::StepUp,
        (401 | 403, code) if code != "wrong-credentials" => panic!("{}", reply.text),
        _ => Told::ComeIn,
    }
}

/// A program of that kind, and the flow of the owner's program.
async fn caller(world: &World, who: Who, route: &ApiRoute) -> (Program, String) {
    // What is to be ended must be there.
    let ends_a_link = route.path.ends_with("/unlink");
    let mut own = Program::new(world).await;
    let flow = if ends_a_link {
        own.link(world, "svetlana", "dmitrieva30").await
    } else if route.path.ends_with("/move") {
        // What is to be moved must be elsewhere.
        linked_elsewhere(world).await;
        own.sign_in(world, "dmitrieva30", PASSWORD).await.ok();
        met(&mut own).await.1.flow()
    } else {
        own.sign_in(world, "dmitrieva30", PASSWORD).await.ok();
        let begun = own.post("/ways/gosuslugi/link", json!({})).await.ok();
        let came = own.come_back("svetlana", &begun.state()).await.ok();
        came.at("confirm").flow()
    };
    let program = match who {
        Who::Nobody => Program::bare(world),
        Who::Stranger => Program::new(world).await,
        Who::SomebodyElse if ends_a_link => {
            let mut other = Program::new(world).await;
            other.link(world, "mum", "petrova_mum").await;
            other
        }
        Who::SomebodyElse => Program::signed_in(world, "second30").await,
        Who::OwnerElsewhere => Program::signed_in(world, "dmitrieva30").await,
        Who::Owner | Who::RecentOwner => own,
    };
    if who != Who::RecentOwner {
        world.pass(TimeDelta::minutes(6));
    }
    (program, flow)
}

async fn call(world: &World, who: Who, route: &ApiRoute) -> Reply {
    let (mut program, flow) = caller(world, who, route).await;
    let path = filled(&route.path.replace("{flow}", &flow));
    let path = path.strip_prefix("/api/v1").unwrap();
    match route.verb {
        ApiVerb::Get => program.get(&with_query(path)).await,
        ApiVerb::Delete => program.delete(path).await,
        ApiVerb::Post => program.post(path, sound_body(world, route.path)).await,
    }
}

fn with_query(path: &str) -> String {
    if path.ends_with("/localities") || path.ends_with("/organizations") {
        format!("{path}?kind=school")
    } else {
        path.to_owned()
    }
}

#[tokio::test]
async fn g7_api_every_route_opens_to_whom_the_table_says() {
    for route in API_ROUTES {
        for who in EVERYBODY {
            let world = World::new().await;
            let reply = call(&world, who, route).await;
            let wanted = wanted(route.right, who);
            // The answer of a provider is its own flow's: here it names none.
            if route.path.ends_with("/answer") && wanted == Told::ComeIn {
                assert_eq!(reply.code(), "flow-not-yours");
                continue;
            }
            assert_eq!(
                told(&reply),
                wanted,
                "{} {} as {who:?}: {}",
                route.verb.as_str(),
                route.path,
                reply.text
            );
            assert!(reply.status.as_u16() < 500, "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn g7_api_absent_and_foreign_are_the_same() {
    let world = World::new().await;
    let mut owner = Program::signed_in(&world, "dmitrieva30").await;
    let begun = owner.begin(&world).await;
    let who = owner.get("/session").await.ok();
    let session = who.body["session"]["id"].as_str().unwrap().to_owned();
    let mut other = Program::signed_in(&world, "second30").await;
    let absent_flow = filled("{flow}");
    let absent_session = filled("{session}");
    let same = |mut one: Reply, mut two: Reply| {
        assert_eq!(one.status, 404, "{}", one.text);
        assert_eq!(two.status, 404, "{}", two.text);
        one.body["request"] = json!(null);
        two.body["request"] = json!(null);
        assert_eq!(one.body, two.body);
    };
    for route in API_ROUTES {
        if route.path.contains("{flow}") {
            let path = |flow: &str| {
                let path = route.path.replace("{flow}", flow);
                path.strip_prefix("/api/v1").unwrap().to_owned()
            };
            let body = sound_body(&world, route.path);
            let (foreign, absent) = match route.verb {
                ApiVerb::Get => (
                    other.get(&path(&begun.flow())).await,
                    other.get(&path(&absent_flow)).await,
                ),
                _ => (
                    other.post(&path(&begun.flow()), body.clone()).await,
                    other.post(&path(&absent_flow), body).await,
                ),
            };
            same(foreign, absent);
        }
    }
    let commits = world.counts().commits;
    same(
        other.delete(&format!("/sessions/{session}")).await,
        other.delete(&format!("/sessions/{absent_session}")).await,
    );
    assert_eq!(world.counts().commits, commits);
    assert_eq!(owner.get("/session").await.status, 200);
    // A cursor of somebody else's history shows nothing of it.
    let lines = owner.get("/history").await.ok();
    let newest = lines.body["lines"][0]["id"].as_str().unwrap().to_owned();
    let page = other.get(&format!("/history?before={newest}")).await.ok();
    for line in page.body["lines"].as_array().unwrap() {
        assert!(!lines.text.contains(line["id"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn g7_api_sessions_end_one_by_one_and_all_at_once() {
    let world = World::new().await;
    let mut one = Program::signed_in(&world, "dmitrieva30").await;
    let mut two = Program::signed_in(&world, "dmitrieva30").await;
    let mut three = Program::signed_in(&world, "dmitrieva30").await;
    let who = two.get("/session").await.ok();
    let session = who.body["session"]["id"].as_str().unwrap().to_owned();
    let path = format!("/sessions/{session}");
    assert_eq!(one.delete(&path).await.status, 204);
    two.get("/session").await.expect(401, "not-signed-in");
    one.delete(&path).await.expect(404, "not-found");
    assert_eq!(one.delete("/sessions").await.status, 204);
    three.get("/session").await.expect(401, "not-signed-in");
    let list = one.get("/sessions").await.ok();
    assert_eq!(list.body["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(list.body["sessions"][0]["here"], true);
    let request = one
        .request("GET", "/session")
        .header("authorization", "Basic eDp5")
        .body(Body::empty())
        .unwrap();
    one.send(request).await.expect(401, "not-signed-in");
}
