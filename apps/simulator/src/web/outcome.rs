//! How a request ended, told to the recorder beside the answer.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::code::EsiaCode;
use crate::refusal::Refusal;
use crate::token::escape_slashes;

/// Travels in the response's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) code: Option<EsiaCode>,
    pub(crate) cause: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) grant: Option<String>,
    pub(crate) parameters: Vec<String>,
}

impl Outcome {
    pub(crate) fn refused(mut self, refusal: &Refusal) -> Self {
        self.code = Some(refusal.code);
        self.cause = Some(refusal.cause.clone());
        self
    }

    pub(crate) fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// 302: the status that ESIA redirects with.
pub(crate) fn redirect(address: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, address)]).into_response()
}

/// JSON with escaped slashes, as ESIA writes it.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let body = escape_slashes(&value.to_string());
    (
        status,
        [(CONTENT_TYPE, "application/json;charset=UTF-8")],
        body,
    )
        .into_response()
}
