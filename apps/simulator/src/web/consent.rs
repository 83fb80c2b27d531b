//! The consent screen: «Предоставить», «Отказать», and another person (`esia.md 8.1`).

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::outcome::redirect;
use super::sign_in::{asked_flow, asker, finish_refused, flow_of, go, session_id, sign_out};
use super::{authorize, pages};
use crate::checks::Asked;
use crate::code::EsiaCode;
use crate::parameters::Parameters;
use crate::person::Persona;
use crate::refusal::Refusal;
use crate::simulator::Simulator;
use crate::state::{Flow, Target};

/// The walk, its request and its person, if this browser is the one that signed in for it.
fn consenting(
    simulator: &Simulator,
    found: Option<(Uuid, Flow)>,
    headers: &HeaderMap,
) -> Option<(Uuid, Box<Asked>, Persona)> {
    let (id, flow) = found?;
    let now = simulator.now();
    let memory = simulator.lock();
    let (session, open) = memory.session(session_id(headers), now)?;
    if flow.session != Some(session) {
        return None;
    }
    let person = memory.person(open.oid)?.clone();
    match flow.target {
        Target::Client(asked) => Some((id, asked, person)),
        Target::Agreements => None,
    }
}

pub(super) async fn form(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let found = asked_flow(&simulator, query.as_deref());
    let Some((id, asked, person)) = consenting(&simulator, found.clone(), &headers) else {
        return pages::gone();
    };
    let name = found
        .and_then(|(_, flow)| asker(&simulator, &flow))
        .unwrap_or_default();
    pages::consent(id, &name, &person, &asked.covered()).into_response()
}

pub(super) async fn decide(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let found = flow_of(&simulator, &form);
    let Some((id, asked, person)) = consenting(&simulator, found, &headers) else {
        return pages::gone();
    };
    match form.get("decision") {
        Some("grant") => {
            let now = simulator.now();
            authorize::remember_consent(&mut simulator.lock(), &asked, &person, now);
            go(&simulator, id, &headers)
        }
        Some("deny") => {
            let refusal = Refusal::new(EsiaCode::Denied, "the person refused");
            finish_refused(&simulator, id, &asked, &refusal)
        }
        _ => redirect(&format!("/login/consent?request={id}")),
    }
}

/// «Войти другим пользователем»: ends the session and asks again.
pub(super) async fn switch(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let Some((id, _)) = flow_of(&simulator, &form) else {
        return pages::gone();
    };
    if let Some(flow) = simulator.lock().flows.get_mut(&id) {
        flow.session = None;
    }
    sign_out(
        &simulator,
        &headers,
        redirect(&format!("/login?request={id}")),
    )
}
