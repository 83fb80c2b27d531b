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
    api,
    i18n::Language,
    pages,
    telemetry::{RefusedWith, RequestId},
    web::{
        agent::agent_label,
        cookies::{self, CookieName},
        fields::{self, Fields, Form},
        form_token::{FormTokens, TOKEN_FIELD, TokenVerdict},
        next::NextAct,
        place::Place,
        problem::Problem,
        state::AppState,
        told::Told,
        visit::{Visit, VisitParts},
    },
};

/// No form of ours is longer.
pub(crate) const MOST_BYTES: usize = 32 * 1024;

/// The browser's own secret, and whether it must be told.
pub(crate) struct Browser {
    pub(crate) secret: Secret256,
    pub(crate) known: bool,
    /// Two came: neither is believed, and none is put in their place.
    doubled: bool,
}

impl Browser {
    /// Tells the browser its secret, where it must know it.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let begins_session = headers
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|cookie| cookie.as_bytes().starts_with(b"__Host-session="));
        if !self.doubled && (!self.known || begins_session) {
            cookies::set(headers, CookieName::Browser, &self.secret.to_hex());
        }
    }

    /// The own secret of a program, or one that nobody has told it.
    pub(crate) fn of_program(secret: Option<Secret256>, random: &dyn Randomness) -> Self {
        Self {
            known: secret.is_some(),
            secret: secret.unwrap_or_else(|| Secret256::draw(random)),
            doubled: false,
        }
    }

    /// The secret in a browser's cookie, or a new one.
    pub(crate) fn of(headers: &HeaderMap, random: &dyn Randomness) -> Self {
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
    // The API admits requests at each of its routes, by its own table of rights.
    if is_public(&request) || api::is_api(request.uri().path()) {
        return next.run(request).await;
    }
    let browser = Browser::of(request.headers(), app.linking().random());
    let mut response = match admit(&app, &browser, request).await {
        Ok(request) => {
            let visit = request.extensions().get::<Visit>().cloned();
            let told = visit.as_ref().is_some_and(|visit| visit.told().is_some());
            let mut response = with_visit(next.run(request).await, visit);
            if told {
                // Told once. The press itself was logged as refused.
                cookies::remove(response.headers_mut(), CookieName::Told);
                response.extensions_mut().remove::<RefusedWith>();
            }
            response
        }
        Err(answer) => answer,
    };
    browser.tell(response.headers_mut());
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
        // The API's routes say themselves which they take.
        _ if api::is_api(request.uri().path()) => Ok(()),
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

/// Of what page a request is, as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentFrom {
    /// Of one of ours.
    Us,
    /// Of another one, or it says two things at once.
    Elsewhere,
    /// It says nothing: no browser of today, or an old one.
    Nowhere,
}

/// Browsers of the last years say in `Sec-Fetch-Site` whose page sends a request, older ones in
/// `Origin`.
pub(crate) fn sent_from(app: &AppState, headers: &HeaderMap) -> SentFrom {
    let (Ok(site), Ok(origin)) = (one(headers, "sec-fetch-site"), one(headers, "origin")) else {
        return SentFrom::Elsewhere;
    };
    let own = |origin: &str| origin == app.site().public_address.origin();
    match (site, origin) {
        (Some("same-origin"), None) => SentFrom::Us,
        (Some("same-origin") | None, Some(origin)) if own(origin) => SentFrom::Us,
        (None, None) => SentFrom::Nowhere,
        (Some(_), _) | (None, Some(_)) => SentFrom::Elsewhere,
    }
}

/// A header came twice, or is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OddHeader;

/// A header that may come once.
pub(crate) fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, OddHeader> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| OddHeader),
        (Some(_), Some(_)) => Err(OddHeader),
    }
}

/// Whether the one `Content-Type` is this one, whatever its parameters.
pub(crate) fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let Ok(Some(media_type)) = one(headers, "content-type") else {
        return false;
    };
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case(wanted)
}

/// A form comes from a page of ours; whoever does not say from where sends none.
fn check_origin(app: &AppState, headers: &HeaderMap) -> Result<(), Problem> {
    let is_form = is_of_type(headers, "application/x-www-form-urlencoded");
    if sent_from(app, headers) == SentFrom::Us && is_form {
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

/// Who sends a request, by the secret that its browser or program keeps.
pub(crate) fn visitor(
    app: &AppState,
    secret: &Secret256,
    headers: &HeaderMap,
    extensions: &axum::http::Extensions,
) -> Visitor {
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
    Visitor {
        browser: app.linking().browser_tag(secret),
        browser_by_other_keys: app.linking().other_browser_tags(secret),
        network: Network::of(client),
        agent: agent_label(agent),
        computer: app.site().shared_computers.at(client),
        request: extensions.get::<RequestId>().map(ToString::to_string),
    }
}

async fn visit(
    app: &AppState,
    browser: &Browser,
    request: &axum::http::request::Parts,
) -> Result<Visit, Problem> {
    let (headers, extensions) = (&request.headers, &request.extensions);
    let linking = app.linking();
    let visitor = visitor(app, &browser.secret, headers, extensions);
    let actor = match cookies::secret(headers, CookieName::Session) {
        Some(secret) if browser.known => linking.actor(&visitor, &secret).await?,
        Some(_) | None => None,
    };
    let visitor = match &actor {
        Some(actor) => visitor.on(actor.session.value.computer),
        None => visitor,
    };
    let form_token = FormTokens::new(linking.vault(), &browser.secret, actor.as_ref()).make();
    let place = cookies::read(headers, CookieName::Place).map_or_else(Place::default, Place::read);
    let next = NextAct::from_code(cookies::read(headers, CookieName::Next));
    let language = extensions.get::<Language>().copied();
    let told = Told::read(
        linking.vault(),
        &visitor.browser,
        &request.method,
        request.uri.path(),
        headers,
    );
    Ok(Visit(Arc::new(VisitParts {
        visitor,
        actor,
        form_token,
        place,
        next,
        language: language.unwrap_or(app.site().diary.language),
        told,
    })))
}
