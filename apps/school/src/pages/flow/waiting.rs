//! The pages on which a flow waits for the provider: on the way there, while the answer is
//! judged, after a sign-out there.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    flow_response::FlowPage,
    i18n::Args,
    pages::{
        flow::{Opened, act, begun_at, open, time_of},
        frame::{Frame, show},
        message::{Door, MessagePage, Weight},
        refusal::Scene,
    },
    web::{problem::PageResult, state::AppState, visit::Visit},
};

/// GET `/flow/{id}/provider`: the person is at the provider, or came back by the back button.
pub(crate) async fn provider(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Provider]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let t = app.texts_about(&visit, &view.provider);
    let offset = Scene::in_flow(&app, &visit, &view).offset().await?;
    let frame = Frame::new(&app, &visit, "provider", t.text("page-provider-title"))
        .back_to(begun_at(&view))
        .leading_to(&app, &view.provider);
    let time = Args::new().with("time", t.time(view.expires_at, offset));
    let page = MessagePage::new(frame, t.clone())
        .say(t.text("page-provider-text"))
        .say(t.text_with("page-provider-time", &time))
        .door(Door::form(
            Weight::Main,
            t.text("page-provider-next"),
            act(&view, "retry"),
        ))
        .door(Door::form(
            Weight::Plain,
            t.text("action-cancel"),
            act(&view, "cancel"),
        ));
    show(&page, StatusCode::OK)
}

/// GET `/flow/{id}/checking`: the answer is being judged this moment.
pub(crate) async fn checking(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Checking]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let t = app.texts_about(&visit, &view.provider);
    let frame = Frame::new(&app, &visit, "checking", t.text("page-judging-title"))
        .back_to(begun_at(&view))
        .with_script()
        .refreshing(3);
    let page = MessagePage::new(frame, t.clone())
        .say(t.text("page-judging-text"))
        .door(Door::page(
            Weight::Main,
            t.text("page-judging-next"),
            format!("/flow/{}", view.id),
        ));
    show(&page, StatusCode::OK)
}

/// GET `/flow/{id}/again`: after the sign-out at the provider; another name is one press away.
pub(crate) async fn again(
    State(app): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let view = match open(&app, &visit, &id, &[FlowPage::Again]).await? {
        Opened::Here(view) => view,
        Opened::Elsewhere(answer) => return Ok(answer),
    };
    let t = app.texts_about(&visit, &view.provider);
    let frame = Frame::new(&app, &visit, "again", t.text("page-switch-again-title"))
        .back_to(begun_at(&view))
        .leading_to(&app, &view.provider);
    let page = MessagePage::new(frame, t.clone())
        .say(t.text("page-switch-again-text"))
        .until(time_of(&app, &visit, &view).await?)
        .door(Door::form(
            Weight::Main,
            t.text("page-switch-again-next"),
            act(&view, "retry"),
        ))
        .door(Door::form(
            Weight::Plain,
            t.text("action-cancel"),
            act(&view, "cancel"),
        ));
    show(&page, StatusCode::OK)
}
