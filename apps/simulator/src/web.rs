//! Everything that the stand serves: routes in one list, and what holds for every answer.

mod agreements;
mod authorize;
mod consent;
mod control;
mod exchange;
mod logout;
mod outcome;
mod pages;
mod record;
mod rest;
mod sign_in;
mod stand;
mod transport;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, DATE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use crate::simulator::Simulator;

/// The connection of a request, so that a fault can reset it.
pub(crate) use transport::Connection;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router(simulator: Simulator) -> Router {
    let mut routes = Router::new()
        .route("/", get(stand::index))
        .route("/style.css", get(stand::style))
        .route("/sms", get(stand::sms))
        .route("/logs/sms/", get(stand::sms))
        .route("/public/keys/", get(stand::keys))
        .route("/public/keys/{file}", get(stand::key))
        .route("/aas/oauth2/v2/ac", get(authorize::current))
        .route("/aas/oauth2/ac", get(authorize::retired))
        .route("/aas/oauth2/v3/te", post(exchange::current))
        .route("/aas/oauth2/te", post(exchange::retired))
        .route("/login", get(sign_in::login).post(sign_in::password))
        .route("/login/code", get(sign_in::code_form).post(sign_in::code))
        .route("/login/code/again", post(sign_in::another_code))
        .route(
            "/login/signature",
            get(sign_in::signature_form).post(sign_in::signature),
        )
        .route("/login/consent", get(consent::form).post(consent::decide))
        .route("/login/switch", post(consent::switch))
        .route("/idp/ext/Logout", get(logout::logout))
        .route(
            "/settings/third-party/agreements/acting",
            get(agreements::list).post(agreements::withdraw),
        )
        .route("/rs/prns/{oid}", get(rest::person))
        // Clients exist that ask with the slash.
        .route("/rs/prns/{oid}/", get(rest::person))
        .route("/rs/prns/{oid}/{collection}", get(rest::collection))
        .route("/rs/prns/{oid}/{collection}/{id}", get(rest::item))
        .route("/rs/prns/{oid}/kids/{id}/docs", get(rest::kid_documents))
        .route("/rs/orgs/{oid}", get(rest::organization));
    if simulator.control_token().is_some() {
        routes = routes.nest("/control", control::routes(&simulator));
    }
    routes
        .fallback(stand::not_found)
        .layer(from_fn_with_state(simulator.clone(), transport::spoil))
        .layer(from_fn_with_state(simulator.clone(), record::record))
        .layer(from_fn_with_state(simulator.clone(), headers))
        .with_state(simulator)
}

/// `Date` by the stand's clock, and the headers of pages.
async fn headers(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let date = simulator
        .now()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(DATE, date);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The value of a cookie that came once.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(axum::http::header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}
