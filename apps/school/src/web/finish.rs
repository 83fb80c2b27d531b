//! Around every route: the headers of every answer, and a page for every problem
//! (`threats.md` G1, G2, G11).

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use linking_core::{
    ports::{HashError, StoreError},
    usecase::Fault,
};
use tracing::Instrument as _;

use crate::{
    api, pages,
    telemetry::RequestId,
    web::{here::way_back, language, problem::Problem, state::AppState, visit::Visit},
};

/// The policy of an answer that is no page: nothing may be loaded, run or framed.
const BARE_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'none'; sandbox";

/// On every answer. What a page has set for itself stays.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, BARE_POLICY),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), browsing-topics=(), camera=(), geolocation=(), gyroscope=(), \
         microphone=(), payment=(), usb=()",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// Lets a request come to its end whoever hangs up meanwhile: a password that was counted is looked
/// at, so that nobody guesses for nothing, and an answer of the provider that was claimed is
/// judged.
pub(crate) async fn to_the_end(request: Request, next: Next) -> Response {
    let running = tokio::spawn(next.run(request).in_current_span());
    running
        .await
        .unwrap_or_else(|_| Problem::Panic.into_response())
}

/// The layer.
pub(crate) async fn finish(
    State(app): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let back = way_back(request.uri().path());
    let is_api = api::is_api(request.uri().path());
    let known = request.extensions().get::<RequestId>().cloned();
    let id = known.unwrap_or_else(RequestId::draw);
    request.extensions_mut().insert(id.clone());
    let language = language::of(request.headers(), app.site().diary.language);
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    let visit = response.extensions_mut().remove::<Visit>();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        log(&problem, &id);
        let status = response.status();
        let allowed = response.headers().get(header::ALLOW).cloned();
        let cookies: Vec<HeaderValue> = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .cloned()
            .collect();
        response = if is_api {
            api::of_problem(&app, language, &problem, &id)
        } else {
            let reader = visit.as_ref().map_or_else(|| language.into(), Into::into);
            pages::problem::page(&app, &problem, &id, &back, reader)
        };
        *response.status_mut() = status;
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    language::tell(response.headers_mut(), language);
    dress(&app, response.headers_mut());
    response
}

/// The layer of routes that are no pages: the headers alone.
pub(crate) async fn dressed(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    dress(&app, response.headers_mut());
    response
}

fn dress(app: &AppState, headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if app.site().public_address.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// One line for the operator: what broke, never whose it was (`threats.md` H1).
pub(crate) fn log(problem: &Problem, id: &RequestId) {
    let request = id.as_str();
    match problem {
        Problem::Fault(Fault::Hash(HashError::Busy)) => {
            tracing::warn!(request, "no place for another password hash");
        }
        Problem::Fault(Fault::Store(StoreError::Conflict(on))) => {
            tracing::info!(request, on, "a record changed while a request was at work");
        }
        Problem::Fault(fault) => tracing::error!(request, %fault, "a request failed"),
        Problem::Contradiction(what) => tracing::error!(request, what, "a request failed"),
        Problem::Template => tracing::error!(request, "a page could not be drawn"),
        Problem::Panic => tracing::error!(request, "a request stopped in the middle"),
        Problem::WrongHost => tracing::debug!(request, "a request for another host"),
        Problem::TooManyStarts => {
            tracing::warn!(request, "a network began too many ways to a provider");
        }
        Problem::ForeignForm => tracing::warn!(request, "a form from elsewhere was refused"),
        Problem::BadRequest
        | Problem::TooLarge
        | Problem::NotFound
        | Problem::MethodNotAllowed
        | Problem::StaleForm
        | Problem::NoCookies => {}
    }
}
