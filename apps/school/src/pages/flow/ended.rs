//! The ends of a flow: done, or refused. Reload and bookmark show the same until it is swept.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    link::{FlowEnd, SeenEnd},
    refusal::Refusal,
    session::{Actor, SignInWay},
    usecase::{FlowStep, FlowView},
};

use crate::{
    flow_response::FlowPage,
    pages::{
        flow::{Opened, begun_at, open},
        frame::{Frame, show},
        message::{Door, MessagePage, Weight},
        profile::masked_line,
        refusal::{self, Scene},
    },
    web::{
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// GET `/flow/{id}/refused`.
pub(crate) async fn refused(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Refused]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let refusal = match &view.step {
        FlowStep::TryAgain(refusal) | FlowStep::Done(FlowEnd::Refused(refusal)) => refusal.clone(),
        FlowStep::Taken { way, .. } => way.refusal(),
        _ => return Err(Problem::Contradiction("a step that is not its page's")),
    };
    refusal::page(&Scene::in_flow(&app, &visit, &view), &refusal).await
}

/// GET `/flow/{id}/done`.
pub(crate) async fn done(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Done]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let FlowStep::Done(end) = &view.step else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let actor = visit.actor();
    match (end.seen_by(actor.map(Actor::account)), actor) {
        (SeenEnd::Linked(at), Some(actor)) => linked(&app, &visit, &view, actor, at).await,
        (SeenEnd::ContactsChosen, Some(actor)) => chosen(&app, &visit, &view, actor),
        (SeenEnd::SteppedUp, Some(_)) => stepped_up(&app, &visit, &view),
        (SeenEnd::Cancelled, _) => cancelled(&app, &visit, &view),
        (
            SeenEnd::Linked(_)
            | SeenEnd::ContactsChosen
            | SeenEnd::SteppedUp
            | SeenEnd::Refused(_)
            | SeenEnd::Finished,
            _,
        ) => finished(&app, &visit, &view).await,
    }
}

async fn finished(app: &AppState, visit: &Visit, view: &FlowView) -> PageResult {
    refusal::page(&Scene::in_flow(app, visit, view), &Refusal::FlowFinished).await
}

/// LINKED. Names the own profile, masked; of the provider's identity nothing outlives the flow.
async fn linked(
    app: &AppState,
    visit: &Visit,
    view: &FlowView,
    actor: &Actor,
    at: linking_core::time::Timestamp,
) -> PageResult {
    let t = app.texts_about(visit, &view.provider);
    let frame =
        Frame::new(app, visit, "linked", t.text("page-linked-title")).back_to(begun_at(view));
    let mut page = MessagePage::new(frame, t.clone())
        .done()
        .fact(t.text("page-linked-profile"), masked_line(&actor.sheet))
        .fact(t.text("page-linked-way"), t.text("page-linked-provider"));
    if let Some(first) = actor.sheet.first_membership() {
        let when = t.moment(at, app.linking().now(), first.organization.region.offset);
        page = page.fact(t.text("page-linked-when"), when);
    }
    let ways = app.linking().ways_that_work(actor).await?;
    let next = if ways.contains(&SignInWay::Password) {
        "page-linked-text"
    } else {
        "page-linked-text-no-password"
    };
    page = page
        .say(format!(
            "{} {}",
            t.text(next),
            t.text("page-linked-sessions")
        ))
        .say(t.text("page-linked-safety"))
        .door(Door::page(Weight::Main, t.text("page-linked-next"), "/"));
    if app.linking().policy_of(&actor.sheet).contact_choice.is_on() {
        page = page.door(Door::page(
            Weight::Plain,
            t.text("page-linked-contacts"),
            "/settings/contacts",
        ));
    }
    page = page.door(Door::page(
        Weight::Plain,
        t.text("label-ways"),
        "/settings#security",
    ));
    show(&page, StatusCode::OK)
}

/// The contacts were taken anew.
fn chosen(app: &AppState, visit: &Visit, view: &FlowView, actor: &Actor) -> PageResult {
    let t = app.texts_about(visit, &view.provider);
    let profile = &actor.sheet.account().profile;
    let title = if profile.contacts_from(&view.provider).next().is_some() {
        "page-contacts-done-title"
    } else {
        "page-contacts-done-none-title"
    };
    let frame = Frame::new(app, visit, "contacts-chosen", t.text(title)).back_to(begun_at(view));
    let page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text("page-contacts-done-text"))
        .door(Door::page(
            Weight::Main,
            t.text("action-to-settings"),
            "/settings",
        ))
        .door(Door::page(Weight::Plain, t.text("action-go-on"), "/"));
    show(&page, StatusCode::OK)
}

fn stepped_up(app: &AppState, visit: &Visit, view: &FlowView) -> PageResult {
    let t = app.texts_about(visit, &view.provider);
    let frame = Frame::new(app, visit, "stepped-up", t.text("page-step-up-done-title"))
        .back_to(begun_at(view));
    let page = MessagePage::new(frame, t.clone()).done().door(Door::page(
        Weight::Main,
        t.text("page-step-up-done-next"),
        visit.next().path(),
    ));
    show(&page, StatusCode::OK)
}

fn cancelled(app: &AppState, visit: &Visit, view: &FlowView) -> PageResult {
    let t = app.texts_about(visit, &view.provider);
    let frame =
        Frame::new(app, visit, "cancelled", t.text("page-cancelled-title")).back_to(begun_at(view));
    let (key, href) = if visit.actor().is_some() {
        ("page-cancelled-next-settings", "/settings")
    } else {
        ("page-cancelled-next", "/sign-in")
    };
    let page = MessagePage::new(frame, t.clone())
        .say(t.text("page-cancelled-text"))
        .door(Door::page(Weight::Main, t.text(key), href));
    show(&page, StatusCode::OK)
}
