//! The pages of the program itself: not found, broken, busy, a form that is too old. One size,
//! no detail (`texts.md`, section 5.7).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linking_core::{
    ports::{HashError, StoreError},
    usecase::Fault,
};

use crate::{
    i18n::{Args, Texts},
    pages::{
        frame::{Frame, Reader, show},
        message::{Door, MessagePage, Weight},
    },
    telemetry::{RefusedWith, RequestId},
    web::{
        problem::{PageResult, Problem},
        state::AppState,
        visit::Visit,
    },
};

/// Title and text keys, and the door's.
struct Words {
    name: &'static str,
    title: &'static str,
    text: &'static str,
    next: &'static str,
}

const BROKEN: Words = Words {
    name: "broken",
    title: "page-broken-title",
    text: "page-broken-text",
    next: "page-broken-next",
};
const BUSY: Words = Words {
    name: "busy",
    title: "page-busy-title",
    text: "page-busy-text",
    next: "page-busy-next",
};
const NOT_FOUND: Words = Words {
    name: "not-found",
    title: "page-not-found-title",
    text: "page-not-found-text",
    next: "page-not-found-next",
};
const BAD_REQUEST: Words = Words {
    name: "bad-request",
    title: "page-bad-request-title",
    text: "page-bad-request-text",
    next: "page-bad-request-next",
};
const STALE_FORM: Words = Words {
    name: "stale-form",
    title: "page-stale-form-title",
    text: "page-stale-form-text",
    next: "page-stale-form-next",
};
const NO_COOKIES: Words = Words {
    name: "no-cookies",
    title: "page-no-cookies-title",
    text: "page-no-cookies-text",
    next: "page-no-cookies-next",
};

const fn words(problem: &Problem) -> Words {
    match problem {
        Problem::Fault(Fault::Hash(HashError::Busy)) | Problem::TooManyStarts => BUSY,
        Problem::Fault(Fault::Store(StoreError::Conflict(_)))
        | Problem::ForeignForm
        | Problem::StaleForm => STALE_FORM,
        Problem::Fault(_) | Problem::Contradiction(_) | Problem::Template | Problem::Panic => {
            BROKEN
        }
        Problem::BadRequest | Problem::TooLarge | Problem::MethodNotAllowed => BAD_REQUEST,
        Problem::NotFound | Problem::WrongHost => NOT_FOUND,
        Problem::NoCookies => NO_COOKIES,
    }
}

/// The page of a problem. Its door leads to the main page under our own public address, whatever
/// host the request named.
pub(crate) fn page(
    app: &AppState,
    problem: &Problem,
    id: &RequestId,
    back: &str,
    reader: Reader<'_>,
) -> Response {
    let t = app.texts(reader);
    let words = words(problem);
    let frame = Frame::new(app, reader, words.name, t.text(words.title));
    let home = match problem {
        Problem::WrongHost => format!("{}/", app.site().public_address.origin()),
        Problem::NotFound => "/".to_owned(),
        _ => back.to_owned(),
    };
    let next = match words.name {
        // Back to the flow or the settings, not to the main page.
        "bad-request" if home != "/" => "help-back",
        _ => words.next,
    };
    let text = t.text_with(words.text, &Args::new().with("code", id.as_str()));
    let mut page = MessagePage::new(frame, t.clone()).say(text);
    if words.name == BROKEN.name {
        page = page.say(app.support(&t));
    }
    let page = page.door(Door::page(Weight::Main, t.text(next), home));
    let status = problem.status();
    let mut response =
        show(&page, status).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            response
                .headers_mut()
                .entry(header::ALLOW)
                .or_insert(HeaderValue::from_static("GET, HEAD, POST"));
        }
        _ => {}
    }
    response
}

/// «Сейчас открыт другой профиль»: the tab was left from another one (`threats.md` G17).
pub(crate) fn other_profile(app: &AppState, visit: &Visit) -> PageResult {
    let t: Texts = app.texts(visit);
    let mask = visit
        .actor()
        .map(|actor| actor.sheet.account().profile.name.value.masked())
        .unwrap_or_default();
    let args = Args::new().with("mask", mask);
    let frame = Frame::new(
        app,
        visit,
        "other-profile",
        t.text("refusal-flow-not-yours-other-title"),
    )
    .refusing("flow-not-yours");
    let page = MessagePage::new(frame, t.clone())
        .say(t.text_with("refusal-flow-not-yours-other-text", &args))
        .door(Door::page(
            Weight::Main,
            t.text_with("refusal-flow-not-yours-other-next", &args),
            "/",
        ))
        .door(
            Door::form(
                Weight::Second,
                t.text("refusal-flow-not-yours-other-next-restart"),
                "/sign-out",
            )
            .with("then", "sign-in"),
        );
    let mut response = show(&page, StatusCode::FORBIDDEN)?;
    response
        .extensions_mut()
        .insert(RefusedWith("flow-not-yours"));
    Ok(response)
}

/// GET anything else.
pub(crate) async fn not_found() -> Problem {
    Problem::NotFound
}

/// A page that is there, by a method that it has not.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::MethodNotAllowed
}
