//! What goes wrong before or beside a use case. A handler returns it; the layer around all
//! routes makes the page of it, and writes what is the operator's to know.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use linking_core::{
    ports::{HashError, StoreError},
    usecase::Fault,
};

/// Something that stops a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Something broke.
    Fault(Fault),
    /// What was just made is not there: a defect of ours.
    Contradiction(&'static str),
    /// A page could not be drawn: a defect of ours.
    Template,
    /// The program stopped in the middle: a defect of ours.
    Panic,
    /// The request does not read.
    BadRequest,
    /// More than a form of ours can hold.
    TooLarge,
    /// No such page.
    NotFound,
    /// The page is there, but not by this method.
    MethodNotAllowed,
    /// The request came for another host (`threats.md` A12).
    WrongHost,
    /// A form that is not ours, or came from elsewhere (`threats.md` G4).
    ForeignForm,
    /// A form whose token is not that of this browser and session.
    StaleForm,
    /// A network began too many ways to a provider (`threats.md` G18).
    TooManyStarts,
    /// The browser sent no cookie with a form of ours: it keeps none.
    NoCookies,
}

impl Problem {
    /// The status of the answer.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Fault(
                Fault::Hash(HashError::Busy) | Fault::Store(StoreError::Unavailable(_)),
            ) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(Fault::Store(StoreError::Conflict(_))) => StatusCode::CONFLICT,
            Self::Fault(_) | Self::Contradiction(_) | Self::Template | Self::Panic => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooManyStarts => StatusCode::TOO_MANY_REQUESTS,
            Self::ForeignForm | Self::StaleForm | Self::NoCookies => StatusCode::FORBIDDEN,
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<askama::Error> for Problem {
    fn from(_: askama::Error) -> Self {
        Self::Template
    }
}

impl IntoResponse for Problem {
    /// The status alone; the page follows in [`crate::web::finish`].
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What every handler returns.
pub(crate) type PageResult = Result<Response, Problem>;
