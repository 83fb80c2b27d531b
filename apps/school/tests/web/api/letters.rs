//! A forgotten password and «Это не я», by a letter's ticket.

use chrono::TimeDelta;
use linking_school::api::API_ROUTES;
use serde_json::json;

use crate::{
    api::program::{Program, Reply, credentials},
    world::{ORIGIN, PASSWORD, World},
};

const NEW: &str = "синий кит поёт";
const ADDRESS: &str = "teacher@example.ru";

/// A school that knows the teacher's address.
async fn world() -> World {
    let world = World::with_letters().await;
    world.give_email("dmitrieva30", ADDRESS).await;
    world
}

/// The ticket in the letter that is due: the last part of its one address.
async fn ticket(world: &World) -> String {
    let letter = world.letter().await;
    let line = letter.text.lines().find(|line| line.contains("://"));
    let path = line.unwrap().strip_prefix(ORIGIN).unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

async fn ask(program: &mut Program, typed: &str) -> Reply {
    program.post("/restore", json!({"login": typed})).await
}

async fn set(program: &mut Program, ticket: &str, password: &str) -> Reply {
    let body = json!({"ticket": ticket, "new_password": password});
    program.post("/restore/password", body).await
}

/// A letter to the owner; gives its ticket.
async fn asked(world: &World) -> String {
    let mut program = Program::new(world).await;
    assert_eq!(ask(&mut program, "dmitrieva30").await.status, 202);
    ticket(world).await
}

#[tokio::test]
async fn a_program_restores_a_forgotten_password_by_a_letter() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let ways = program.get("/regions/65/ways").await.ok();
    assert_eq!(ways.body["letters"], true);
    let reply = ask(&mut program, "dmitrieva30").await;
    assert_eq!(reply.status, 202);
    assert_eq!(
        reply.body,
        json!({"arrives_within_minutes": 10, "valid_minutes": 30})
    );
    let ticket = ticket(&world).await;
    // In another program than the one that asked.
    let mut phone = Program::new(&world).await;
    let look = json!({ "ticket": ticket });
    let reply = phone.post("/restore/look", look.clone()).await.ok();
    assert_eq!(reply.body, json!({"login": "dmitrieva30"}));
    for (text, code, detail) in [
        (
            "кит",
            "too-short",
            "Пароль короче 8 знаков. Добавьте слово или два",
        ),
        (
            "qwertyuiop",
            "common",
            "Такой пароль пробуют одним из первых. Придумайте другой",
        ),
        (
            "Dmitrieva30",
            "like-login",
            "Пароль похож на логин. Придумайте другой",
        ),
    ] {
        let reply = set(&mut phone, &ticket, text).await;
        let reply = reply.expect(422, "password-unfit");
        assert_eq!(
            reply.body["errors"],
            json!([{"pointer": "/new_password", "code": code, "detail": detail}])
        );
        assert!(!reply.text.contains(text));
    }
    let reply = set(&mut phone, &ticket, NEW).await.ok();
    // d3: what there is is told, so that a stranger's is seen.
    assert_eq!(
        reply.body,
        json!({
            "ways": [{"kind": "password"}],
            "contacts": [{"kind": "email", "masked": "t•••@e•••.ru"}],
        })
    );
    assert!(phone.token.is_none(), "nobody is signed in by it");
    let again = phone.post("/restore/look", look).await;
    again.expect(410, "ticket-old");
    let again = set(&mut phone, &ticket, NEW).await;
    let again = again.expect(410, "ticket-old");
    assert_eq!(again.body["next"], "restore-password");
    program
        .sign_in(&world, "dmitrieva30", PASSWORD)
        .await
        .expect(403, "wrong-credentials");
    program.sign_in(&world, "dmitrieva30", NEW).await.ok();
    assert_eq!(world.letter().await.subject, "Пароль изменён");
}

#[tokio::test]
async fn f3_f4_api_asking_for_a_letter_answers_and_works_alike_for_everybody() {
    let world = world().await;
    let mut seen = Vec::new();
    for typed in [
        "dmitrieva30",
        ADDRESS,
        "nobody",
        "nobody@example.ru",
        "second30",
        "blocked30",
        "§ ' -- <script>",
    ] {
        let mut program = Program::new(&world).await;
        let flow = program.reach_proof(&world, "svetlana").await;
        for path in ["/restore".to_owned(), format!("/flows/{flow}/restore")] {
            let (before, hashes) = (world.counts(), world.hashes());
            let reply = program.post(&path, json!({"login": typed})).await;
            let after = world.counts();
            let work = (
                after.statements - before.statements,
                after.commits - before.commits,
                world.hashes() - hashes,
            );
            let body = reply.text.replace(&flow, "");
            seen.push((path == "/restore", work, reply.status, body));
        }
    }
    let (bare, inside): (Vec<_>, Vec<_>) = seen.iter().partition(|(bare, ..)| *bare);
    for doors in [bare, inside] {
        assert_eq!(doors.len(), 7);
        assert!(doors.iter().all(|other| *other == doors[0]), "{doors:#?}");
        assert_eq!(doors[0].1.2, 0, "no hash");
    }
    assert_eq!(
        world.letters().await.len(),
        4,
        "the login's and the address's, at both doors"
    );
}

