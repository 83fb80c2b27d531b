//! `GET /aas/oauth2/v2/ac` and its retired sister: checks, then the screens or the code at once.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::outcome::{Outcome, redirect};
use super::{pages, sign_in, stand};
use crate::checks::{self, Asked, Filter, Version};
use crate::code::EsiaCode;
use crate::fault::{Callback, Claim, Fault, Forgery, TokenKind};
use crate::keys::KeyError;
use crate::knobs::seconds;
use crate::parameters::Parameters;
use crate::person::Persona;
use crate::refusal::Refusal;
use crate::simulator::Simulator;
use crate::state::{Consent, Flow, Granted, IssuedCode, Session, State as Memory, Target};
use crate::token::Mint;
use uuid::Uuid;

pub(super) async fn current(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    authorize(
        &simulator,
        Version::Current,
        &query.unwrap_or_default(),
        &headers,
    )
}

pub(super) async fn retired(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !simulator.lock().knobs.v1 {
        return stand::not_found().await;
    }
    authorize(
        &simulator,
        Version::Retired,
        &query.unwrap_or_default(),
        &headers,
    )
}

fn authorize(
    simulator: &Simulator,
    version: Version,
    query: &str,
    headers: &HeaderMap,
) -> Response {
    let now = simulator.now();
    let knobs = simulator.lock().knobs.clone();
    let mut outcome = Outcome::default();
    let on_page = |outcome: Outcome, refusal: &Refusal| {
        outcome.refused(refusal).on(pages::error(
            StatusCode::BAD_REQUEST,
            refusal.code,
            &refusal.description(knobs.russian_texts),
        ))
    };
    let Ok(parameters) = Parameters::parse(query) else {
        let refusal = Refusal::new(EsiaCode::Unreadable, "the query can't be decoded");
        return on_page(outcome, &refusal);
    };
    outcome.parameters = parameters.names();
    let client = match checks::trusted(simulator.clients(), &parameters) {
        Ok(client) => client,
        Err(refusal) => return on_page(outcome, &refusal),
    };
    outcome.client = Some(client.mnemonic.clone());
    let by_order = |code| Refusal::new(code, "a fault set on the stand");
    let on_own_page = simulator.lock().faults.take(|fault| match fault {
        Fault::AuthorizationPage(code) => Some(*code),
        _ => None,
    });
    if let Some(code) = on_own_page {
        return on_page(outcome, &by_order(code));
    }
    let asked = match checks::authorization(version, client, &parameters, &knobs, now) {
        Ok(asked) => asked,
        Err(refusal) => {
            let address = parameters.get("redirect_uri").unwrap_or_default();
            let state = parameters.get("state").unwrap_or_default();
            let response = refuse(simulator, address, state, &refusal);
            return outcome.refused(&refusal).on(response);
        }
    };
    let ordered = simulator.lock().faults.take(|fault| match fault {
        Fault::AuthorizationError(code) => Some(*code),
        _ => None,
    });
    if let Some(code) = ordered {
        let refusal = by_order(code);
        let response = refuse(simulator, &asked.redirect_uri, &asked.state, &refusal);
        return outcome.refused(&refusal).on(response);
    }
    let flow = {
        let mut memory = simulator.lock();
        memory.sweep(now);
        let session = memory
            .session(sign_in::session_id(headers), now)
            .map(|(id, _)| id);
        let target = Target::Client(Box::new(asked));
        memory.begin(Flow {
            target,
            begun: now,
            challenge: None,
            session,
        })
    };
    match sign_in::next(simulator, flow, headers) {
        sign_in::Next::Login => outcome.on(redirect(&format!("/login?request={flow}"))),
        sign_in::Next::Consent => outcome.on(redirect(&format!("/login/consent?request={flow}"))),
        sign_in::Next::Done(response) => match response.extensions().get::<Outcome>().cloned() {
            Some(inner) => {
                outcome.code = inner.code;
                outcome.cause = inner.cause;
                outcome.on(response)
            }
            None => outcome.on(response),
        },
    }
}

