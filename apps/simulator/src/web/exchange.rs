//! `POST /aas/oauth2/v3/te` and its retired sister (`esia.md 5`).

use aws_lc_rs::digest;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::authorize::TokenFaults;
use super::outcome::{Outcome, json};
use super::{pages, stand};
use crate::checks::{self, Exchange, Grant, Version};
use crate::code::EsiaCode;
use crate::fault::{Fault, TokenKind};
use crate::keys::KeyError;
use crate::knobs::{Knobs, Pkce, RepeatedState, seconds};
use crate::parameters::Parameters;
use crate::person::Oid;
use crate::refusal::Refusal;
use crate::settings::Registered;
use crate::simulator::Simulator;
use crate::state::{Granted, IssuedAccess, IssuedRefresh, Method, State as Memory};
use crate::token::Mint;

pub(super) async fn current(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    exchange(
        &simulator,
        Version::Current,
        &query.unwrap_or_default(),
        &body,
    )
}

pub(super) async fn retired(
    State(simulator): State<Simulator>,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    if !simulator.lock().knobs.v1 {
        return stand::not_found().await;
    }
    exchange(
        &simulator,
        Version::Retired,
        &query.unwrap_or_default(),
        &body,
    )
}

/// Some clients put everything into the query of a POST, and that works (`esia.md 5.1`).
fn exchange(simulator: &Simulator, version: Version, query: &str, body: &str) -> Response {
    let knobs = simulator.lock().knobs.clone();
    let mut outcome = Outcome::default();
    let read = Parameters::parse(query).and_then(|parameters| parameters.and(body));
    let Ok(parameters) = read else {
        let refusal = Refusal::new(EsiaCode::Unreadable, "the parameters can't be decoded");
        return refused(outcome, &refusal, "", &knobs);
    };
    outcome.parameters = parameters.names();
    outcome.grant = parameters
        .get("grant_type")
        .map(|grant| grant.chars().take(40).collect());
    let state = parameters.get("state").unwrap_or_default().to_owned();
    let failure = simulator.lock().faults.take(|fault| match fault {
        Fault::TokenFailure(status, code) => Some((*status, *code)),
        _ => None,
    });
    if let Some((status, code)) = failure {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let refusal = Refusal::new(code, "a fault set on the stand");
        return refused_with(status, outcome, &refusal, &state, &knobs);
    }
    match answer(simulator, version, &parameters, &knobs, &mut outcome) {
        Ok(Ok(value)) => {
            let mut response = json(StatusCode::OK, &value);
            response
                .headers_mut()
                .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            outcome.on(response)
        }
        Ok(Err(error)) => outcome.on(pages::broken(&error)),
        Err(refusal) => refused(outcome, &refusal, &state, &knobs),
    }
}

fn refused(outcome: Outcome, refusal: &Refusal, state: &str, knobs: &Knobs) -> Response {
    refused_with(StatusCode::BAD_REQUEST, outcome, refusal, state, knobs)
}

fn refused_with(
    status: StatusCode,
    outcome: Outcome,
    refusal: &Refusal,
    state: &str,
    knobs: &Knobs,
) -> Response {
    let value = json!({
        "error": refusal.oauth_error(&knobs.not_verified_error),
        "error_description": refusal.description(knobs.russian_texts),
        "state": state,
    });
    outcome.refused(refusal).on(json(status, &value))
}

fn answer(
    simulator: &Simulator,
    version: Version,
    parameters: &Parameters,
    knobs: &Knobs,
    outcome: &mut Outcome,
) -> Result<Result<Value, KeyError>, Refusal> {
    let now = simulator.now();
    let client = checks::known(simulator.clients(), parameters)?;
    outcome.client = Some(client.mnemonic.clone());
    let exchange = checks::exchange(version, client, parameters, knobs, now)?;
    checks::check_exchange_secret(version, client, parameters, &exchange.grant, knobs, now)?;
    let ordered = simulator.lock().faults.take(|fault| match fault {
        Fault::TokenError(code) => Some(*code),
        _ => None,
    });
    if let Some(code) = ordered {
        return Err(Refusal::new(code, "a fault set on the stand"));
    }
    let granted = {
        let mut memory = simulator.lock();
        match &exchange.grant {
            Grant::Code { code, verifier } => by_code(
                &mut memory,
                client,
                &exchange,
                code,
                verifier.as_deref(),
                now,
            )?,
            Grant::Refresh { token } => by_refresh(&mut memory, client, &exchange, token, now)?,
            Grant::ClientCredentials => extend(&mut memory, client, &exchange, now)?,
        }
    };
    Ok(tokens(simulator, client, &exchange, &granted, now))
}

