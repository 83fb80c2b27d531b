//! `threats.md` E20 by the API: every request in every state, by a table written by hand. A step
//! that the state does not have is answered with the present one, and changes nothing.

use serde_json::{Value, json};

use crate::{
    api::{
        program::{Program, credentials},
        taken::{linked_elsewhere, met, of_other_profile},
    },
    world::{PASSWORD, World},
};

/// The states that a flow of this preset can stand in.
const STATES: [&str; 11] = [
    "at-provider",
    "not-linked",
    "prove",
    "confirm",
    "move",
    "replace",
    "choose-contacts",
    "switching-identity",
    "try-again",
    "linked",
    "cancelled",
];

/// Brings a flow into a state; gives its address.
async fn bring(world: &World, program: &mut Program, state: &str) -> String {
    let agree = json!({"text_version": "2026-11"});
    if state == "confirm" {
        program.sign_in(world, "dmitrieva30", PASSWORD).await.ok();
        let begun = program.post("/ways/gosuslugi/link", json!({})).await.ok();
        program.come_back("svetlana", &begun.state()).await.ok();
        return format!("/flows/{}", begun.flow());
    }
    if state == "move" {
        linked_elsewhere(world).await;
        program.sign_in(world, "dmitrieva30", PASSWORD).await.ok();
        return met(program).await.0;
    }
    if state == "replace" {
        let mut other = Program::new(world).await;
        other.link(world, "svetlana", "dmitrieva30").await;
        let flow = program.reach_proof(world, "twin").await;
        let reply = program.prove(world, &flow, "dmitrieva30").await;
        return format!("/flows/{}", reply.at("replace").flow());
    }
    let begun = program.begin(world).await;
    let flow = format!("/flows/{}", begun.flow());
    match state {
        "at-provider" => return flow,
        "try-again" => {
            let query = format!("error=access_denied&state={}", begun.state());
            program.bring(&query).await.expect(403, "consent-refused");
            return flow;
        }
        _ => {}
    }
    program.come_back("svetlana", &begun.state()).await.ok();
    let act = |name: &str| format!("{flow}/{name}");
    match state {
        "not-linked" => {}
        "switching-identity" => {
            program.post(&act("other-identity"), json!({})).await.ok();
        }
        "cancelled" => {
            program.post(&act("cancel"), json!({})).await.ok();
        }
        _ => {
            program.post(&act("agree"), agree).await.ok();
            if state != "prove" {
                let proof = credentials(world, "dmitrieva30", PASSWORD);
                program.post(&act("prove"), proof).await.ok();
                if state == "linked" {
                    let none = json!({"keep": []});
                    program.post(&act("contacts"), none).await.ok();
                }
            }
        }
    }
    flow
}

/// Where a flow stands: its step, or its end.
async fn stands(program: &mut Program, flow: &str) -> String {
    let reply = program.get(flow).await.ok();
    let end = reply.body["flow"]["end"].as_str();
    end.unwrap_or(reply.step()).to_owned()
}

#[tokio::test]
async fn e20_api_every_step_in_every_state() {
    // Rows: the act. Columns: what it leads to in each state of STATES; "-" is the present one,
    // P the provider, S another identity, X the end.
    let table = [
        ("agree", "- prove - - - - - - - - -"),
        ("prove", "- - choose-contacts - - - - - - - -"),
        ("confirm", "- - - choose-contacts - - - - - - -"),
        ("move", "- - - - choose-contacts - - - - - -"),
        ("replace", "- - - - - linked - - - - -"),
        ("contacts", "- - - - - - linked - - - -"),
        ("retry", "P P P P P P - P P - -"),
        ("await-password", "- - - - - - - - - - -"),
        ("restore", "- - - - - - - - - - -"),
        ("enter", "- - - - - - - - - - -"),
        ("prolong", "- - - - - - - - - - -"),
        ("cancel", "X X X X X X linked X X - -"),
        ("other-identity", "S S S S S S - S S - -"),
    ];
    for (act, row) in table {
        let row: Vec<&str> = row.split(' ').collect();
        assert_eq!(row.len(), STATES.len());
        for (state, expected) in STATES.iter().zip(row) {
            let world = World::new().await;
            let mut program = Program::new(&world).await;
            let flow = bring(&world, &mut program, state).await;
            let before = stands(&mut program, &flow).await;
            let links = world.links("dmitrieva30").await.len();
            let body: Value = match act {
                "agree" | "confirm" => json!({"text_version": "2026-11"}),
                "prove" => credentials(&world, "dmitrieva30", PASSWORD),
                "move" => of_other_profile(&world, PASSWORD),
                "replace" => json!({"password": PASSWORD}),
                "contacts" => json!({"keep": ["email"]}),
                "restore" => json!({"login": "dmitrieva30"}),
                _ => json!({}),
            };
            let reply = program.post(&format!("{flow}/{act}"), body).await;
            assert!(reply.status.as_u16() < 500, "{act} in {state}");
            let after = stands(&mut program, &flow).await;
            let wanted = match expected {
                "-" => before.as_str(),
                "P" => "at-provider",
                "S" => "switching-identity",
                "X" => "cancelled",
                named => named,
            };
            assert_eq!(after, wanted, "{act} in {state}");
            let makes_link = matches!(
                (act, *state),
                ("prove", "prove") | ("confirm", "confirm") | ("move", "move")
            );
            let now = world.links("dmitrieva30").await.len();
            assert_eq!(now, links + usize::from(makes_link), "{act} in {state}");
        }
    }
}
