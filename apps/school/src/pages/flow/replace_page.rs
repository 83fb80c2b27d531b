//! REPLACE: «Заменить связь», with the profile's password (`threats.md` E2).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    link::WayOut,
    usecase::{FlowStep, Outcome},
};

use crate::{
    flow_response::{self, present_address},
    i18n::{Args, Texts},
    pages::{
        credentials::ErrorSummary,
        flow::{Opened, TimeLeft, act, open_where, refused_press, time_left},
        frame::{Frame, page, show},
        refusal::{self, Scene},
        step_up::{told_of, typed_password},
    },
    web::{
        fields::Form,
        problem::{PageResult, Problem},
        state::AppState,
        told::{PasswordFault, Told, see_told},
        visit::Visit,
    },
};

#[derive(Debug, Template)]
#[template(path = "replace.html")]
pub(crate) struct ReplacePage {
    frame: Frame,
    t: Texts,
    errors: Option<ErrorSummary>,
    error: Option<String>,
    /// What ends and since when it stands.
    since: String,
    /// Whose identity takes its place, masked.
    identity: String,
    action: String,
    cancel_action: String,
    time: TimeLeft,
}

page!(ReplacePage);

const fn stands_here(step: &FlowStep) -> bool {
    matches!(
        step,
        FlowStep::Taken {
            way: WayOut::Replace { .. },
            ..
        }
    )
}

/// GET `/flow/{id}/replace`.
pub(crate) async fn open_page(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open_where(&app, &visit, &id, stands_here).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let FlowStep::Taken {
        identity,
        way: WayOut::Replace { since, .. },
    } = &view.step
    else {
        return Err(Problem::Contradiction("a step that is not its page's"));
    };
    let scene = Scene::in_flow(&app, &visit, &view);
    if let Some(refusal) = visit.told().and_then(Told::refusal) {
        return refusal::page(&scene, refusal).await;
    }
    let fault = visit.told().and_then(Told::password);
    let t = app.texts_about(&visit, &view.provider);
    let (error, status) = match fault {
        None => (None, StatusCode::OK),
        Some(PasswordFault::Empty) => (
            Some(t.text("field-password-empty")),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Some(PasswordFault::Wrong) => (
            Some(t.text("refusal-step-up-needed-field")),
            StatusCode::FORBIDDEN,
        ),
    };
    let offset = scene.offset().await?;
    let date = Args::new().with("date", t.day(*since, offset));
    let frame = Frame::new(&app, &visit, "replace", t.text("page-replace-title"))
        .under(t.text("page-prove-step"))
        .back_to(present_address(&view))
        .with_errors(error.is_some())
        .with_script();
    let page = ReplacePage {
        errors: error.clone().map(|text| ErrorSummary {
            title: t.text("field-summary-title"),
            items: vec![("#password".to_owned(), text)],
            help: None,
        }),
        error,
        since: t.text_with("page-replace-since", &date),
        identity: identity.clone(),
        action: act(&view, "replace"),
        cancel_action: act(&view, "cancel"),
        time: time_left(&view, &t, offset),
        frame,
        t,
    };
    show(&page, status)
}

/// POST `/flow/{id}/replace`: «Заменить связь».
pub(crate) async fn submit(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> PageResult {
    let fields = form.only(&["password"])?;
    let view = match open_where(&app, &visit, &id, stands_here).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let told = match typed_password(&fields) {
        Err(told) => told,
        Ok(password) => {
            let outcome = app
                .linking()
                .replace_link(visit.visitor(), visit.actor(), view.id, password)
                .await?;
            match outcome {
                Outcome::Done(advance) => return flow_response::respond(advance),
                Outcome::Refused(refusal) if refusal.code().is_of_the_flow() => {
                    return Ok(refused_press(&app, &visit, view.id, refusal));
                }
                Outcome::Refused(refusal) => told_of(refusal),
            }
        }
    };
    Ok(see_told(&app, &visit, &act(&view, "replace"), "", &told))
}
