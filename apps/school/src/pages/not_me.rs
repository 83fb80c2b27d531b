//! NOT-ME: the page of a letter's «Это не я». Opening it changes nothing (`threats.md` G5).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use linking_core::{
    refusal::Refusal,
    usecase::{NotMeDone, NotMeView, Outcome},
};

use crate::{
    pages::{
        frame::{Frame, show},
        message::{Door, MessagePage, Weight},
        refusal::{self, Scene},
        restore::ticket_of,
    },
    web::{
        fields::Form,
        problem::PageResult,
        state::AppState,
        told::{Told, see_told},
        visit::Visit,
    },
};

async fn refuse(app: &AppState, visit: &Visit, refusal: &Refusal) -> PageResult {
    refusal::page(&Scene::remembered(app, visit), refusal).await
}

/// GET `/not-me/{ticket}`.
pub(crate) async fn open(
    State(app): State<AppState>,
    visit: Visit,
    Path(ticket): Path<String>,
) -> PageResult {
    match visit.told() {
        Some(Told::Refused { refusal, .. }) => return refuse(&app, &visit, refusal).await,
        Some(Told::Protected { restore }) => return protected(&app, &visit, restore.as_deref()),
        Some(_) | None => {}
    }
    let outcome = match ticket_of(&ticket) {
        Ok(secret) => app.linking().not_me_view(&secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    match outcome {
        Outcome::Done(NotMeView::Open) => {
            let t = app.texts(&visit);
            let frame = Frame::new(&app, &visit, "not-me", t.text("page-not-me-title"));
            let page = MessagePage::new(frame, t.clone())
                .say(t.text("page-not-me-text"))
                .say(t.text("page-not-me-safe"))
                .door(Door::form(
                    Weight::Main,
                    t.text("page-not-me-next"),
                    format!("/not-me/{ticket}"),
                ))
                .door(Door::page(
                    Weight::Second,
                    t.text("page-not-me-next-mine"),
                    "/",
                ));
            show(&page, StatusCode::OK)
        }
        Outcome::Done(NotMeView::DoneAlready) => protected(&app, &visit, None),
        Outcome::Refused(refusal) => refuse(&app, &visit, &refusal).await,
    }
}

/// POST `/not-me/{ticket}`.
pub(crate) async fn submit(
    State(app): State<AppState>,
    visit: Visit,
    Path(ticket): Path<String>,
    form: Form,
) -> PageResult {
    form.only(&[])?;
    let outcome = match ticket_of(&ticket) {
        Ok(secret) => app.linking().not_me(visit.visitor(), &secret).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    let told = match outcome {
        Outcome::Done(NotMeDone::Protected { restore }) => Told::Protected {
            restore: restore.map(|secret| secret.to_hex()),
        },
        Outcome::Done(NotMeDone::DoneAlready) => Told::Protected { restore: None },
        Outcome::Refused(refusal) => Told::refused(refusal),
    };
    let path = format!("/not-me/{ticket}");
    Ok(see_told(&app, &visit, &path, "", &told))
}

/// «Профиль под защитой»: with the way to a new password.
fn protected(app: &AppState, visit: &Visit, restore: Option<&str>) -> PageResult {
    let t = app.texts(visit);
    let frame = Frame::new(app, visit, "protected", t.text("page-protected-title"));
    let page = MessagePage::new(frame, t.clone())
        .done()
        .say(t.text("page-protected-text"))
        .door(Door::page(
            Weight::Main,
            t.text("page-protected-next"),
            restore.map_or_else(|| "/restore".to_owned(), |hex| format!("/restore/{hex}")),
        ))
        .door(Door::page(
            Weight::Plain,
            t.text("page-protected-next-school"),
            "/help/school",
        ));
    show(&page, StatusCode::OK)
}
