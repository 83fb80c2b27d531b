//! Answers that never come, come late, come in part, or are something else (`threats.md` I1, I2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};

use super::outcome::redirect;
use crate::fault::{Fault, Place, Transport};
use crate::simulator::Simulator;

/// A switch that resets the TCP connection of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Arc<AtomicBool>);

impl Connection {
    fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

fn place(path: &str) -> Option<Place> {
    match path {
        "/aas/oauth2/ac" | "/aas/oauth2/v2/ac" => Some(Place::Authorization),
        "/aas/oauth2/te" | "/aas/oauth2/v3/te" => Some(Place::Token),
        "/idp/ext/Logout" => Some(Place::Logout),
        path if path.starts_with("/rs/") => Some(Place::Rest),
        path if path.starts_with("/public/keys/") => Some(Place::Keys),
        _ => None,
    }
}

pub(super) async fn spoil(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let Some(place) = place(request.uri().path()) else {
        return next.run(request).await;
    };
    let fault = simulator.lock().faults.take(|fault| match fault {
        Fault::Transport(at, what) if *at == place => Some(what.clone()),
        _ => None,
    });
    let connection = request
        .extensions()
        .get::<ConnectInfo<Connection>>()
        .map(|info| info.0.clone());
    match fault {
        None => next.run(request).await,
        Some(Transport::Html(status)) => page(status),
        Some(Transport::Redirect(address)) => redirect(&address),
        Some(Transport::Garbage) => {
            ([(CONTENT_TYPE, "application/json")], "{\"access_token\": ").into_response()
        }
        Some(Transport::Reset) => {
            if let Some(connection) = connection {
                connection.reset();
            }
            broken_off(Vec::new())
        }
        Some(Transport::Delay(milliseconds)) => {
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            response
        }
        Some(Transport::NoAnswer) => {
            drop(next.run(request).await);
            std::future::pending().await
        }
        Some(Transport::Half) => half(next.run(request).await).await,
        Some(Transport::Endless) => {
            let (mut parts, _) = next.run(request).await.into_parts();
            parts.headers.remove(CONTENT_LENGTH);
            let blanks = axum::body::Bytes::from_static(&[b' '; 16 * 1024]);
            let body = stream::repeat_with(move || Ok::<_, std::io::Error>(blanks.clone()));
            Response::from_parts(parts, Body::from_stream(body))
        }
    }
}

/// The gateway's page, as it stands before the real service.
fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let text = format!(
        "<!DOCTYPE html><html lang=\"ru\"><head><title>{0}</title></head><body><main><h1>{0}</h1>\
         <p>Учебный стенд: сбой по заказу.</p></main></body></html>",
        status.as_u16()
    );
    (status, Html(text)).into_response()
}

async fn half(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
    let first = whole.slice(..whole.len() / 2).to_vec();
    Response::from_parts(parts, broken_off(first).into_body())
}

/// A body that ends in an error after these octets: the server closes the connection.
fn broken_off(octets: Vec<u8>) -> Response {
    let first = stream::iter([Ok(octets)]);
    // The pause lets the octets leave before the error drops the connection.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::new(Body::from_stream(first.chain(end)))
}
