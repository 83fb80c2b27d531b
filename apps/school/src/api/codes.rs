//! The list of refusals, for integrators.

use axum::Json as Answer;
use linking_core::refusal::{Mender, NextStep, RefusalCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::problem::status_of;

/// What a code means.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProblemCode)]
pub(super) struct CodeShape {
    code: &'static str,
    status: u16,
    mender: &'static str,
    next: &'static str,
}

/// Every refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProblemCodes)]
pub(super) struct CodesShape {
    refusals: Vec<CodeShape>,
    menders: Vec<&'static str>,
    next_steps: Vec<&'static str>,
}

/// The refusals that a rule may answer with: code, status, who can mend it, the next step.
#[utoipa::path(get, path = "/api/v1/problems", responses((status = 200, body = CodesShape)))]
pub(super) async fn list() -> Answer<CodesShape> {
    Answer(CodesShape {
        refusals: RefusalCode::ALL
            .iter()
            .map(|code| CodeShape {
                code: code.as_str(),
                status: status_of(*code).as_u16(),
                mender: code.mender().code(),
                next: code.next_step().code(),
            })
            .collect(),
        menders: Mender::ALL.map(Mender::code).to_vec(),
        next_steps: NextStep::ALL.map(NextStep::code).to_vec(),
    })
}
