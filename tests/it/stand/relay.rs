//! What stands before several servers: each request goes to the next one, so that every step of a
//! journey is another server's.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

#[derive(Debug, Clone)]
struct Relay {
    ports: Arc<[u16]>,
    turn: Arc<AtomicUsize>,
    client: Client<HttpConnector, Body>,
}

/// Serves on a port for the servers on the others.
pub(super) async fn start(port: u16, ports: Vec<u16>) -> Result<JoinHandle<std::io::Result<()>>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let relay = Relay {
        ports: ports.into(),
        turn: Arc::default(),
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    let router = Router::new().fallback(pass_on).with_state(relay);
    Ok(tokio::spawn(
        async move { axum::serve(listener, router).await },
    ))
}

async fn pass_on(State(relay): State<Relay>, mut request: Request) -> Response {
    let turn = relay.turn.fetch_add(1, Ordering::Relaxed);
    let Some(port) = relay.ports.get(turn % relay.ports.len().max(1)) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let asked = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let Ok(address) = format!("http://127.0.0.1:{port}{asked}").parse::<Uri>() else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    // Whom the browser asked stays as it is: the program looks at it.
    *request.uri_mut() = address;
    match relay.client.request(request).await {
        Ok(response) => response.into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
