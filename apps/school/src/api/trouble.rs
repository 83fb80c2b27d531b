//! What stops a request of the API beside a rule.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use linking_core::{ports::StoreError, usecase::Fault};

use crate::{api::body::Unfit, web::problem::Problem};

/// What stops a request beside a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// As on the pages.
    Problem(Problem),
    /// Nobody is signed in.
    NotSignedIn,
    /// The caller keeps no secret.
    NoClient,
    /// A page of another site, or one that does not say which (`threats.md` G4).
    ForeignRequest,
    /// This installation sends no letters.
    NoLetters,
    /// The body is no JSON.
    MediaType,
    /// The key of a repetition is none.
    BadKey,
    /// Fields do not fit.
    Unfit(Unfit),
    /// The key was used for another request.
    RepeatDiffers,
    /// The request is being done this moment.
    RepeatAtWork(TimeDelta),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Fault> for Trouble {
    fn from(broken: Fault) -> Self {
        Self::Problem(broken.into())
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Trouble {
    /// The status alone; the text follows in [`super::problem::complete`].
    fn into_response(self) -> Response {
        let status = match self {
            Self::Problem(problem) => return problem.into_response(),
            Self::NotSignedIn | Self::NoClient => StatusCode::UNAUTHORIZED,
            Self::ForeignRequest => StatusCode::FORBIDDEN,
            Self::NoLetters => StatusCode::NOT_FOUND,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadKey => StatusCode::BAD_REQUEST,
            Self::Unfit(_) | Self::RepeatDiffers => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RepeatAtWork(_) => StatusCode::CONFLICT,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What handlers of the API return.
pub(super) type ApiResult = Result<Response, Trouble>;
