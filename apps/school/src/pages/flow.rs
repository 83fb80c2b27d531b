//! The pages of a flow. Each loads the flow and stands only if the flow stands there; else the
//! browser is led to the page of the present step (`threats.md` E20).

mod acts;
mod callback;
mod ended;
mod link_pages;
mod prove;
mod waiting;

pub(crate) use acts::{
    agree, await_password, cancel, confirm, enter, keep, other_identity, prolong, retry, step_up,
};
pub(crate) use callback::callback;
pub(crate) use ended::{done, refused};
pub(crate) use link_pages::{contacts, not_linked, restore_page, step_up_page, who};
pub(crate) use prove::{open_page as prove_page, submit as submit_proof};
pub(crate) use waiting::{again, checking, provider};

use axum::{
    extract::{Path, State},
    response::Response,
};
use linking_core::{
    ids::FlowId,
    link::FlowPurpose,
    refusal::Refusal,
    region::ZoneOffset,
    usecase::{FlowView, Outcome},
};

use crate::{
    flow_response::{FlowPage, page_address, present_address},
    i18n::{Args, Texts},
    pages::{
        frame::see,
        refusal::{self, Scene},
    },
    web::{
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// A flow's page: the flow, or the answer that stands in its place.
enum Opened {
    Here(FlowView),
    Elsewhere(Response),
}

/// Reads an identifier from an address; what is none belongs to no flow.
fn flow_id(text: &str) -> Option<FlowId> {
    text.parse().ok()
}

/// Loads a flow for one of its pages.
async fn open(
    app: &AppState,
    visit: &Visit,
    id: &str,
    pages: &[FlowPage],
) -> Result<Opened, Problem> {
    let view = match load(app, visit, id).await? {
        Ok(view) => view,
        Err(answer) => return Ok(Opened::Elsewhere(answer)),
    };
    if pages.contains(&FlowPage::of(&view.step)) {
        Ok(Opened::Here(view))
    } else {
        Ok(Opened::Elsewhere(see(&present_address(&view))))
    }
}

/// Loads a flow, or tells why not.
async fn load(
    app: &AppState,
    visit: &Visit,
    id: &str,
) -> Result<Result<FlowView, Response>, Problem> {
    let refusal = match flow_id(id) {
        Some(id) => match app
            .linking()
            .flow(visit.visitor(), visit.actor(), id)
            .await?
        {
            Outcome::Done(view) => return Ok(Ok(view)),
            Outcome::Refused(refusal) => refusal,
        },
        None => Refusal::FlowNotYours,
    };
    Ok(Err(refuse(app, visit, &refusal).await?))
}

/// The page of a refusal for a flow that cannot be looked at.
async fn refuse(app: &AppState, visit: &Visit, refusal: &Refusal) -> PageResult {
    refusal::page(&Scene::remembered(app, visit), refusal).await
}

/// GET `/flow/{id}`: the page of the present step.
pub(crate) async fn present(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    Ok(match load(&app, &visit, &id).await? {
        Ok(view) => see(&present_address(&view)),
        Err(answer) => answer,
    })
}

/// «Этот шаг открыт до 14:35. Нужно больше времени?» (WCAG 2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeLeft {
    pub(crate) text: String,
    pub(crate) more: Option<MoreTime>,
}

/// «Ещё 15 минут».
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoreTime {
    pub(crate) question: String,
    pub(crate) action: String,
    pub(crate) button: String,
}

pub(crate) fn time_left(view: &FlowView, t: &Texts, offset: ZoneOffset) -> TimeLeft {
    let args = Args::new().with("time", t.time(view.expires_at, offset));
    TimeLeft {
        text: t.text_with("time-left", &args),
        more: view.can_prolong.then(|| MoreTime {
            question: t.text("time-left-more"),
            action: format!("/flow/{}/prolong", view.id),
            button: refusal::prolong_text(t),
        }),
    }
}

/// The same by the clock of the place where the person stands.
pub(crate) async fn time_of(
    app: &AppState,
    visit: &Visit,
    view: &FlowView,
) -> Result<TimeLeft, Problem> {
    let offset = Scene::in_flow(app, visit, view).offset().await?;
    Ok(time_left(
        view,
        &app.texts_about(visit, &view.provider),
        offset,
    ))
}

/// Where «Назад» leads from a step that has none before it: to where the flow was begun.
pub(crate) fn begun_at(view: &FlowView) -> &'static str {
    match view.purpose {
        FlowPurpose::SignIn => "/sign-in",
        FlowPurpose::Link { .. } | FlowPurpose::Refresh { .. } | FlowPurpose::StepUp { .. } => {
            "/settings"
        }
    }
}

fn act(view: &FlowView, name: &str) -> String {
    format!("/flow/{}/{name}", view.id)
}

fn page_of(view: &FlowView, page: FlowPage) -> String {
    page_address(view.id, page)
}
