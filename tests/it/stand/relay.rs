//! What stands before several servers: each request goes to the next one, so that every step of a
//! journey is another server's.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, Uri, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// No form of ours is larger.
const LARGEST: usize = 1 << 20;

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

/// As a front server does: a server that can't be reached is passed over, and nothing that was
/// sent is sent again.
async fn pass_on(State(relay): State<Relay>, request: Request) -> Response {
    let turn = relay.turn.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    for next in 0..relay.ports.len() {
        let Some(port) = relay.ports.get((turn + next) % relay.ports.len()) else {
            break;
        };
        let asked = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let Ok(address) = format!("http://127.0.0.1:{port}{asked}").parse::<Uri>() else {
            break;
        };
        // Whom the browser asked stays as it is: the program looks at it.
        let mut parts = parts.clone();
        parts.uri = address;
        let request = Request::from_parts(parts, Body::from(body.clone()));
        match relay.client.request(request).await {
            Ok(response) => return response.into_response(),
            Err(error) if error.is_connect() => {}
            Err(_) => break,
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
