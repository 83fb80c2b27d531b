//! `/control`: the stand's controls over HTTP, with a bearer token; JSON in and out.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::knobs::Knobs;
use crate::person::{Oid, Persona};
use crate::settings::TokenAlgorithm;
use crate::simulator::Simulator;

pub(super) fn routes(simulator: &Simulator) -> Router<Simulator> {
    Router::new()
        .route("/keys", get(keys))
        .route("/keys/rotate", post(rotate))
        .route("/keys/prepare", post(prepare))
        .route("/keys/retire", post(retire))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/sms/{person}", get(sms))
        .route("/consents/{oid}/{client}", delete(withdraw))
        .route("/clock", put(clock))
        .route("/knobs", get(knobs).patch(change_knobs))
        .route("/people/{person}", get(person).patch(change_person))
        .layer(from_fn_with_state(simulator.clone(), guard))
}

async fn guard(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let expected = simulator
        .control_token()
        .map(|token| format!("Bearer {}", token.0));
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .map(axum::http::HeaderValue::as_bytes);
    let same = expected.zip(given).is_some_and(|(expected, given)| {
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), given).is_ok()
    });
    if same {
        next.run(request).await
    } else {
        problem(StatusCode::UNAUTHORIZED, "wrong token")
    }
}

fn problem(status: StatusCode, what: &str) -> Response {
    (status, Json(json!({ "problem": what }))).into_response()
}

fn done(result: Result<(), impl std::fmt::Display>) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn keys(State(simulator): State<Simulator>) -> Json<Value> {
    let control = simulator.control();
    Json(json!({
        "RS256": control.certificates_pem(TokenAlgorithm::Rs256),
        "GOST3410_2012_256": control.certificates_pem(TokenAlgorithm::Gost),
    }))
}

async fn rotate(State(simulator): State<Simulator>) -> Response {
    done(simulator.control().rotate_keys())
}

async fn prepare(State(simulator): State<Simulator>) -> Response {
    done(simulator.control().prepare_keys())
}

async fn retire(State(simulator): State<Simulator>) -> StatusCode {
    simulator.control().retire_old_keys();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    fault: Fault,
    times: Option<u32>,
}

async fn add_fault(State(simulator): State<Simulator>, Json(new): Json<NewFault>) -> StatusCode {
    let control = simulator.control();
    match new.times {
        Some(times) => control.set_fault_times(new.fault, times),
        None => control.set_fault(new.fault),
    }
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(simulator): State<Simulator>) -> StatusCode {
    simulator.control().clear_faults();
    StatusCode::NO_CONTENT
}

async fn requests(State(simulator): State<Simulator>) -> Response {
    Json(simulator.control().requests()).into_response()
}

async fn clear_requests(State(simulator): State<Simulator>) -> StatusCode {
    simulator.control().clear_requests();
    StatusCode::NO_CONTENT
}

async fn sms(State(simulator): State<Simulator>, Path(person): Path<String>) -> Response {
    match simulator.control().last_sms_code(&person) {
        Some(code) => Json(json!({ "code": code })).into_response(),
        None => problem(
            StatusCode::NOT_FOUND,
            "no code was sent to a person of that id",
        ),
    }
}

async fn withdraw(
    State(simulator): State<Simulator>,
    Path((oid, client)): Path<(u64, String)>,
) -> Response {
    if simulator.control().withdraw_consent(Oid(oid), &client) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        problem(StatusCode::NOT_FOUND, "there is no such consent")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    offset_seconds: i64,
}

async fn clock(State(simulator): State<Simulator>, Json(setting): Json<ClockSetting>) -> Response {
    match TimeDelta::try_seconds(setting.offset_seconds) {
        Some(offset) if offset.abs() < TimeDelta::days(36_500) => {
            simulator.control().set_clock_offset(offset);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "offset_seconds is over a hundred years",
        ),
    }
}

async fn knobs(State(simulator): State<Simulator>) -> Json<Knobs> {
    Json(simulator.control().knobs())
}

/// The value with the given fields in place of its own; unknown fields are refused by its type.
fn changed<T: serde::Serialize + serde::de::DeserializeOwned>(
    old: &T,
    changes: Value,
) -> Result<T, String> {
    let mut value = serde_json::to_value(old).map_err(|error| error.to_string())?;
    let (Some(fields), Value::Object(changes)) = (value.as_object_mut(), changes) else {
        return Err("give a JSON object with the fields to change".to_owned());
    };
    fields.extend(changes);
    serde_json::from_value(value).map_err(|error| error.to_string())
}

async fn change_knobs(State(simulator): State<Simulator>, Json(changes): Json<Value>) -> Response {
    let control = simulator.control();
    match changed(&control.knobs(), changes) {
        Ok(knobs) => {
            control.set_knob(|old| *old = knobs);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

async fn person(State(simulator): State<Simulator>, Path(id): Path<String>) -> Response {
    match simulator.control().person(&id) {
        Some(person) => Json(person).into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no person of that id"),
    }
}

async fn change_person(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Json(changes): Json<Value>,
) -> Response {
    let control = simulator.control();
    let Some(old) = control.person(&id) else {
        return problem(StatusCode::NOT_FOUND, "there is no person of that id");
    };
    match changed::<Persona>(&old, changes) {
        Ok(new) => {
            control.edit_person(&id, |person| *person = new);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}
