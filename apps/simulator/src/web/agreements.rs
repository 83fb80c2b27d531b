//! The person's own list of consents, and their withdrawal (`esia.md 2.1`, `8.1`).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::outcome::redirect;
use super::{pages, sign_in};
use crate::parameters::Parameters;
use crate::person::Persona;
use crate::simulator::Simulator;

/// The path that the real portal has.
pub(super) const PATH: &str = "/settings/third-party/agreements/acting";

fn signed_in(simulator: &Simulator, headers: &HeaderMap) -> Option<Persona> {
    let now = simulator.now();
    let memory = simulator.lock();
    let (_, session) = memory.session(sign_in::session_id(headers), now)?;
    memory.person(session.oid).cloned()
}

pub(super) async fn list(State(simulator): State<Simulator>, headers: HeaderMap) -> Response {
    let Some(person) = signed_in(&simulator, &headers) else {
        return redirect("/login");
    };
    let consents: Vec<pages::Agreement> = {
        let memory = simulator.lock();
        let own = memory
            .consents
            .iter()
            .filter(|((oid, _), _)| *oid == person.oid);
        own.map(|((_, client_id), consent)| pages::Agreement {
            client_id: client_id.clone(),
            name: simulator
                .clients()
                .iter()
                .find(|client| client.mnemonic == *client_id)
                .map_or_else(|| client_id.clone(), |client| client.name.clone()),
            since: pages::moment(consent.since),
            labels: pages::labels(consent.scopes.iter()),
        })
        .collect()
    };
    pages::agreements(&person, consents).into_response()
}

pub(super) async fn withdraw(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(person) = signed_in(&simulator, &headers) else {
        return redirect("/login");
    };
    if let Ok(form) = Parameters::parse(&body)
        && let Some(client_id) = form.get("client")
    {
        simulator.lock().withdraw(person.oid, client_id);
    }
    redirect(PATH)
}
