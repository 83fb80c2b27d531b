//! UNLINK: what is lost, what stays; the last page before it, and the one after.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use linking_core::{
    provider::ProviderId,
    refusal::Refusal,
    usecase::{Outcome, WayView},
};

use crate::{
    flow_response,
    i18n::{Args, Texts},
    pages::{
        frame::{Frame, page, see, show},
        message::{Door, MessagePage, Weight},
        profile::{contact_list, ways_list},
        refusal::{self, Scene},
    },
    web::{
        fields::Form,
        next::NextAct,
        problem::{PageResult, Problem},
        state::AppState,
        told::{Told, see_told},
        visit::SignedIn,
    },
};

#[derive(Debug, Template)]
#[template(path = "unlink.html")]
pub(crate) struct UnlinkPage {
    frame: Frame,
    t: Texts,
    lost: Vec<String>,
    stays: Vec<String>,
    after: Vec<String>,
    action: String,
}

page!(UnlinkPage);

/// The step-up before an unlink.
fn step_up(provider: &ProviderId) -> Response {
    let next = NextAct::Unlink(provider.clone());
    see(&format!("/settings/step-up?next={}", next.code()))
}

fn own_address(provider: &ProviderId) -> String {
    format!("/settings/ways/{provider}/unlink")
}

async fn refuse(
    app: &AppState,
    signed_in: &SignedIn,
    provider: &ProviderId,
    refusal: &Refusal,
) -> PageResult {
    let scene = Scene::remembered(app, &signed_in.visit).about(provider);
    refusal::page(&scene, refusal).await
}

fn read(provider: &str) -> Result<ProviderId, Problem> {
    provider.parse().map_err(|_| Problem::NotFound)
}

/// GET `/settings/ways/{provider}/unlink`.
pub(crate) async fn open(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
) -> PageResult {
    let provider = read(&provider)?;
    if let Some(refusal) = signed_in.visit.told().and_then(Told::refusal) {
        return refuse(&app, &signed_in, &provider, refusal).await;
    }
    let outcome = app
        .linking()
        .unlink_view(&signed_in.actor, &provider)
        .await?;
    let view = match outcome {
        Outcome::Done(view) => view,
        Outcome::Refused(Refusal::StepUpNeeded) => return Ok(step_up(&provider)),
        Outcome::Refused(refusal) => {
            return refuse(&app, &signed_in, &provider, &refusal).await;
        }
    };
    let t = app.texts_about(&signed_in, &provider);
    let mut lost = vec![t.text("page-unlink-lost-sign-in")];
    if !view.contacts.is_empty() {
        let contacts = Args::new().with("contacts", contact_list(&view.contacts, &t));
        lost.push(t.text_with("page-unlink-lost-contacts", &contacts));
    }
    let ways = Args::new().with("ways", ways_list(&view.stays, &t));
    let frame = Frame::new(
        &app,
        &signed_in.visit,
        "unlink",
        t.text("page-unlink-title"),
    )
    .back_to("/settings");
    let page = UnlinkPage {
        lost,
        stays: vec![
            t.text("page-unlink-stays-diary"),
            t.text_with("page-unlink-stays-ways", &ways),
        ],
        after: vec![
            t.text("page-unlink-sessions"),
            t.text("page-unlink-consent"),
            t.text("page-unlink-back"),
        ],
        action: own_address(&provider),
        frame,
        t,
    };
    show(&page, StatusCode::OK)
}

/// POST `/settings/ways/{provider}/unlink`.
pub(crate) async fn submit(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let provider = read(&provider)?;
    let outcome = app
        .linking()
        .unlink(signed_in.visit.visitor(), &signed_in.actor, &provider)
        .await?;
    match outcome {
        Outcome::Done(session) => {
            let mut response = see(&format!("/settings/ways/{provider}/unlinked"));
            flow_response::begin_session(response.headers_mut(), &session);
            Ok(response)
        }
        Outcome::Refused(Refusal::StepUpNeeded) => Ok(step_up(&provider)),
        Outcome::Refused(refusal) => {
            let told = Told::refused(refusal);
            let at = own_address(&provider);
            Ok(see_told(&app, &signed_in.visit, &at, "", &told))
        }
    }
}

/// GET `/settings/ways/{provider}/unlinked`: says so, as long as it is so.
pub(crate) async fn done(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Path(provider): Path<String>,
) -> PageResult {
    let provider = read(&provider)?;
    let ways = app.linking().ways(&signed_in.actor).await?;
    let known = app.linking().provider(&provider).is_some();
    let linked = ways
        .iter()
        .any(|way| matches!(way, WayView::Linked { link, .. } if link.provider == provider));
    if linked || !known {
        return Ok(see("/settings"));
    }
    let t = app.texts_about(&signed_in, &provider);
    let stays = app.linking().ways_that_work(&signed_in.actor).await?;
    let frame = Frame::new(
        &app,
        &signed_in.visit,
        "unlinked",
        t.text("page-unlinked-title"),
    );
    let list = Args::new().with("ways", ways_list(&stays, &t));
    let page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text_with("page-unlinked-text", &list))
        .door(Door::page(
            Weight::Main,
            t.text("page-unlinked-next"),
            "/settings",
        ))
        .door(Door::page(
            Weight::Plain,
            t.text("page-unlinked-again"),
            "/settings#link",
        ));
    show(&page, StatusCode::OK)
}