#[tokio::test]
async fn f4_api_past_the_limits_the_answer_stays_the_same() {
    let world = world().await;
    let mut first = None;
    for _ in 0..12 {
        let mut program = Program::new(&world).await;
        let reply = ask(&mut program, "dmitrieva30").await;
        let told = (reply.status, reply.text);
        assert_eq!(first.get_or_insert(told.clone()), &told);
    }
    let letters = world.letters().await.len();
    assert!((1..12).contains(&letters), "{letters}");
}

#[tokio::test]
async fn a_program_goes_on_in_its_flow_after_the_new_password() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "bare").await;
    let act = |name: &str| format!("/flows/{flow}/{name}");
    let waits = program.post(&act("await-password"), json!({})).await.ok();
    assert_eq!(waits.body["flow"]["expires_at"], "2026-03-14T04:12:00.000Z");
    // Another program's flow is none to ask in.
    let login = json!({"login": "dmitrieva30"});
    let mut other = Program::new(&world).await;
    let reply = other.post(&act("restore"), login.clone()).await;
    reply.expect(404, "flow-not-yours");
    let reply = program.post(&act("restore"), login).await.ok();
    assert_eq!(reply.body, waits.body);
    world.pass(TimeDelta::minutes(20));
    let ticket = ticket(&world).await;
    let reply = set(&mut program, &ticket, NEW).await.ok().at("prove");
    assert_eq!(reply.flow(), flow);
    let body = credentials(&world, "dmitrieva30", NEW);
    let reply = program.post(&act("prove"), body).await.ok();
    assert_eq!(reply.body["flow"]["end"], "linked");
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn a_letter_of_a_flow_tells_nothing_of_it_to_another_program() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let flow = program.reach_proof(&world, "bare").await;
    let path = format!("/flows/{flow}/restore");
    let login = json!({"login": "dmitrieva30"});
    program.post(&path, login).await.ok();
    let ticket = ticket(&world).await;
    let mut phone = Program::new(&world).await;
    let reply = set(&mut phone, &ticket, NEW).await.ok();
    assert!(reply.body.get("flow").is_none() && !reply.text.contains(&flow));
    // The flow itself goes on where it is.
    let body = credentials(&world, "dmitrieva30", NEW);
    program
        .post(&format!("/flows/{flow}/prove"), body)
        .await
        .ok();
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
}

#[tokio::test]
async fn e20_api_a_letter_is_written_where_the_flow_stands_at_the_password_alone() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let begun = program.begin(&world).await;
    let flow = begun.flow();
    let path = format!("/flows/{flow}/restore");
    let login = json!({"login": "dmitrieva30"});
    let reply = program.post(&path, login.clone()).await.ok();
    reply.at("at-provider");
    program.come_back("bare", &begun.state()).await.ok();
    let reply = program.post(&path, login.clone()).await.ok();
    reply.at("not-linked");
    program
        .post(&format!("/flows/{flow}/cancel"), json!({}))
        .await
        .ok();
    program.post(&path, login).await.ok().at("done");
    assert!(world.letters().await.is_empty());
}

