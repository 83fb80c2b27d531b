//! The screens: login and password, code from the SMS, electronic signature, consent
//! (`esia.md 8.1`, `13.1` point 11). They work without scripts.

use axum::extract::{RawQuery, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::outcome::{Outcome, redirect};
use super::{authorize, cookie, pages};
use crate::checks::Asked;
use crate::knobs::seconds;
use crate::parameters::Parameters;
use crate::person::{AccountKind, ContactKind, Oid, Persona};
use crate::refusal::Refusal;
use crate::simulator::Simulator;
use crate::state::{Flow, Method, Session, Target};

const COOKIE: &str = "ESIA_SESSION";

/// The browser's session at the provider, if its cookie is one.
pub(super) fn session_id(headers: &HeaderMap) -> Option<Uuid> {
    Uuid::try_parse(cookie(headers, COOKIE)?).ok()
}

/// What comes after a step.
pub(super) enum Next {
    /// The person has to sign in.
    Login,
    /// The person has to decide.
    Consent,
    /// The walk is over.
    Done(Response),
}

/// Decides what comes next in this walk.
pub(super) fn next(simulator: &Simulator, id: Uuid, headers: &HeaderMap) -> Next {
    let now = simulator.now();
    let memory = simulator.lock();
    let Some(flow) = memory.flow(id, now) else {
        return Next::Done(pages::gone());
    };
    let Some((session_id, session)) = memory.session(flow.session, now) else {
        return Next::Login;
    };
    let person = memory
        .person(session.oid)
        .filter(|person| person.kind != AccountKind::Deleted);
    let Some(person) = person else {
        return Next::Login;
    };
    let asked = match &flow.target {
        Target::Agreements => return Next::Done(redirect(super::agreements::PATH)),
        Target::Client(asked) => asked.clone(),
    };
    if let Err(refusal) = authorize::admits(&memory, &asked, person) {
        drop(memory);
        return Next::Done(finish_refused(simulator, id, &asked, &refusal));
    }
    if !memory.is_covered(person.oid, &asked.client_id, &asked.covered(), now) {
        return Next::Consent;
    }
    let session = (session_id, session.clone());
    drop(memory);
    simulator.lock().flows.remove(&id);
    let outcome = Outcome {
        client: Some(asked.client_id.clone()),
        ..Outcome::default()
    };
    let response = authorize::grant(simulator, &asked, session, headers)
        .unwrap_or_else(|error| pages::broken(&error));
    Next::Done(outcome.on(response))
}

pub(super) fn finish_refused(
    simulator: &Simulator,
    id: Uuid,
    asked: &Asked,
    refusal: &Refusal,
) -> Response {
    simulator.lock().flows.remove(&id);
    let outcome = Outcome {
        client: Some(asked.client_id.clone()),
        ..Outcome::default()
    };
    let response = authorize::refuse(simulator, &asked.redirect_uri, &asked.state, refusal);
    outcome.refused(refusal).on(response)
}

pub(super) fn go(simulator: &Simulator, id: Uuid, headers: &HeaderMap) -> Response {
    match next(simulator, id, headers) {
        Next::Login => redirect(&format!("/login?request={id}")),
        Next::Consent => redirect(&format!("/login/consent?request={id}")),
        Next::Done(response) => response,
    }
}

/// The walk named in the query, and what it is for.
pub(super) fn asked_flow(simulator: &Simulator, query: Option<&str>) -> Option<(Uuid, Flow)> {
    let parameters = Parameters::parse(query.unwrap_or_default()).ok()?;
    flow_of(simulator, &parameters)
}

pub(super) fn flow_of(simulator: &Simulator, parameters: &Parameters) -> Option<(Uuid, Flow)> {
    let id = Uuid::try_parse(parameters.get("request")?).ok()?;
    let now = simulator.now();
    let flow = simulator.lock().flow(id, now).cloned()?;
    Some((id, flow))
}

/// Who asks, for the head of the page.
pub(super) fn asker(simulator: &Simulator, flow: &Flow) -> Option<String> {
    match &flow.target {
        Target::Agreements => None,
        Target::Client(asked) => simulator
            .clients()
            .iter()
            .find(|client| client.mnemonic == asked.client_id)
            .map(|client| client.name.clone()),
    }
}

pub(super) async fn login(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
) -> Response {
    let found = match query.as_deref() {
        None | Some("") => {
            let flow = Flow {
                target: Target::Agreements,
                begun: simulator.now(),
                challenge: None,
                session: None,
            };
            let id = simulator.lock().begin(flow.clone());
            Some((id, flow))
        }
        query => asked_flow(&simulator, query),
    };
    match found {
        Some((id, flow)) => login_page(&simulator, id, &flow, "", None),
        None => pages::gone(),
    }
}

fn login_page(
    simulator: &Simulator,
    id: Uuid,
    flow: &Flow,
    typed: &str,
    error: Option<&str>,
) -> Response {
    let people = simulator.lock().people.clone();
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (
        status,
        pages::login(id, asker(simulator, flow), typed, error, &people),
    )
        .into_response()
}

pub(super) async fn password(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let Some((id, flow)) = flow_of(&simulator, &form) else {
        return pages::gone();
    };
    let typed = form.get("login").unwrap_or_default();
    let person = {
        let memory = simulator.lock();
        let known = memory
            .people
            .iter()
            .find(|person| person.answers_to(typed))
            .cloned();
        known.filter(|person| Some(person.password.as_str()) == form.get("password"))
    };
    let Some(person) = person else {
        let text = "Неверный логин или пароль. Логины и пароли стенда — в списке ниже.";
        return login_page(&simulator, id, &flow, typed, Some(text));
    };
    if person.kind == AccountKind::Deleted {
        let text = "Эта учётная запись удалена: войти с ней нельзя.";
        return login_page(&simulator, id, &flow, typed, Some(text));
    }
    let now = simulator.now();
    let challenge = simulator.lock().send_sms(person.oid, now);
    match challenge {
        Some(challenge) => {
            if let Some(flow) = simulator.lock().flows.get_mut(&id) {
                flow.challenge = Some(challenge);
            }
            redirect(&format!("/login/code?request={id}"))
        }
        None => signed_in(&simulator, id, person.oid, Method::Password, now, &headers),
    }
}

/// Makes the session, and goes on.
fn signed_in(
    simulator: &Simulator,
    id: Uuid,
    oid: Oid,
    method: Method,
    now: DateTime<Utc>,
    headers: &HeaderMap,
) -> Response {
    let session = crate::random::uuid();
    {
        let mut memory = simulator.lock();
        let ends = now + seconds(memory.knobs.session_lifetime);
        memory.sessions.insert(
            session,
            Session {
                oid,
                since: now,
                method,
                ends,
            },
        );
        if let Some(flow) = memory.flows.get_mut(&id) {
            flow.session = Some(session);
            flow.challenge = None;
        }
    }
    let response = go(simulator, id, headers);
    with_cookie(simulator, response, &session.to_string(), "")
}

fn with_cookie(
    simulator: &Simulator,
    mut response: Response,
    value: &str,
    attributes: &str,
) -> Response {
    let secure = match simulator.base_url() {
        Some(base) if base.starts_with("https:") => "; Secure",
        _ => "",
    };
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{attributes}{secure}");
    if let Ok(header) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}

/// Ends the browser's session at the provider.
pub(super) fn sign_out(simulator: &Simulator, headers: &HeaderMap, response: Response) -> Response {
    if let Some(id) = session_id(headers) {
        let mut memory = simulator.lock();
        memory.sessions.remove(&id);
        if memory.knobs.logout_revokes_tokens {
            memory.access.retain(|_, token| token.session != id);
            memory
                .refresh
                .retain(|_, token| token.granted.session != id);
        }
    }
    with_cookie(simulator, response, "", "; Max-Age=0")
}

pub(super) async fn code_form(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
) -> Response {
    match asked_flow(&simulator, query.as_deref()) {
        Some((id, flow)) if flow.challenge.is_some() => code_page(&simulator, id, &flow, None),
        Some((id, _)) => redirect(&format!("/login?request={id}")),
        None => pages::gone(),
    }
}

fn code_page(simulator: &Simulator, id: Uuid, flow: &Flow, error: Option<&str>) -> Response {
    let phone = flow.challenge.as_ref().and_then(|challenge| {
        let memory = simulator.lock();
        memory
            .person(challenge.oid)?
            .contact(ContactKind::Mobile)
            .map(masked)
    });
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (status, pages::code(id, &phone.unwrap_or_default(), error)).into_response()
}

/// `+7(900)0000001` as `+7 (900) ***-**-01`.
fn masked(phone: &str) -> String {
    let tail: Vec<char> = phone.chars().rev().take(2).collect();
    let head: String = phone.chars().take(7).collect();
    format!("{head} ***-**-{}", tail.iter().rev().collect::<String>())
}

pub(super) async fn code(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let Some((id, flow)) = flow_of(&simulator, &form) else {
        return pages::gone();
    };
    let Some(challenge) = flow.challenge.clone() else {
        return redirect(&format!("/login?request={id}"));
    };
    let now = simulator.now();
    if challenge.ends <= now {
        return code_page(&simulator, id, &flow, Some("Код устарел: получите новый."));
    }
    let typed: String = form
        .get("code")
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    if typed == challenge.code {
        return signed_in(
            &simulator,
            id,
            challenge.oid,
            Method::Password,
            now,
            &headers,
        );
    }
    let left = challenge.attempts_left.saturating_sub(1);
    let mut memory = simulator.lock();
    if let Some(flow) = memory.flows.get_mut(&id) {
        flow.challenge = (left > 0).then_some(crate::state::Challenge {
            attempts_left: left,
            ..challenge
        });
    }
    drop(memory);
    if left == 0 {
        let text = "Код введён неверно слишком много раз: начните вход заново.";
        return login_page(&simulator, id, &flow, "", Some(text));
    }
    let text = format!("Неверный код. Осталось попыток: {left}.");
    code_page(&simulator, id, &flow, Some(&text))
}

pub(super) async fn another_code(State(simulator): State<Simulator>, body: String) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let Some((id, flow)) = flow_of(&simulator, &form) else {
        return pages::gone();
    };
    let Some(old) = flow.challenge else {
        return redirect(&format!("/login?request={id}"));
    };
    let now = simulator.now();
    let mut memory = simulator.lock();
    let sent = memory.send_sms(old.oid, now);
    if let Some(flow) = memory.flows.get_mut(&id) {
        flow.challenge = sent;
    }
    drop(memory);
    redirect(&format!("/login/code?request={id}"))
}

pub(super) async fn signature_form(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some((id, _)) = asked_flow(&simulator, query.as_deref()) else {
        return pages::gone();
    };
    let signers: Vec<Persona> = simulator
        .lock()
        .people
        .iter()
        .filter(|person| person.signs)
        .cloned()
        .collect();
    pages::signature(id, &signers).into_response()
}

pub(super) async fn signature(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Ok(form) = Parameters::parse(&body) else {
        return pages::gone();
    };
    let Some((id, flow)) = flow_of(&simulator, &form) else {
        return pages::gone();
    };
    let chosen = form.get("person").unwrap_or_default();
    let signer = {
        let memory = simulator.lock();
        let mut signers = memory.people.iter().filter(|person| person.signs);
        signers
            .find(|person| person.id == chosen)
            .map(|person| person.oid)
    };
    match signer {
        Some(oid) => signed_in(
            &simulator,
            id,
            oid,
            Method::Signature,
            simulator.now(),
            &headers,
        ),
        None => login_page(
            &simulator,
            id,
            &flow,
            "",
            Some("Такой подписи на стенде нет."),
        ),
    }
}
