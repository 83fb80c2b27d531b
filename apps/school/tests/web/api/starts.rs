//! Many ways to a provider begun by a program (`threats.md` G18).

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use serde_json::{Value, json};

use crate::{
    api::program::{Program, Reply},
    world::{PASSWORD, World},
};

/// Sends a request from an address.
async fn from(program: &mut Program, address: &str, path: &str, body: Value) -> Reply {
    let peer: SocketAddr = address.parse().unwrap();
    let request = program
        .request("POST", path)
        .header("content-type", "application/json")
        .extension(ConnectInfo(peer))
        .body(Body::from(body.to_string()))
        .unwrap();
    program.send(request).await
}

#[tokio::test]
async fn g18_api_a_network_that_begins_too_much_is_told_to_wait_and_others_are_served() {
    let world = World::with_starts(3).await;
    let sign_in = json!({"provider": "gosuslugi", "region": "65"});
    let (here, there) = ("192.0.2.1:4000", "192.0.2.2:4000");
    // Each way to a provider is one, whichever program begins it.
    let mut owner = Program::signed_in(&world, "dmitrieva30").await;
    let path = "/ways/gosuslugi/link";
    let begun = from(&mut owner, here, path, json!({})).await.ok();
    let retry = format!("/flows/{}/retry", begun.flow());
    from(&mut owner, here, &retry, json!({})).await.ok();
    let mut program = Program::new(&world).await;
    from(&mut program, here, "/flows", sign_in.clone())
        .await
        .ok();
    for (sender, path, body) in [
        (&owner, path, json!({})),
        (&owner, retry.as_str(), json!({})),
        (&program, "/flows", sign_in.clone()),
    ] {
        let reply = from(&mut sender.clone(), here, path, body).await;
        let reply = reply.expect(429, "busy");
        assert_eq!(reply.header("retry-after"), "60", "{path}");
    }
    from(&mut program, there, "/flows", sign_in).await.ok();
    // The password is no way to a provider.
    let body = super::program::credentials(&world, "dmitrieva30", PASSWORD);
    from(&mut program, here, "/session", body).await.ok();
}

#[tokio::test]
async fn g18_api_a_program_keeps_its_newest_five_flows() {
    let world = World::new().await;
    let mut program = Program::new(&world).await;
    let mut begun = Vec::new();
    for _ in 0..6 {
        begun.push(program.begin(&world).await);
    }
    let (old, new) = begun.split_first().unwrap();
    let reply = program.come_back("svetlana", &old.state()).await;
    reply.expect(410, "flow-expired");
    for begun in new {
        let came = program.come_back("svetlana", &begun.state()).await.ok();
        came.at("not-linked");
    }
}
