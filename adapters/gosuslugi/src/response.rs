//! Reads what comes back from ESIA: pure functions.

use http::{Response, StatusCode, header};
use linking_core::{
    provider::{CallbackParams, ProviderError, ProviderErrorKind},
    secret::SecretText,
};
use linking_http::{TransportError, TransportErrorKind};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::codes::{Class, EsiaCode};

/// What the browser brought (`esia.md` 4).
pub(crate) enum Callback {
    /// A code.
    Code(SecretText),
    /// A refusal with ESIA's code.
    Refused(EsiaCode),
}

/// Reads a callback.
pub(crate) fn callback(params: &CallbackParams, state: Uuid) -> Result<Callback, ProviderError> {
    let invalid = |cause| {
        Err(ProviderError::new(
            ProviderErrorKind::AnswerInvalid,
            format!("callback: {cause}"),
        ))
    };
    if params.get("state") != Some(state.to_string().as_str()) {
        return invalid("state is not the flow's");
    }
    match (params.get("code"), params.get("error")) {
        (Some(code), None) => Ok(Callback::Code(SecretText::new(code.to_owned()))),
        (None, Some(error)) => match params.get("error_description").and_then(EsiaCode::find) {
            // `access_denied` alone says nothing: a wrong signature has it too (trap 20).
            Some(code) => Ok(Callback::Refused(code)),
            None => Err(without_code(error)),
        },
        (Some(_), Some(_)) => invalid("both code and error"),
        (None, None) => invalid("neither code nor error"),
    }
}

/// An error without ESIA's code. Of its free text nothing is repeated.
fn without_code(error: &str) -> ProviderError {
    let kind = match error {
        "temporarily_unavailable" | "server_error" => ProviderErrorKind::Unavailable,
        _ => ProviderErrorKind::Configuration,
    };
    ProviderError::new(kind, "callback: an error without a code of ESIA")
}

/// A call that brought no whole answer.
pub(crate) fn no_answer(stage: &str, error: &TransportError) -> ProviderError {
    let kind = match error.kind() {
        // The person may try again; a chain that is not trusted is the operator's to mend (`esia.md` 11).
        TransportErrorKind::Forbidden(_) | TransportErrorKind::Tls => {
            ProviderErrorKind::Configuration
        }
        TransportErrorKind::Connect
        | TransportErrorKind::Timeout
        | TransportErrorKind::BodyTooLarge
        | TransportErrorKind::Protocol
        | TransportErrorKind::Paused => ProviderErrorKind::Unavailable,
    };
    ProviderError::new(kind, format!("{stage}: {error}"))
}

/// An answer whose form is not that of the endpoint: a gateway's page and the like (trap 16).
pub(crate) fn not_understood(stage: &str, status: StatusCode) -> ProviderError {
    // A gateway that knows no such path: whatever it says is not ESIA's word.
    let kind = if status == StatusCode::NOT_FOUND {
        ProviderErrorKind::AnswerInvalid
    } else if status.is_client_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT
    {
        ProviderErrorKind::Configuration
    } else {
        ProviderErrorKind::Unavailable
    };
    ProviderError::new(
        kind,
        format!("{stage}: status {status} without an answer of ESIA's form"),
    )
}

/// What REST said (`esia.md` 6.1).
pub(crate) enum Rest<T> {
    /// The data.
    Found(T),
    /// The token does not cover them.
    NotCovered,
}

/// Reads a REST answer.
pub(crate) fn rest<T: DeserializeOwned>(
    stage: &str,
    answer: &Response<Vec<u8>>,
) -> Result<Rest<T>, ProviderError> {
    let status = answer.status();
    if status != StatusCode::OK {
        return refused(stage, answer);
    }
    let kind = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .map(http::HeaderValue::as_bytes);
    let value: Value = kind
        .filter(|kind| kind.starts_with(b"application/json"))
        .and_then(|_| serde_json::from_slice(answer.body()).ok())
        .ok_or_else(|| not_understood(stage, status))?;
    // Some newer endpoints wrap a single object into an array (`esia.md` 6.1).
    let object = match value {
        Value::Array(mut items) if items.len() == 1 => items.pop().unwrap_or_default(),
        other => other,
    };
    let odd = || {
        let cause = format!("{stage}: an answer of another shape");
        ProviderError::new(ProviderErrorKind::AnswerInvalid, cause)
    };
    if !object.is_object() {
        return Err(odd());
    }
    serde_json::from_value(object)
        .map(Rest::Found)
        .map_err(|_| odd())
}

fn refused<T>(stage: &str, answer: &Response<Vec<u8>>) -> Result<Rest<T>, ProviderError> {
    let status = answer.status();
    let code = EsiaCode::find(&String::from_utf8_lossy(answer.body()));
    match code.and_then(|code| Some((code, code.known()?.0))) {
        Some((_, Class::LessData)) => return Ok(Rest::NotCovered),
        Some((code, _)) => {
            // No REST call ends a sign-in as declined.
            return Err(code
                .outcome(stage)
                .err()
                .unwrap_or_else(|| not_understood(stage, status)));
        }
        // A code that `esia.md` lacks: the status tells more.
        None => {}
    }
    let fault = |kind, what| Err(ProviderError::new(kind, format!("{stage}: {what}")));
    match status {
        StatusCode::UNAUTHORIZED => fault(
            ProviderErrorKind::Restart,
            "the access token is not accepted",
        ),
        StatusCode::NOT_FOUND => fault(
            ProviderErrorKind::AnswerInvalid,
            "ESIA does not know the subject of its token",
        ),
        other => Err(not_understood(stage, other)),
    }
}

#[cfg(test)]
mod tests;
