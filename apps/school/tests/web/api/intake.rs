//! Section G and H: what a request may hold, from where it may come, and what an answer never
//! tells.

use axum::{body::Body, http::Request};
use linking_school::api::{API_ROUTES, ApiVerb};
use serde_json::{Map, Value, json};

use crate::{
    api::{
        program::{Program, credentials},
        rights::filled,
        taken::of_other_profile,
    },
    browser::Browser,
    world::{ORIGIN, PASSWORD, World},
};

/// What of an installation a refused request must not change.
async fn fingerprint(world: &World) -> String {
    let mut parts = Vec::new();
    for login in ["dmitrieva30", "second30"] {
        let links = world.links(login).await.len();
        let history = world.history(login).await.len();
        let sessions = world.sessions(login).await;
        let contacts = world.contacts(login).await;
        parts.push(format!("{login} {links} {history} {sessions} {contacts:?}"));
    }
    parts.join(";")
}

/// A body that a route takes.
pub(super) fn sound_body(world: &World, path: &str) -> Value {
    match path.rsplit('/').next().unwrap() {
        "session" => {
            let mut body = credentials(world, "dmitrieva30", PASSWORD);
            body["shared"] = json!(false);
            body
        }
        "prove" => credentials(world, "dmitrieva30", PASSWORD),
        "move" => of_other_profile(world, PASSWORD),
        "replace" => json!({"password": PASSWORD}),
        "restore" => json!({"login": "dmitrieva30"}),
        "look" | "not-me" => json!({"ticket": "0a".repeat(32)}),
        "password" if path.starts_with("/api/v1/session") => {
            json!({"new_password": "синий кит поёт"})
        }
        "password" => json!({"ticket": "0a".repeat(32), "new_password": "синий кит поёт"}),
        "flows" => json!({"provider": "gosuslugi", "region": "65", "shared": false}),
        "answer" => json!({"query": "code=svetlana&state=x"}),
        "agree" | "confirm" => json!({"text_version": "2026-11"}),
        "contacts" => json!({"keep": ["email"]}),
        "step-up" if path.starts_with("/api/v1/session") => json!({"password": PASSWORD}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn a14_api_a_name_that_stands_twice_is_refused() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let commits = world.counts().commits;
    let school = world.school;
    let text = format!(
        r#"{{"organization":"{school}","login":"a1","login":"dmitrieva30","password":"{PASSWORD}"}}"#
    );
    let reply = program.post_text("/session", &text).await;
    let reply = reply.expect(422, "unfit-fields");
    assert_eq!(
        reply.body["errors"],
        json!([{"pointer": "/login", "code": "doubled", "detail": "Поле указано дважды"}])
    );
    let reply = program
        .get("/regions/65/localities?kind=school&kind=x")
        .await;
    let reply = reply.expect(422, "unfit-fields");
    assert_eq!(reply.body["errors"][0]["parameter"], "kind");
    assert_eq!(world.counts().commits, commits);
}

#[tokio::test]
async fn g4_api_no_unsafe_route_takes_what_another_site_can_send() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.sign_in(&world, "dmitrieva30", PASSWORD).await;
    let before = fingerprint(&world).await;
    let commits = world.counts().commits;
    let json_type = "application/json";
    let attempts: [(&str, Vec<(&str, &str)>); 8] = [
        ("no origin", vec![("content-type", json_type)]),
        (
            "foreign origin",
            vec![
                ("content-type", json_type),
                ("origin", "https://evil.example"),
            ],
        ),
        (
            "null origin",
            vec![("content-type", json_type), ("origin", "null")],
        ),
        (
            "other site",
            vec![
                ("content-type", json_type),
                ("origin", ORIGIN),
                ("sec-fetch-site", "cross-site"),
            ],
        ),
        (
            "same site",
            vec![("content-type", json_type), ("sec-fetch-site", "same-site")],
        ),
        (
            "two origins",
            vec![
                ("content-type", json_type),
                ("origin", ORIGIN),
                ("origin", "https://evil.example"),
            ],
        ),
        (
            "plain text",
            vec![("content-type", "text/plain"), ("origin", ORIGIN)],
        ),
        (
            "a form",
            vec![
                ("content-type", "application/x-www-form-urlencoded"),
                ("origin", ORIGIN),
            ],
        ),
    ];
    let mut seen = 0;
    for route in API_ROUTES.iter().filter(|route| route.verb.is_unsafe()) {
        let body = sound_body(&world, route.path).to_string();
        for (what, headers) in &attempts {
            // What takes no body is told apart by its origin alone.
            let by_type = matches!(*what, "plain text" | "a form");
            if by_type && route.verb == ApiVerb::Delete {
                continue;
            }
            // A number that anybody may have changes nothing.
            if route.path.ends_with("/clients") && *what == "no origin" {
                continue;
            }
            let mut request = browser.request(route.verb.as_str(), &filled(route.path));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::from(body.clone())).unwrap();
            let page = browser.clone().send(request).await;
            let wanted = if by_type { 415 } else { 403 };
            assert_eq!(page.status.as_u16(), wanted, "{what} {}", route.path);
            seen += 1;
        }
        // A method in a header is no method.
        let request = browser
            .request("GET", &filled(route.path))
            .header("x-http-method-override", route.verb.as_str())
            .header("origin", ORIGIN)
            .body(Body::from(body))
            .unwrap();
        browser.clone().send(request).await;
    }
    assert!(seen > 100, "{seen}");
    assert_eq!(fingerprint(&world).await, before);
    assert_eq!(world.counts().commits, commits);
}