fn invalid(cause: &str) -> Refusal {
    Refusal::new(EsiaCode::InvalidGrant, cause)
}

fn by_code(
    memory: &mut Memory,
    client: &Registered,
    exchange: &Exchange,
    code: &str,
    verifier: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Granted, Refusal> {
    let knobs = memory.knobs.clone();
    let issued = memory
        .codes
        .get_mut(code)
        .ok_or_else(|| invalid("the code was never issued, or its consent was withdrawn"))?;
    if issued.granted.client_id != client.mnemonic {
        return Err(invalid("the code was issued to another client"));
    }
    if issued.used {
        return Err(invalid("the code was used before"));
    }
    if issued.ends <= now {
        return Err(invalid("the code has expired"));
    }
    if issued.granted.redirect_uri != exchange.redirect_uri {
        return Err(invalid(
            "redirect_uri is not that of the authorisation request",
        ));
    }
    if issued.granted.scope != exchange.scope {
        return Err(invalid("scope is not that of the authorisation request"));
    }
    if issued.state == exchange.state {
        match knobs.repeated_state {
            RepeatedState::Allowed => {
                tracing::warn!("the token request repeats the state of the authorisation request");
            }
            RepeatedState::Refused => {
                let cause = "state is that of the authorisation request";
                return Err(Refusal::new(EsiaCode::WrongParameter, cause));
            }
        }
    }
    if knobs.pkce == Pkce::Checked {
        check_verifier(issued.challenge.as_deref(), verifier)?;
    }
    issued.used = true;
    Ok(issued.granted.clone())
}

/// RFC 7636 §4.6, method S256.
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::new(
            EsiaCode::NoChallenge,
            "a verifier came without a challenge",
        )),
        (Some(_), None) => Err(Refusal::new(
            EsiaCode::WrongVerifier,
            "code_verifier is missing",
        )),
        (Some(challenge), Some(verifier)) => {
            let made = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
            if made == challenge {
                Ok(())
            } else {
                let cause = "code_verifier does not match code_challenge";
                Err(Refusal::new(EsiaCode::WrongVerifier, cause))
            }
        }
    }
}

