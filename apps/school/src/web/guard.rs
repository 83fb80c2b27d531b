//! In front of every route: the host, the method, the browser, the session, and for whatever may
//! change something the origin, the type and the token (`threats.md` A1, A5, A12, G4, G5). What
//! is not admitted here reaches no handler.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use linking_core::{
    ports::Randomness,
    secret::Secret256,
    session::{Network, Visitor},
};

use crate::{
    i18n::Language,
    pages,
    telemetry::RequestId,
    web::{
        agent::agent_label,
        cookies::{self, CookieName},
        fields::{self, Fields, Form},
        form_token::{FormTokens, TOKEN_FIELD, TokenVerdict},
        next::NextAct,
        place::Place,
        problem::Problem,
        state::AppState,
        visit::{Visit, VisitParts},
    },
};

/// No form of ours is longer.
const MOST_BYTES: usize = 32 * 1024;

/// The browser's own secret, and whether it must be told.
struct Browser {
    secret: Secret256,
    known: bool,
    /// Two came: neither is believed, and none is put in their place.
    doubled: bool,
}

impl Browser {
    fn of(headers: &HeaderMap, random: &dyn Randomness) -> Self {
        match cookies::secret(headers, CookieName::Browser) {
            Some(secret) => Self {
                secret,
                known: true,
                doubled: false,
            },
            None => Self {
                secret: Secret256::draw(random),
                known: false,
                doubled: cookies::came(headers, CookieName::Browser)
                    && cookies::read(headers, CookieName::Browser).is_none(),
            },
        }
    }
}

/// The layer.
pub(crate) async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if let Err(problem) = check_address(&app, &request) {
        return problem.into_response();
    }
    if is_public(&request) {
        return next.run(request).await;
    }
    let browser = Browser::of(request.headers(), app.linking().random());
    let mut response = match admit(&app, &browser, request).await {
        Ok(request) => {
            let visit = request.extensions().get::<Visit>().cloned();
            with_visit(next.run(request).await, visit)
        }
        Err(answer) => answer,
    };
    let headers = response.headers_mut();
    let begins_session = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|cookie| cookie.as_bytes().starts_with(b"__Host-session="));
    if !browser.doubled && (!browser.known || begins_session) {
        cookies::set(headers, CookieName::Browser, &browser.secret.to_hex());
    }
    response
}

/// Leaves word of who asked, for the page of a problem.
fn with_visit(mut response: Response, visit: Option<Visit>) -> Response {
    if let Some(visit) = visit {
        response.extensions_mut().insert(visit);
    }
    response
}

/// The host is ours, and the method is one that we take.
fn check_address(app: &AppState, request: &Request) -> Result<(), Problem> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => request
            .uri()
            .authority()
            .map(axum::http::uri::Authority::as_str),
        (Some(_), Some(_)) => None,
    };
    if !host.is_some_and(|host| is_ours(app, host)) {
        return Err(Problem::WrongHost);
    }
    match *request.method() {
        Method::GET | Method::HEAD | Method::POST => Ok(()),
        _ => Err(Problem::MethodNotAllowed),
    }
}

/// Style, script, pictures and the pickers' lists are the same for everybody: who asks is not
/// looked up, and a form cannot be sent there.
fn is_public(request: &Request) -> bool {
    let path = request.uri().path();
    let public = path.starts_with("/static/") || path.starts_with("/places/");
    public && request.method() != Method::POST
}

/// Whether a `Host` header names our public address.
fn is_ours(app: &AppState, host: &str) -> bool {
    let address = &app.site().public_address;
    let host = host.to_ascii_lowercase();
    let default_port = if address.is_https() { ":443" } else { ":80" };
    host.strip_suffix(default_port).unwrap_or(&host) == address.authority()
}

async fn admit(app: &AppState, browser: &Browser, request: Request) -> Result<Request, Response> {
    let form = if request.method() == Method::POST {
        check_origin(app, request.headers()).map_err(IntoResponse::into_response)?;
        if !browser.known {
            return Err(Problem::NoCookies.into_response());
        }
        Some(())
    } else {
        None
    };
    let (mut parts, body) = request.into_parts();
    let visit = visit(app, browser, &parts)
        .await
        .map_err(IntoResponse::into_response)?;
    if form.is_some() {
        let stop = |problem: Problem| with_visit(problem.into_response(), Some(visit.clone()));
        let mut fields = read_form(body).await.map_err(&stop)?;
        let token = fields::take(&mut fields, TOKEN_FIELD);
        let tokens = FormTokens::new(app.linking().vault(), &browser.secret, visit.actor());
        match token.map(|token| tokens.judge(token.expose())) {
            None => return Err(stop(Problem::ForeignForm)),
            Some(TokenVerdict::Right) => {}
            Some(TokenVerdict::Wrong) => return Err(stop(Problem::StaleForm)),
            Some(TokenVerdict::OtherProfile) => {
                let page = pages::problem::other_profile(app, &visit);
                return Err(page.unwrap_or_else(IntoResponse::into_response));
            }
        }
        parts.extensions.insert(Form(fields));
    }
    parts.extensions.insert(visit);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// A form comes from a page of ours. Browsers of the last years say so in `Sec-Fetch-Site`, older
/// ones in `Origin`; whoever says neither sends no form of ours.
fn check_origin(app: &AppState, headers: &HeaderMap) -> Result<(), Problem> {
    let one = |name: &str| -> Result<Option<&str>, Problem> {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| Problem::ForeignForm),
            (Some(_), Some(_)) => Err(Problem::ForeignForm),
        }
    };
    let site = one("sec-fetch-site")?;
    let origin = one("origin")?;
    let own = |origin: &str| origin == app.site().public_address.origin();
    let from_us = match (site, origin) {
        (Some("same-origin"), None) => true,
        (Some("same-origin") | None, Some(origin)) => own(origin),
        (Some(_), _) | (None, None) => false,
    };
    let media_type = one("content-type")?.unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if from_us && media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Problem::ForeignForm)
    }
}

async fn read_form(body: Body) -> Result<Fields, Problem> {
    let bytes: Bytes = to_bytes(body, MOST_BYTES)
        .await
        .map_err(|_| Problem::TooLarge)?;
    Fields::parse(&bytes).ok_or(Problem::BadRequest)
}

async fn visit(
    app: &AppState,
    browser: &Browser,
    request: &axum::http::request::Parts,
) -> Result<Visit, Problem> {
    let (headers, extensions) = (&request.headers, &request.extensions);
    let linking = app.linking();
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let client = app.site().trusted_proxies.visitor(peer, &forwarded);
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let visitor = Visitor {
        browser: linking.browser_tag(&browser.secret),
        network: Network::of(client),
        agent: agent_label(agent),
        request: extensions.get::<RequestId>().map(ToString::to_string),
    };
    let actor = match cookies::secret(headers, CookieName::Session) {
        Some(secret) if browser.known => linking.actor(&visitor, &secret).await?,
        Some(_) | None => None,
    };
    let form_token = FormTokens::new(linking.vault(), &browser.secret, actor.as_ref()).make();
    let place = cookies::read(headers, CookieName::Place).map_or_else(Place::default, Place::read);
    let next = NextAct::from_code(cookies::read(headers, CookieName::Next));
    let language = extensions.get::<Language>().copied();
    Ok(Visit(Arc::new(VisitParts {
        visitor,
        actor,
        form_token,
        place,
        next,
        language: language.unwrap_or(app.site().diary.language),
    })))
}
