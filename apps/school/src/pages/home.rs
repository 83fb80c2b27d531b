//! HOME: stands for the diary until the hand-over to a real one is built.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use linking_core::usecase::WayView;

use crate::{
    i18n::Texts,
    pages::{
        frame::{Frame, own_name, page, show},
        profile::membership_line,
    },
    web::{problem::PageResult, state::AppState, visit::SignedIn},
};

/// «Подключите Госуслуги».
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectCard {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) action: String,
    pub(crate) next: String,
}

#[derive(Debug, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    frame: Frame,
    t: Texts,
    name: String,
    places: Vec<String>,
    cards: Vec<ConnectCard>,
    linked: Vec<String>,
}

page!(HomePage);

/// GET `/`.
pub(crate) async fn open(State(app): State<AppState>, signed_in: SignedIn) -> PageResult {
    let ways = app.linking().ways(&signed_in.actor).await?;
    let t = app.texts(&signed_in);
    let mut frame = Frame::new(&app, &signed_in.visit, "home", t.text("page-home-greeting"));
    let mut cards = Vec::new();
    let mut linked = Vec::new();
    for way in &ways {
        match way {
            WayView::Password { .. } => {}
            WayView::Linked { link, .. } => {
                linked.push(
                    app.texts_about(&signed_in, &link.provider)
                        .text("page-home-linked"),
                );
            }
            WayView::Connectable { provider } => {
                frame = frame.leading_to(&app, provider);
                let t = app.texts_about(&signed_in, provider);
                cards.push(ConnectCard {
                    title: t.text("page-home-card-title"),
                    text: t.text("page-home-card-text"),
                    action: format!("/settings/ways/{provider}/link"),
                    next: t.text("page-home-card-next"),
                });
            }
        }
    }
    let sheet = &signed_in.actor.sheet;
    let mut places: Vec<String> = sheet
        .memberships
        .iter()
        .map(|membership| membership_line(membership, &t))
        .collect();
    if places.is_empty() {
        places.push(t.text("role-none"));
    }
    let page = HomePage {
        name: own_name(sheet.account(), &t),
        places,
        cards,
        linked,
        frame,
        t,
    };
    show(&page, StatusCode::OK)
}