#[tokio::test]
async fn d2_api_session_flow_and_letter_of_before_are_dead_after_each_change() {
    for change in ["password", "restore", "not-me", "link"] {
        let world = world().await;
        let mut owner = Program::signed_in(&world, "dmitrieva30").await;
        let not_me = if change == "not-me" {
            owner.link(&world, "bare", "dmitrieva30").await;
            Some(ticket(&world).await)
        } else {
            None
        };
        let mut stranger = Program::signed_in(&world, "dmitrieva30").await;
        let begun = match not_me {
            Some(_) => None,
            None => Some(stranger.post("/ways/gosuslugi/link", json!({})).await.ok()),
        };
        let letter = asked(&world).await;
        let look = json!({ "ticket": letter });
        stranger.post("/restore/look", look.clone()).await.ok();
        match change {
            "password" => {
                let body = json!({"new_password": NEW});
                owner.post("/session/password", body).await.ok();
            }
            "restore" => {
                ask(&mut owner, ADDRESS).await;
                let second = ticket(&world).await;
                set(&mut owner, &second, NEW).await.ok();
            }
            "not-me" => {
                let body = json!({ "ticket": not_me });
                owner.post("/not-me", body).await.ok();
            }
            _ => {
                let own = owner.post("/ways/gosuslugi/link", json!({})).await.ok();
                owner.come_back("bare", &own.state()).await.ok();
                let body = json!({"text_version": "2026-11"});
                let path = format!("/flows/{}/confirm", own.flow());
                owner.post(&path, body).await.ok();
            }
        }
        let reply = stranger.post("/restore/look", look).await;
        reply.expect(410, "ticket-old");
        stranger.get("/session").await.expect(401, "not-signed-in");
        if let Some(begun) = begun {
            let reply = stranger.come_back("bare", &begun.state()).await;
            assert!(reply.status.is_client_error(), "{change}: {}", reply.text);
            assert_ne!(reply.step(), "confirm", "{change}");
        }
    }
}

#[tokio::test]
async fn d4_api_a_letter_to_an_address_of_before_opens_nothing() {
    let world = world().await;
    let letter = asked(&world).await;
    world.give_email("dmitrieva30", "other@example.ru").await;
    let mut program = Program::new(&world).await;
    let reply = set(&mut program, &letter, NEW).await;
    reply.expect(410, "ticket-old");
    program.sign_in(&world, "dmitrieva30", PASSWORD).await.ok();
}

#[tokio::test]
async fn e3_api_not_me_ends_the_link_and_asks_for_a_new_password() {
    let world = world().await;
    let mut thief = Program::new(&world).await;
    thief.link(&world, "svetlana", "dmitrieva30").await;
    let letter = ticket(&world).await;
    let body = json!({ "ticket": letter });
    let mut owner = Program::new(&world).await;
    let reply = owner.post("/not-me/look", body.clone()).await.ok();
    assert_eq!(reply.body, json!({"done": false}));
    // A ticket of the one kind is none of the other.
    let reply = set(&mut owner, &letter, NEW).await;
    reply.expect(410, "ticket-old");
    let reply = owner.post("/not-me", body.clone()).await.ok();
    assert_eq!(reply.body["done_before"], false);
    let new = reply.body["ticket"].as_str().unwrap().to_owned();
    assert!(world.links("dmitrieva30").await.is_empty());
    thief.get("/session").await.expect(401, "not-signed-in");
    let reply = thief.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let reply = reply.expect(403, "new-password-needed");
    assert_eq!(reply.body["next"], "restore-password");
    set(&mut owner, &new, NEW).await.ok();
    owner.sign_in(&world, "dmitrieva30", NEW).await.ok();
    let reply = owner.post("/not-me/look", body.clone()).await.ok();
    assert_eq!(reply.body, json!({"done": true}));
    let reply = owner.post("/not-me", body.clone()).await.ok();
    assert_eq!(reply.body, json!({"done_before": true}));
    owner.get("/session").await.ok();
    world.pass(TimeDelta::days(7));
    let reply = owner.post("/not-me", body).await;
    reply.expect(410, "ticket-old");
}

#[tokio::test]
async fn g5_api_looking_at_a_ticket_changes_nothing() {
    let world = world().await;
    let mut thief = Program::new(&world).await;
    thief.link(&world, "svetlana", "dmitrieva30").await;
    let not_me = json!({"ticket": ticket(&world).await});
    let restore = asked(&world).await;
    let look = json!({ "ticket": restore });
    let mut owner = Program::new(&world).await;
    let commits = world.counts().commits;
    for _ in 0..3 {
        owner.post("/not-me/look", not_me.clone()).await.ok();
        owner.post("/restore/look", look.clone()).await.ok();
    }
    assert_eq!(world.counts().commits, commits);
    assert_eq!(world.links("dmitrieva30").await.len(), 1);
    thief.get("/session").await.ok();
    set(&mut owner, &restore, NEW).await.ok();
}

#[tokio::test]
async fn a_ticket_that_is_none_opens_nothing_by_the_api() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let restore = asked(&world).await;
    for ticket in ["x", "../..", &"0a".repeat(32), &restore.to_uppercase()] {
        for path in ["/restore/look", "/not-me/look", "/not-me"] {
            let reply = program.post(path, json!({ "ticket": ticket })).await;
            reply.expect(410, "ticket-old");
        }
        let reply = set(&mut program, ticket, NEW).await;
        reply.expect(410, "ticket-old");
    }
    // Nor does a letter's ticket of the other kind.
    let body = json!({ "ticket": restore });
    program
        .post("/not-me", body.clone())
        .await
        .expect(410, "ticket-old");
    program.post("/restore/look", body).await.ok();
}

