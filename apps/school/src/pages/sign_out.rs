//! «Выход», and SIGNED-OUT with the provider's sign-out (`threats.md` A17, G11).

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
};
use linking_core::{
    provider::ProviderId,
    session::{Computer, SignInWay},
};

use crate::{
    pages::{
        frame::{Frame, see, show},
        message::{Door, MessagePage, Weight},
        refusal::Scene,
    },
    web::{
        cookies::{self, CookieName},
        fields::{Form, Query},
        place::Place,
        problem::PageResult,
        state::AppState,
        visit::Visit,
    },
};

/// POST `/sign-out`.
pub(crate) async fn submit(State(app): State<AppState>, visit: Visit, form: Form) -> PageResult {
    let fields = form.only(&["then"])?;
    let mut address = "/signed-out".to_owned();
    let shared = visit.is_on_shared_computer();
    let offered = visit.actor().and_then(|actor| {
        let providers = &app.linking().policy_of(&actor.sheet).providers;
        providers.first().cloned()
    });
    if let Some(actor) = visit.actor() {
        app.linking().sign_out(actor).await?;
        // Through a link, or on the way to one: either way this browser may still be signed in
        // there (`threats.md` A17).
        let through = match &actor.session.value.way {
            SignInWay::Link { provider, .. } => Some(provider),
            // On a shared computer it is offered whatever way one came: nobody is remembered.
            SignInWay::Password => visit
                .place()
                .begun
                .as_ref()
                .map(|begun| &begun.provider)
                .or_else(|| offered.as_ref().filter(|_| shared)),
        };
        if let Some(provider) = through {
            address = format!("/signed-out?through={provider}");
        }
    }
    if fields.get("then") == Some("sign-in") {
        "/sign-in".clone_into(&mut address);
    }
    let mut response = see(&address);
    let headers = response.headers_mut();
    cookies::remove(headers, CookieName::Session);
    cookies::remove(headers, CookieName::Next);
    let place = Place {
        begun: None,
        ..visit.place().clone()
    };
    if place != *visit.place() || shared {
        visit.remember(headers, Computer::Own, &place);
    }
    let traces = if shared {
        cookies::remove(headers, CookieName::Language);
        "\"cache\", \"storage\""
    } else {
        "\"cache\""
    };
    headers.insert(
        header::HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static(traces),
    );
    Ok(response)
}

/// GET `/signed-out`.
pub(crate) async fn done(
    State(app): State<AppState>,
    visit: Visit,
    Query(query): Query,
) -> PageResult {
    if visit.actor().is_some() {
        return Ok(see("/"));
    }
    let through: Option<ProviderId> = query
        .parsed("through")
        .filter(|provider| app.linking().provider(provider).is_some());
    let t = through.as_ref().map_or_else(
        || app.texts(&visit),
        |provider| app.texts_about(&visit, provider),
    );
    let frame = Frame::new(&app, &visit, "signed-out", t.text("page-signed-out-title"));
    let page = MessagePage::new(frame, t.clone()).done();
    let again = |weight| Door::page(weight, t.text("page-signed-out-next"), "/sign-in");
    let leave = through.and_then(|provider| {
        Scene::remembered(&app, &visit)
            .about(&provider)
            .provider_sign_out("/signed-out")
    });
    let page = match leave {
        Some(address) => page
            .say(t.text("page-signed-out-provider"))
            .door(Door::page(
                Weight::Main,
                t.text("page-signed-out-provider-next"),
                address.as_str(),
            ))
            .door(again(Weight::Plain)),
        None => page.door(again(Weight::Main)),
    };
    show(&page, StatusCode::OK)
}