#[tokio::test]
async fn g4_api_no_answer_lets_another_site_read_it() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    for (method, path) in [
        ("OPTIONS", "/session"),
        ("GET", "/session"),
        ("GET", "/regions"),
    ] {
        let request = program
            .request(method, path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST")
            .body(Body::empty())
            .unwrap();
        let reply = program.send(request).await;
        assert!(
            !reply
                .headers
                .keys()
                .any(|name| name.as_str().starts_with("access-control-")),
            "{path}"
        );
    }
}

/// Names of columns and of answers.
fn foreign_names() -> Vec<String> {
    let schema = include_str!("../../../../../adapters/storage/migrations/0001_first_light.sql");
    let mut names: Vec<String> = schema
        .lines()
        .filter(|line| line.starts_with("    ") && line.contains("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .map(str::to_owned)
        .collect();
    let file = linking_school::api::document().unwrap();
    let schemas = file["components"]["schemas"].as_object().unwrap();
    for schema in schemas.values() {
        if let Some(properties) = schema["properties"].as_object() {
            names.extend(properties.keys().cloned());
        }
    }
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn g6_api_no_route_takes_a_name_that_is_not_its_own() {
    let world = World::new().await;
    let program = Program::signed_in(&world, "dmitrieva30").await;
    let before = fingerprint(&world).await;
    let commits = world.counts().commits;
    let names = foreign_names();
    assert!(names.len() > 100, "{}", names.len());
    for route in API_ROUTES
        .iter()
        .filter(|route| route.verb == ApiVerb::Post)
    {
        let sound = sound_body(&world, route.path);
        let own: &Map<String, Value> = sound.as_object().unwrap();
        let mut body = own.clone();
        for name in &names {
            body.entry(name.clone()).or_insert(json!("administrator"));
        }
        // A name of the route's own that the sound body leaves out.
        body.remove("organization");
        let wanted: Vec<String> = body
            .keys()
            .filter(|name| !own.contains_key(*name))
            .map(|name| format!("/{name}"))
            .collect();
        let path = filled(route.path);
        let path = path.strip_prefix("/api/v1").unwrap();
        let reply = program.clone().post(path, Value::Object(body)).await;
        let reply = if path.starts_with("/flows/") && reply.status == 404 {
            // Whose flow it is comes first.
            assert_eq!(reply.code(), "flow-not-yours");
            continue;
        } else {
            reply.expect(422, "unfit-fields")
        };
        let told: Vec<String> = reply.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|error| error["code"] == "unknown")
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(told, wanted, "{path}");
        assert!(!reply.text.contains("\"administrator\""), "{path}");
    }
    assert_eq!(fingerprint(&world).await, before);
    assert_eq!(world.counts().commits, commits);
}

#[tokio::test]
async fn h1_api_no_error_tells_what_was_sent() {
    let world = World::new().await;
    let mut program = Program::signed_in(&world, "dmitrieva30").await;
    let marker = "ПриметаSecret7";
    let bodies = [
        json!({"organization": marker, "login": marker, "password": marker}),
        json!({"provider": marker, "region": marker, "organization": marker}),
        json!({"query": format!("code={marker}&state={marker}")}),
        json!({"query": format!("code={marker}&code={marker}")}),
        json!({"text_version": marker}),
        json!({"keep": [marker]}),
        json!({"password": marker.repeat(100)}),
        json!([marker]),
        json!(marker),
    ];
    let mut seen = 0;
    for route in API_ROUTES
        .iter()
        .filter(|route| route.verb == ApiVerb::Post)
    {
        for body in &bodies {
            let path = filled(route.path);
            let path = path.strip_prefix("/api/v1").unwrap();
            let mut program = program.clone();
            let reply = program.post(path, body.clone()).await;
            assert!(!reply.text.contains(marker), "{path}: {}", reply.text);
            let spoilt = format!("{body}{{");
            let reply = program.post_text(path, &spoilt).await;
            assert!(!reply.text.contains(marker), "{path}: {}", reply.text);
            seen += usize::from(reply.status.is_client_error());
        }
    }
    assert!(seen > 100, "{seen}");
    let reply = program
        .sign_in(&world, marker, marker)
        .await
        .expect(403, "wrong-credentials");
    assert!(!reply.text.contains(marker));
}

#[tokio::test]
async fn bodies_have_bounds() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let long = format!(r#"{{"login":"{}"}}"#, "a".repeat(40_000));
    program
        .post_text("/session", &long)
        .await
        .expect(413, "too-large");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    program
        .post_text("/session", &deep)
        .await
        .expect(400, "bad-request");
    program
        .post_text("/session", "[]")
        .await
        .expect(422, "unfit-fields");
    program
        .post_text("/session", "{\"login\":")
        .await
        .expect(400, "bad-request");
    let packed = program
        .request("POST", "/session")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(Body::from("{}"))
        .unwrap();
    program
        .send(packed)
        .await
        .expect(415, "unsupported-media-type");
}

#[tokio::test]
async fn every_error_of_the_framework_is_a_problem_too() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    for (method, path, status, code) in [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/flows/%ff", 404, "flow-not-yours"),
        ("GET", "/regions/%ff/ways", 400, "bad-request"),
        ("PUT", "/session", 405, "method-not-allowed"),
        ("TRACE", "/regions", 405, "method-not-allowed"),
        ("OPTIONS", "/session", 405, "method-not-allowed"),
        ("POST", "/clients", 415, "unsupported-media-type"),
        ("GET", "/regions/nowhere/ways", 404, "not-found"),
        ("GET", "/regions?x=%ff", 400, "bad-request"),
    ] {
        let request = program.request(method, path).body(Body::empty()).unwrap();
        let reply = program.send(request).await.expect(status, code);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.body["status"], status);
        if status == 405 {
            assert!(!reply.header("allow").is_empty(), "{path}");
        }
    }
    for path in ["/api", "/api/", "/api/v2/regions"] {
        let request = Request::get(path)
            .header("host", "localhost:8080")
            .body(Body::empty())
            .unwrap();
        program.send(request).await.expect(404, "not-found");
    }
    let request = Request::get("/api/v1/regions").body(Body::empty()).unwrap();
    program.send(request).await.expect(421, "wrong-host");
    // The pages keep theirs.
    let request = Request::get("/nowhere")
        .header("host", "localhost:8080")
        .body(Body::empty())
        .unwrap();
    let page = program.send(request).await;
    assert!(page.header("content-type").starts_with("text/html"));
}
