//! What stands before several servers: each request goes to the next one, so that every step of a
//! journey is another server's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, Uri, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// No form of ours is larger.
const LARGEST: usize = 1 << 20;

/// One of the servers behind.
#[derive(Debug)]
struct Behind {
    port: u16,
    /// Gets nothing new.
    is_out: AtomicBool,
    /// Requests that it has not answered yet.
    running: AtomicUsize,
}

/// Which servers get requests.
#[derive(Debug, Clone)]
pub(super) struct Rotation(Arc<[Behind]>);

impl Rotation {
    /// Takes a server out and waits until it has answered what it got; or puts it in again.
    pub(super) async fn set(&self, which: usize, is_in: bool) {
        let Some(behind) = self.0.get(which) else {
            return;
        };
        behind.is_out.store(!is_in, Ordering::SeqCst);
        while !is_in && behind.running.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[derive(Debug, Clone)]
struct Relay {
    rotation: Rotation,
    turn: Arc<AtomicUsize>,
    client: Client<HttpConnector, Body>,
}

/// Serves on a port for the servers on the others.
pub(super) async fn start(
    port: u16,
    ports: Vec<u16>,
) -> Result<(JoinHandle<std::io::Result<()>>, Rotation)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let behind = |port| Behind {
        port,
        is_out: AtomicBool::new(false),
        running: AtomicUsize::new(0),
    };
    let rotation = Rotation(ports.into_iter().map(behind).collect());
    let relay = Relay {
        rotation: rotation.clone(),
        turn: Arc::default(),
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    let router = Router::new().fallback(pass_on).with_state(relay);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((serving, rotation))
}

/// As a front server does: a server that can't be reached is passed over, and nothing that was
/// sent is sent again.
async fn pass_on(State(relay): State<Relay>, request: Request) -> Response {
    let turn = relay.turn.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let behind = &relay.rotation.0;
    for next in 0..behind.len() {
        let Some(server) = behind.get((turn + next) % behind.len()) else {
            break;
        };
        // Counted first: whoever takes a server out sees this request, or this one sees that.
        server.running.fetch_add(1, Ordering::SeqCst);
        let answer = if server.is_out.load(Ordering::SeqCst) {
            None
        } else {
            Some(ask(&relay.client, server.port, &parts, &body).await)
        };
        server.running.fetch_sub(1, Ordering::SeqCst);
        match answer {
            None | Some(Asked::NotReached) => {}
            Some(Asked::Answered(response)) => return response,
            Some(Asked::Lost) => break,
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}

/// What became of a request.
enum Asked {
    Answered(Response),
    /// Nothing was sent.
    NotReached,
    /// Nobody knows what became of it.
    Lost,
}

/// Asks one server, and takes the whole answer.
async fn ask(
    client: &Client<HttpConnector, Body>,
    port: u16,
    parts: &Parts,
    body: &Bytes,
) -> Asked {
    let asked = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let Ok(address) = format!("http://127.0.0.1:{port}{asked}").parse::<Uri>() else {
        return Asked::Lost;
    };
    // Whom the browser asked stays as it is: the program looks at it.
    let mut parts = parts.clone();
    parts.uri = address;
    let request = Request::from_parts(parts, Body::from(body.clone()));
    match client.request(request).await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            match to_bytes(Body::new(body), LARGEST).await {
                Ok(body) => Asked::Answered(Response::from_parts(parts, Body::from(body))),
                Err(_) => Asked::Lost,
            }
        }
        Err(error) if error.is_connect() => Asked::NotReached,
        Err(_) => Asked::Lost,
    }
}