/// One-time: the token is spent, a new one comes with the answer (`esia.md 13.1` point 9).
fn by_refresh(
    memory: &mut Memory,
    client: &Registered,
    exchange: &Exchange,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Granted, Refusal> {
    let issued = memory
        .refresh
        .get(token)
        .ok_or_else(|| invalid("the refresh token is unknown, spent, or its consent withdrawn"))?;
    if issued.granted.client_id != client.mnemonic {
        return Err(invalid("the refresh token was issued to another client"));
    }
    if issued.ends <= now {
        return Err(invalid("the refresh token has expired"));
    }
    if issued.granted.scope != exchange.scope
        || issued.granted.redirect_uri != exchange.redirect_uri
    {
        return Err(invalid(
            "scope or redirect_uri is not that of the first request",
        ));
    }
    let granted = issued.granted.clone();
    memory.refresh.remove(token);
    Ok(granted)
}

/// Online extension of a consent of the digital profile: `prm_chg?oid=…` (`esia.md 3.6`).
fn extend(
    memory: &mut Memory,
    client: &Registered,
    exchange: &Exchange,
    now: DateTime<Utc>,
) -> Result<Granted, Refusal> {
    let oid = exchange
        .scope
        .strip_prefix("prm_chg?oid=")
        .and_then(|oid| oid.parse().ok())
        .map(Oid)
        .ok_or_else(|| {
            Refusal::new(
                EsiaCode::NoGrants,
                "client_credentials is for prm_chg?oid=… alone",
            )
        })?;
    let Some(consent) = memory.consents.get_mut(&(oid, client.mnemonic.clone())) else {
        return Err(Refusal::new(
            EsiaCode::NoGrants,
            "there is no consent to extend",
        ));
    };
    consent.ends = consent.ends.map(|_| now + TimeDelta::days(365));
    Ok(Granted {
        client_id: client.mnemonic.clone(),
        oid,
        redirect_uri: exchange.redirect_uri.clone(),
        scope: exchange.scope.clone(),
        scopes: vec![exchange.scope.clone()],
        organization_scopes: Vec::new(),
        permissions: None,
        offline: false,
        session: crate::random::uuid(),
        since: now,
        method: Method::Password,
    })
}

fn tokens(
    simulator: &Simulator,
    client: &Registered,
    exchange: &Exchange,
    granted: &Granted,
    now: DateTime<Utc>,
) -> Result<Value, KeyError> {
    let mut memory = simulator.lock();
    let faults = TokenFaults::take(&mut memory, &[TokenKind::Access, TokenKind::Id]);
    let foreign = faults.foreign(&mut memory, now)?;
    let keys = memory.keys.current();
    let knobs = memory.knobs.clone();
    let person = memory.person(granted.oid).cloned();
    drop(memory);
    let mint = Mint {
        issuer: simulator.issuer(),
        knobs: &knobs,
        now,
        algorithm: client.algorithm,
        keys: &keys,
        foreign: foreign.as_deref(),
        claim_faults: &faults.claims,
        forgeries: &faults.forgeries,
    };
    let access = mint.access(granted)?;
    let wants_id = granted.scopes.iter().any(|scope| scope == "openid");
    let id = match person.filter(|_| wants_id) {
        Some(person) => Some(mint.id(granted, &person)?),
        None => None,
    };
    let mut value = json!({
        "access_token": access,
        "token_type": "Bearer",
        "state": exchange.state,
    });
    let mut memory = simulator.lock();
    memory.access.insert(
        access,
        IssuedAccess {
            client_id: granted.client_id.clone(),
            oid: granted.oid,
            scopes: granted
                .scopes
                .iter()
                .chain(&granted.organization_scopes)
                .cloned()
                .collect(),
            session: granted.session,
            ends: now + seconds(knobs.access_lifetime),
        },
    );
    if let Some(fields) = value.as_object_mut() {
        let lifetime = knobs.access_lifetime;
        let expires = if knobs.expires_in_as_text {
            json!(lifetime.to_string())
        } else {
            json!(lifetime)
        };
        fields.insert("expires_in".to_owned(), expires);
        if let Some(id) = id {
            fields.insert("id_token".to_owned(), json!(id));
        }
        if granted.offline {
            let token = crate::random::uuid().to_string();
            let ends = now + seconds(knobs.refresh_lifetime);
            memory.refresh.insert(
                token.clone(),
                IssuedRefresh {
                    granted: granted.clone(),
                    ends,
                },
            );
            fields.insert("refresh_token".to_owned(), json!(token));
        }
        if knobs.extra_fields {
            fields.insert("stand_extra".to_owned(), json!([{ "new": true }]));
        }
        spoil(&mut memory, fields);
    }
    Ok(value)
}

/// Faults of the answer around the tokens (`threats.md` B8).
fn spoil(memory: &mut Memory, fields: &mut serde_json::Map<String, Value>) {
    let mut ordered = |wanted: Fault| {
        memory
            .faults
            .take(|fault| (*fault == wanted).then_some(()))
            .is_some()
    };
    if ordered(Fault::AccessAsId)
        && let Some(token) = fields.get("access_token").cloned()
    {
        fields.insert("id_token".to_owned(), token);
    }
    if ordered(Fault::IdAsAccess)
        && let Some(token) = fields.get("id_token").cloned()
    {
        fields.insert("access_token".to_owned(), token);
    }
    if ordered(Fault::NoIdToken) {
        fields.remove("id_token");
    }
    if ordered(Fault::TokenState) {
        fields.insert("state".to_owned(), json!(crate::random::uuid()));
    }
}
