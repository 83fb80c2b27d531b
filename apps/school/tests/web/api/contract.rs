//! The `OpenAPI` file, and that answers are as it says.

use linking_core::refusal::RefusalCode;
use linking_school::api::{API_ROUTES, document};
use serde_json::Value;

use crate::{api::program::Program, world::World};

fn path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

/// The file in the repository is the one that the program serves. It is renewed by
///
/// ```sh
/// RENEW=1 cargo nextest run -p linking-school the_openapi_file_is_up_to_date
/// ```
#[test]
fn the_openapi_file_is_up_to_date() {
    let mut text = serde_json::to_string_pretty(&document().unwrap()).unwrap();
    text.push('\n');
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(path(), &text).unwrap();
    }
    let kept = std::fs::read_to_string(path()).unwrap_or_default();
    assert!(
        kept == text,
        "docs/openapi.json is not what the program serves. Look at what changed for integrators, \
         then renew it: RENEW=1 cargo nextest run -p linking-school the_openapi_file_is_up_to_date"
    );
}

#[tokio::test]
async fn the_program_serves_its_description() {
    let world = World::new().await;
    let reply = Program::bare(&world).get("/openapi.json").await.ok();
    assert_eq!(reply.body, document().unwrap());
    assert_eq!(reply.body["openapi"], "3.1.0");
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let file = document().unwrap();
    let paths = file["paths"].as_object().unwrap();
    let described: usize = paths
        .values()
        .map(|operations| operations.as_object().unwrap().len())
        .sum();
    assert_eq!(described, API_ROUTES.len());
    for route in API_ROUTES {
        let verb = route.verb.as_str().to_ascii_lowercase();
        let operation = &paths[route.path][&verb];
        assert!(operation["summary"].is_string(), "{} {verb}", route.path);
        let security = operation["security"].as_array().unwrap();
        assert_eq!(
            security.is_empty(),
            route.right == linking_school::api::Right::Anyone,
            "{}",
            route.path
        );
    }
}

#[tokio::test]
async fn every_refusal_is_in_the_catalogue() {
    let world = World::new().await;
    let reply = Program::bare(&world).get("/problems").await.ok();
    let listed: Vec<&str> = reply.body["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refusal| refusal["code"].as_str().unwrap())
        .collect();
    let codes: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes);
    let statuses = reply.body["refusals"].as_array().unwrap();
    assert!(statuses.iter().all(|one| one["status"] != Value::Null));
}
