//! The pages of a flow. Each loads the flow and stands only if the flow stands there; else the
//! browser is led to the page of the present step (`threats.md` E20).

mod acts;
mod callback;
mod ended;
mod link_pages;
mod move_page;
mod prove;
mod replace_page;
mod waiting;

pub(crate) use acts::{
    agree, await_password, cancel, confirm, enter, keep, other_identity, prolong, retry, step_up,
};
pub(crate) use callback::callback;
pub(crate) use ended::{done, refused};
pub(crate) use link_pages::{contacts, not_linked, restore_page, step_up_page, who};
pub(crate) use move_page::{open_page as move_page, submit as submit_move};
pub(crate) use prove::{open_page as prove_page, submit as submit_proof};
pub(crate) use replace_page::{open_page as replace_page, submit as submit_replace};
pub(crate) use waiting::{again, checking, provider};

use axum::{
    extract::{Path, State},
    response::Response,
};
use linking_core::{
    ids::FlowId,
    link::{FlowPurpose, WayOut},
    refusal::Refusal,
    region::ZoneOffset,
    usecase::{FlowName, FlowStep, FlowView, Outcome},
};

use crate::{
    flow_response::{FlowPage, page_address, present_address},
    i18n::{Args, Texts},
    pages::{
        frame::see,
        problem::other_profile,
        refusal::{self, Scene},
    },
    web::{
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
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
    open_where(app, visit, id, |step| pages.contains(&FlowPage::of(step))).await
}

/// Loads a flow for a page that stands at some of its steps.
async fn open_where(
    app: &AppState,
    visit: &Visit,
    id: &str,
    stands_at: impl Fn(&FlowStep) -> bool,
) -> Result<Opened, Problem> {
    let view = match load(app, visit, id).await? {
        Ok(view) => view,
        Err(answer) => return Ok(Opened::Elsewhere(answer)),
    };
    if stands_at(&view.step) {
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
    let Some(id) = flow_id(id) else {
        return Ok(Err(refuse(app, visit, None, &Refusal::FlowNotYours).await?));
    };
    let outcome = app
        .linking()
        .flow(visit.visitor(), visit.actor(), id)
        .await?;
    Ok(match outcome {
        Outcome::Done(view) => Ok(view),
        Outcome::Refused(refusal) => Err(refuse(app, visit, Some(id), &refusal).await?),
    })
}

/// The page of a refusal for a flow that cannot be looked at.
async fn refuse(
    app: &AppState,
    visit: &Visit,
    id: Option<FlowId>,
    refusal: &Refusal,
) -> PageResult {
    if *refusal == Refusal::FlowNotYours
        && let Some(id) = id
        && is_of_another_profile(app, visit, FlowName::Id(id)).await?
    {
        return other_profile(app, visit);
    }
    refusal::page(&Scene::remembered(app, visit), refusal).await
}

async fn is_of_another_profile(
    app: &AppState,
    visit: &Visit,
    flow: FlowName<'_>,
) -> Result<bool, Problem> {
    let linking = app.linking();
    Ok(linking
        .is_of_another_profile(visit.visitor(), visit.actor(), flow)
        .await?)
}

/// The answer to a press that was refused: the flow's own address tells why.
fn refused_press(app: &AppState, visit: &Visit, id: FlowId, refusal: Refusal) -> Response {
    let path = format!("/flow/{id}");
    see_told(app, visit, &path, "", &Told::refused(refusal))
}

/// GET `/flow/{id}`: the page of the present step, or why the last press was refused.
pub(crate) async fn present(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refuse(&app, &visit, flow_id(&id), refusal).await;
    }
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

/// The page whose act waits for a recent proof.
fn waiting_page(view: &FlowView) -> String {
    match &view.step {
        FlowStep::Taken {
            way: WayOut::Move, ..
        } => act(view, "move"),
        _ => present_address(view),
    }
}
