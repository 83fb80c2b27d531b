//! The ways in of whoever is signed in: what there is, linking, taking contacts anew, proving
//! oneself through a provider, unlinking.

use axum::{
    Json as Answer,
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    provider::ProviderId,
    usecase::{Outcome, StartOrder, WayView},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        body::{Json, exact},
        caller::Owner,
        flow_answer::respond,
        flow_shape::FlowAnswerShape,
        problem::refused,
        session::{Nothing, SignedInShape, began},
        shapes::{WayShape, json, moment},
        trouble::{ApiResult, Trouble},
    },
    pages::{refusal::Scene, settings::ways::own_place},
    web::{problem::Problem, state::AppState},
};

/// A row of «Способы входа».
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Way)]
pub(super) struct RowShape {
    /// `password`, `linked` or `connectable`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    /// Since when there is this link, or this password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    used_at: Option<String>,
    /// Whether the way is there and open: a password is set, the provider is on.
    works: bool,
    /// Whether it is the last way in: then it cannot be ended.
    last: bool,
}

impl From<&WayView> for RowShape {
    fn from(way: &WayView) -> Self {
        match way {
            WayView::Password { set_at, exposed } => Self {
                kind: "password",
                provider: None,
                since: set_at.map(moment),
                used_at: None,
                works: set_at.is_some() && !exposed,
                last: false,
            },
            WayView::Linked {
                link,
                provider,
                last,
            } => Self {
                kind: "linked",
                provider: Some(link.provider.to_string()),
                since: Some(moment(link.linked_at)),
                used_at: link.used_at.map(moment),
                works: provider.is_on(),
                last: *last,
            },
            WayView::Connectable { provider } => Self {
                kind: "connectable",
                provider: Some(provider.to_string()),
                since: None,
                used_at: None,
                works: false,
                last: false,
            },
        }
    }
}

/// «Способы входа».
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Ways)]
pub(super) struct WaysShape {
    ways: Vec<RowShape>,
}

/// The ways in: linked ones, the password, and those that can be linked.
#[utoipa::path(get, path = "/api/v1/ways", responses((status = 200, body = WaysShape)))]
pub(super) async fn list(
    State(app): State<AppState>,
    owner: Owner,
) -> Result<Answer<WaysShape>, Trouble> {
    let ways = app.linking().ways(&owner.actor).await?;
    Ok(Answer(WaysShape {
        ways: ways.iter().map(RowShape::from).collect(),
    }))
}

async fn begin(app: &AppState, owner: &Owner, order: StartOrder, provider: &str) -> ApiResult {
    let provider = known(app, provider)?;
    let caller = &owner.caller;
    let place = own_place(app, &owner.signed_in()).await?;
    app.admit_start(caller.visitor().network)?;
    let outcome = app
        .linking()
        .start(
            caller.visitor(),
            Some(&owner.actor),
            order,
            &provider,
            place,
        )
        .await?;
    match outcome {
        Outcome::Done(advance) => respond(app, caller, StatusCode::CREATED, advance).await,
        Outcome::Refused(refusal) => {
            let scene = Scene::remembered(app, &caller.visit).about(&provider);
            refused(&scene, &refusal, None).await
        }
    }
}

/// A provider of this installation; another one is not found.
fn known(app: &AppState, provider: &str) -> Result<ProviderId, Problem> {
    exact(provider)
        .filter(|id| app.linking().provider(id).is_some())
        .ok_or(Problem::NotFound)
}

/// Begins a link. Asks for a recent proof.
#[utoipa::path(post, path = "/api/v1/ways/{provider}/link", request_body = Nothing,
    responses((status = 201, body = FlowAnswerShape)))]
pub(super) async fn link(
    State(app): State<AppState>,
    owner: Owner,
    Path(provider): Path<String>,
    Json(_): Json<Nothing>,
) -> ApiResult {
    begin(&app, &owner, StartOrder::Link, &provider).await
}

/// Takes the contacts of a linked provider anew.
#[utoipa::path(post, path = "/api/v1/ways/{provider}/refresh", request_body = Nothing,
    responses((status = 201, body = FlowAnswerShape)))]
pub(super) async fn refresh(
    State(app): State<AppState>,
    owner: Owner,
    Path(provider): Path<String>,
    Json(_): Json<Nothing>,
) -> ApiResult {
    begin(&app, &owner, StartOrder::Refresh, &provider).await
}

/// Begins a recent proof through a linked provider.
#[utoipa::path(post, path = "/api/v1/ways/{provider}/step-up", request_body = Nothing,
    responses((status = 201, body = FlowAnswerShape)))]
pub(super) async fn step_up(
    State(app): State<AppState>,
    owner: Owner,
    Path(provider): Path<String>,
    Json(_): Json<Nothing>,
) -> ApiResult {
    begin(&app, &owner, StartOrder::StepUp, &provider).await
}

/// What unlinking takes and leaves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UnlinkPreview)]
pub(super) struct PreviewShape {
    /// Contacts of the provider that are erased.
    contacts: Vec<&'static str>,
    /// The ways in that stay.
    stays: Vec<WayShape>,
}

/// What unlinking would take and leave. Asks for a recent proof.
#[utoipa::path(get, path = "/api/v1/ways/{provider}/unlink",
    responses((status = 200, body = PreviewShape)))]
pub(super) async fn unlink_preview(
    State(app): State<AppState>,
    owner: Owner,
    Path(provider): Path<String>,
) -> ApiResult {
    let provider = known(&app, &provider)?;
    let outcome = app.linking().unlink_view(&owner.actor, &provider).await?;
    match outcome {
        Outcome::Done(view) => {
            let contacts = view.contacts.iter().map(|kind| kind.code()).collect();
            let stays = view.stays.iter().map(WayShape::from).collect();
            Ok(json(StatusCode::OK, &PreviewShape { contacts, stays })?)
        }
        Outcome::Refused(refusal) => {
            let scene = Scene::remembered(&app, &owner.caller.visit).about(&provider);
            refused(&scene, &refusal, None).await
        }
    }
}

/// Ends a link: its contacts and the consent go with it, other sessions are over.
#[utoipa::path(post, path = "/api/v1/ways/{provider}/unlink", request_body = Nothing,
    responses((status = 200, body = SignedInShape)))]
pub(super) async fn unlink(
    State(app): State<AppState>,
    owner: Owner,
    Path(provider): Path<String>,
    Json(_): Json<Nothing>,
) -> ApiResult {
    let provider = known(&app, &provider)?;
    let caller = &owner.caller;
    let outcome = app
        .linking()
        .unlink(caller.visitor(), &owner.actor, &provider)
        .await?;
    match outcome {
        Outcome::Done(session) => began(caller, StatusCode::OK, &session),
        Outcome::Refused(refusal) => {
            let scene = Scene::remembered(&app, &caller.visit).about(&provider);
            refused(&scene, &refusal, None).await
        }
    }
}
