//! A refused request: ESIA's code for the client, and the cause for whoever runs the stand.

use crate::code::EsiaCode;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: EsiaCode,
    /// Stands in brackets behind the code's text: the name of a missing parameter.
    pub(crate) detail: Option<&'static str>,
    /// In plain words, without any value of the request: for the log and for tests.
    pub(crate) cause: String,
}

impl Refusal {
    pub(crate) fn new(code: EsiaCode, cause: impl Into<String>) -> Self {
        Self {
            code,
            detail: None,
            cause: cause.into(),
        }
    }

    pub(crate) fn missing(name: &'static str) -> Self {
        if name == "scope" {
            return Self::new(EsiaCode::NoScope, "scope is missing or empty");
        }
        Self {
            code: EsiaCode::MissingParameter,
            detail: Some(name),
            cause: format!("{name} is missing or empty"),
        }
    }

    /// `ESIA-007014: The request does not contain the mandatory parameter [scope]`.
    pub(crate) fn description(&self, russian: bool) -> String {
        let text = if russian {
            self.code.russian_text()
        } else {
            self.code.text()
        };
        match self.detail {
            Some(detail) => format!("{}: {text} [{detail}]", self.code),
            None => format!("{}: {text}", self.code),
        }
    }

    /// The OAuth `error`; one of them is a knob.
    pub(crate) fn oauth_error<'a>(&self, not_verified: &'a str) -> &'a str {
        match self.code {
            EsiaCode::NotVerified => not_verified,
            code => code.oauth_error(),
        }
    }
}