/// Whether that account may sign in here at all (`person_filter`, organisation scopes).
pub(super) fn admits(memory: &Memory, asked: &Asked, person: &Persona) -> Result<(), Refusal> {
    let admitted = match asked.filter {
        None => true,
        Some(Filter::Verified) => person.is_trusted(memory.knobs.child_is_trusted),
        Some(Filter::Child) => person.is_child(),
        Some(Filter::NotChild) => !person.is_child(),
    };
    if !admitted {
        let code = match asked.filter {
            Some(Filter::Child | Filter::NotChild) => memory.knobs.child_filter_code,
            Some(Filter::Verified) | None => EsiaCode::NotVerified,
        };
        return Err(Refusal::new(
            code,
            "person_filter shuts this kind of account out",
        ));
    }
    if !asked.organization_scopes.is_empty() && person.employer.is_none() {
        return Err(Refusal::new(
            EsiaCode::NotEmployee,
            "the person works for no organisation",
        ));
    }
    Ok(())
}

/// Remembers a consent: earlier scopes stay in it.
pub(super) fn remember_consent(
    memory: &mut Memory,
    asked: &Asked,
    person: &Persona,
    now: chrono::DateTime<chrono::Utc>,
) {
    let ends = asked.permissions.as_ref().and_then(|permissions| {
        let minutes = permissions.get(0)?.get("expire")?.as_i64()?;
        chrono::TimeDelta::try_minutes(minutes).map(|span| now + span)
    });
    let key = (person.oid, asked.client_id.clone());
    let consent = memory.consents.entry(key).or_insert_with(|| Consent {
        scopes: std::collections::BTreeSet::new(),
        since: now,
        ends: None,
    });
    consent.scopes.extend(asked.covered());
    consent.since = now;
    consent.ends = ends;
}