#[tokio::test]
async fn g15_api_what_a_letter_leads_to_is_done_once_and_answered_alike() {
    let world = world().await;
    let mut program = Program::new(&world).await;
    let login = json!({"login": "dmitrieva30"});
    for _ in 0..2 {
        let reply = program.post_once("ask", "/restore", &login).await;
        assert_eq!(reply.status, 202);
    }
    let letter = ticket(&world).await;
    let body = json!({"ticket": letter, "new_password": NEW});
    let first = program.post_once("set", "/restore/password", &body).await;
    let first = first.ok();
    let hashes = world.hashes();
    let again = program.post_once("set", "/restore/password", &body).await;
    assert_eq!(again.clone().ok().text, first.text);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(world.hashes(), hashes);
    // With another password it is another request.
    let other = json!({"ticket": letter, "new_password": "другой синий кит"});
    let reply = program.post_once("set", "/restore/password", &other).await;
    reply.expect(422, "repeat-differs");
    let not_me = json!({ "ticket": ticket(&world).await });
    let first = program.post_once("not-me", "/not-me", &not_me).await.ok();
    let again = program.post_once("not-me", "/not-me", &not_me).await.ok();
    assert!(first.body["ticket"].is_string());
    assert_eq!(again.text, first.text, "a lost way to the new password");
    // Another program learns nothing by the same key.
    let mut thief = Program::new(&world).await;
    let reply = thief.post_once("not-me", "/not-me", &not_me).await.ok();
    assert_eq!(reply.body, json!({"done_before": true}));
}

#[tokio::test]
async fn f5_api_after_five_mismatches_the_sign_in_asks_for_a_new_password() {
    let world = world().await;
    let mut inside = Program::signed_in(&world, "dmitrieva30").await;
    for number in 0..5 {
        let mut program = Program::new(&world).await;
        let code = format!("mum.{number}");
        let flow = program.reach_proof(&world, &code).await;
        let reply = program.prove(&world, &flow, "dmitrieva30").await;
        assert!(reply.code().ends_with("mismatch"), "{}", reply.text);
    }
    assert_eq!(world.letters().await.len(), 5);
    let mut owner = Program::new(&world).await;
    let reply = owner.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let reply = reply.expect(403, "new-password-needed");
    assert_eq!(reply.body["mender"], "person");
    // Without the right password nothing of it shows.
    owner
        .sign_in(&world, "dmitrieva30", "догадка")
        .await
        .expect(403, "wrong-credentials");
    // Whoever knows the password does not choose the new one.
    let body = json!({"new_password": NEW});
    inside
        .post("/session/password", body)
        .await
        .expect(403, "new-password-needed");
    let letter = asked(&world).await;
    set(&mut owner, &letter, NEW).await.ok();
    owner.sign_in(&world, "dmitrieva30", NEW).await.ok();
}

#[tokio::test]
async fn where_no_letters_go_out_the_api_says_so() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let ways = program.get("/regions/65/ways").await.ok();
    assert_eq!(ways.body["letters"], false);
    let before = world.counts().commits;
    let reply = ask(&mut program, "dmitrieva30").await;
    reply.expect(404, "no-letters");
    assert_eq!(world.counts().commits, before);
    let flow = program.reach_proof(&world, "bare").await;
    let path = format!("/flows/{flow}/restore");
    let login = json!({"login": "dmitrieva30"});
    let reply = program.post(&path, login.clone()).await;
    reply.expect(404, "no-letters");
    let mut other = Program::new(&world).await;
    let reply = other.post(&path, login).await;
    reply.expect(404, "flow-not-yours");
}

#[test]
fn h1_api_no_address_takes_a_secret() {
    let public = ["region", "provider", "flow", "session", "version"];
    let file = linking_school::api::document().unwrap();
    for route in API_ROUTES {
        for part in route.path.split('/').filter(|part| part.starts_with('{')) {
            let name = part.trim_matches(['{', '}']);
            assert!(public.contains(&name), "{}", route.path);
        }
        let verb = route.verb.as_str().to_ascii_lowercase();
        let operation = &file["paths"][route.path][&verb];
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let secret = ["ticket", "password", "token", "login", "secret"];
            let told = parameter["in"] != "header";
            assert!(!(told && secret.contains(&name)), "{}", route.path);
        }
    }
}
