//! Pages of the stand itself: front page, log of messages, key files.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::pages;
use crate::simulator::Simulator;

pub(super) async fn index() -> Response {
    pages::index().into_response()
}

pub(super) async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, include_str!("../../assets/style.css")).into_response()
}

pub(super) async fn sms(State(simulator): State<Simulator>) -> Response {
    let messages = simulator.lock().sms.iter().cloned().collect::<Vec<_>>();
    pages::sms(&messages).into_response()
}

pub(super) async fn keys(State(simulator): State<Simulator>) -> Response {
    let files = simulator.lock().keys.files();
    pages::keys(files.into_iter().map(|(name, _)| name).collect()).into_response()
}

/// One certificate, or `all.pem`: all of them.
pub(super) async fn key(State(simulator): State<Simulator>, Path(name): Path<String>) -> Response {
    let files = simulator.lock().keys.files();
    let text: String = files
        .into_iter()
        .filter(|(file, _)| name == "all.pem" || *file == name)
        .map(|(_, pem)| pem)
        .collect();
    if text.is_empty() {
        return not_found().await;
    }
    ([(CONTENT_TYPE, "application/x-pem-file")], text).into_response()
}

pub(super) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, pages::not_found()).into_response()
}