/// Issues a code and sends the browser back with it.
pub(super) fn grant(
    simulator: &Simulator,
    asked: &Asked,
    session: (Uuid, Session),
    headers: &HeaderMap,
) -> Result<Response, KeyError> {
    let now = simulator.now();
    let (session_id, session) = session;
    let Some(client) = simulator
        .clients()
        .iter()
        .find(|client| client.mnemonic == asked.client_id)
    else {
        return Ok(pages::gone());
    };
    let mut memory = simulator.lock();
    let Some(person) = memory.person(session.oid).cloned() else {
        return Ok(pages::gone());
    };
    let cut = memory.faults.take(|fault| match fault {
        Fault::GrantedScopes(scopes) => Some(scopes.clone()),
        _ => None,
    });
    let scopes = asked.scopes.iter().filter(|scope| {
        scope.as_str() == "openid"
            || (cut.as_ref().is_none_or(|left| left.contains(scope))
                && person.kind != crate::person::AccountKind::ChildWithoutLeave)
    });
    let granted = Granted {
        client_id: asked.client_id.clone(),
        oid: person.oid,
        redirect_uri: asked.redirect_uri.clone(),
        scope: asked.scope.clone(),
        scopes: scopes.cloned().chain(asked.permitted()).collect(),
        organization_scopes: asked.organization_scopes.clone(),
        permissions: asked.permissions.clone(),
        offline: asked.offline,
        session: session_id,
        since: session.since,
        method: session.method,
    };
    let faults = TokenFaults::take(&mut memory, &[TokenKind::Code]);
    let foreign = faults.foreign(&mut memory, now)?;
    let knobs = memory.knobs.clone();
    let keys = memory.keys.current();
    drop(memory);
    let agent = headers
        .get(axum::http::header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    let code = Mint {
        issuer: simulator.issuer(),
        knobs: &knobs,
        now,
        algorithm: knobs.code_algorithm.unwrap_or(client.algorithm),
        keys: &keys,
        foreign: foreign.as_deref(),
        claim_faults: &faults.claims,
        forgeries: &faults.forgeries,
    }
    .code(&granted, &person, &asked.state, agent)?;
    let mut memory = simulator.lock();
    memory.codes.insert(
        code.clone(),
        IssuedCode {
            granted,
            state: asked.state.clone(),
            challenge: asked.challenge.clone(),
            ends: now + seconds(knobs.code_lifetime),
            used: false,
        },
    );
    let earlier = memory.last_code.replace(code.clone());
    drop(memory);
    Ok(come_back(
        simulator,
        &asked.redirect_uri,
        &asked.state,
        &code,
        earlier,
    ))
}

/// Faults of the tokens about to be made.
pub(super) struct TokenFaults {
    pub(super) claims: Vec<(TokenKind, Claim)>,
    pub(super) forgeries: Vec<(TokenKind, Forgery)>,
}

impl TokenFaults {
    pub(super) fn take(memory: &mut Memory, kinds: &[TokenKind]) -> Self {
        Self {
            claims: memory.faults.take_all(|fault| match fault {
                Fault::Claim(kind, claim) if kinds.contains(kind) => Some((*kind, claim.clone())),
                _ => None,
            }),
            forgeries: memory.faults.take_all(|fault| match fault {
                Fault::Forged(kind, forgery) if kinds.contains(kind) => Some((*kind, *forgery)),
                _ => None,
            }),
        }
    }

    pub(super) fn foreign(
        &self,
        memory: &mut Memory,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<std::sync::Arc<crate::keys::Generation>>, KeyError> {
        let needed = self
            .forgeries
            .iter()
            .any(|(_, forgery)| matches!(forgery, Forgery::UnknownKey | Forgery::KeyInHeader));
        needed.then(|| memory.keys.foreign(now)).transpose()
    }
}

/// The browser's way back with a code, spoiled if a fault says so.
fn come_back(
    simulator: &Simulator,
    address: &str,
    state: &str,
    code: &str,
    earlier: Option<String>,
) -> Response {
    let fault = simulator.lock().faults.take(|fault| match fault {
        Fault::Callback(how) => Some(*how),
        _ => None,
    });
    let other = crate::random::uuid().to_string();
    let earlier = earlier.unwrap_or_default();
    let pairs: Vec<(&str, &str)> = match fault {
        None | Some(Callback::Stays) => vec![("code", code), ("state", state)],
        Some(Callback::OtherState) => vec![("code", code), ("state", &other)],
        Some(Callback::NoState) => vec![("code", code)],
        Some(Callback::StateTwice) => vec![("code", code), ("state", state), ("state", state)],
        Some(Callback::CodeTwice) => vec![("code", code), ("code", code), ("state", state)],
        Some(Callback::CodeAndError) => {
            vec![("code", code), ("error", "access_denied"), ("state", state)]
        }
        Some(Callback::Bare) => vec![("state", state)],
        Some(Callback::CodeOfEarlierFlow) => vec![("code", &earlier), ("state", state)],
    };
    let target = callback(simulator, address, pairs);
    if fault == Some(Callback::Stays) {
        pages::come_back(&target)
    } else {
        redirect(&target)
    }
}

/// Sends the browser back with an error (`esia.md 4.2`).
pub(super) fn refuse(
    simulator: &Simulator,
    address: &str,
    state: &str,
    refusal: &Refusal,
) -> Response {
    let knobs = simulator.lock().knobs.clone();
    let description = refusal.description(knobs.russian_texts);
    let error = refusal.oauth_error(&knobs.not_verified_error);
    let mut pairs = vec![("error_description", description.as_str())];
    if !state.is_empty() {
        pairs.push(("state", state));
    }
    pairs.push(("error", error));
    redirect(&callback(simulator, address, pairs))
}

fn callback(simulator: &Simulator, address: &str, mut pairs: Vec<(&str, &str)>) -> String {
    let mut memory = simulator.lock();
    if memory.knobs.reversed_callback {
        pairs.reverse();
    }
    if memory.knobs.extra_fields {
        pairs.push(("stand_extra", "1"));
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let mark = if address.contains('?') { '&' } else { '?' };
    let target = format!("{address}{mark}{query}");
    memory.last_callback = Some(target.clone());
    target
}
