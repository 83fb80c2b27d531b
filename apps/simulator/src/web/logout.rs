//! `GET /idp/ext/Logout` (`esia.md 9`).

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::outcome::{Outcome, redirect};
use super::{pages, sign_in};
use crate::code::EsiaCode;
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::settings::Registered;
use crate::simulator::Simulator;

pub(super) async fn logout(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let refused = |outcome: Outcome, refusal: &Refusal| {
        let text = refusal.description(simulator.lock().knobs.russian_texts);
        outcome
            .refused(refusal)
            .on(pages::error(StatusCode::BAD_REQUEST, refusal.code, &text))
    };
    let Ok(parameters) = Parameters::parse(&query.unwrap_or_default()) else {
        let refusal = Refusal::new(EsiaCode::Unreadable, "the query can't be decoded");
        return refused(Outcome::default(), &refusal);
    };
    let outcome = Outcome {
        parameters: parameters.names(),
        ..Outcome::default()
    };
    if parameters.repeated().is_some() {
        let refusal = Refusal::new(EsiaCode::WrongParameter, "a parameter occurs twice");
        return refused(outcome, &refusal);
    }
    let client = parameters.filled("client_id").and_then(|id| {
        simulator
            .clients()
            .iter()
            .find(|client| client.mnemonic == id)
    });
    let Some(client) = client else {
        let cause = "no client is registered under client_id";
        return refused(outcome, &Refusal::new(EsiaCode::UnauthorizedClient, cause));
    };
    let outcome = Outcome {
        client: Some(client.mnemonic.clone()),
        ..outcome
    };
    let target = parameters
        .filled("redirect_url")
        .filter(|target| is_registered(client, target));
    let response = match target {
        Some(target) => redirect(target),
        None => pages::signed_out().into_response(),
    };
    outcome.on(sign_in::sign_out(&simulator, &headers, response))
}

/// Only the domain is compared; of any other, the person stays on the stand's page.
fn is_registered(client: &Registered, target: &str) -> bool {
    Url::parse(target).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url
                .host_str()
                .is_some_and(|host| client.logout_domains.iter().any(|known| known == host))
    })
}
