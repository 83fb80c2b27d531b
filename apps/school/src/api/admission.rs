//! In front of every route of the API: who calls, whether the route is theirs, and for whatever
//! may change something where it comes from, its type, and whether it was done already
//! (`threats.md` A1, A5, G4, G6, G15).

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use linking_core::session::Visitor;

use crate::{
    api::{
        caller::{Caller, Credentials, Keeps},
        problem,
        repeat::{self, Said},
        routes::Right,
        trouble::Trouble,
    },
    i18n::Language,
    telemetry::RequestId,
    web::{
        guard::{self, MOST_BYTES, SentFrom, is_of_type, one, sent_from},
        problem::Problem,
        state::AppState,
        visit::Visit,
    },
};

const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// No key of a sender is longer.
const MOST_KEY: usize = 128;

/// What the layer of a route knows.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    app: AppState,
    right: Right,
}

impl Admission {
    pub(super) fn new(app: &AppState, right: Right) -> Self {
        Self {
            app: app.clone(),
            right,
        }
    }
}

/// The octets of a body that was admitted.
#[derive(Debug, Clone)]
pub(super) struct RawBody(pub(super) Bytes);

/// The layer of a route.
pub(super) async fn admit(
    State(Admission { app, right }): State<Admission>,
    request: Request,
    next: Next,
) -> Response {
    let known = request.extensions().get::<RequestId>().cloned();
    let id = known.unwrap_or_else(RequestId::draw);
    let language = request.extensions().get::<Language>().copied();
    let language = language.unwrap_or(app.site().diary.language);
    let credentials = Credentials::of(request.headers(), app.linking().random());
    let response = match serve(&app, right, &credentials, request, next, (&id, language)).await {
        Ok(response) => response,
        Err(trouble) => trouble.into_response(),
    };
    let mut response = problem::complete(&app, language, response, &id);
    if right != Right::Anyone && credentials.keeps == Keeps::Cookies {
        credentials.own.tell(response.headers_mut());
    }
    response
}

async fn serve(
    app: &AppState,
    right: Right,
    credentials: &Credentials,
    request: Request,
    next: Next,
    (id, language): (&RequestId, Language),
) -> Result<Response, Trouble> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes {
        check_origin(app, request.headers(), credentials.keeps, right)?;
    }
    let (mut parts, body) = request.into_parts();
    if right == Right::Anyone {
        let body = admitted_body(&parts.method, &parts.headers, body).await?;
        parts.extensions.insert(RawBody(body));
        return Ok(next.run(Request::from_parts(parts, Body::empty())).await);
    }
    if !credentials.own.known {
        return Err(Trouble::NoClient);
    }
    let visitor = guard::visitor(
        app,
        &credentials.own.secret,
        &parts.headers,
        &parts.extensions,
    );
    let actor = match &credentials.session {
        Some(secret) => app
            .linking()
            .actor(&visitor, secret)
            .await
            .map_err(Problem::from)?,
        None => None,
    };
    let key = if changes {
        repeat_key(&parts.headers)?
    } else {
        None
    };
    // Whoever repeats what ended their own session is told what came of it, and nobody else is:
    // the session's secret is a part of what was said.
    let may_come_in = actor.is_some() || !right.needs_session();
    if !may_come_in && key.is_none() {
        return Err(Trouble::NotSignedIn);
    }
    let body = admitted_body(&parts.method, &parts.headers, body).await?;
    let browser = visitor.browser;
    let said = key.map(|key| Said {
        browser,
        key,
        digest: said_by(&parts.method, &parts.uri, credentials, &body),
    });
    parts.extensions.insert(RawBody(body));
    parts
        .extensions
        .insert(caller(visitor, actor, credentials, language));
    let request = Request::from_parts(parts, Body::empty());
    let run = async move {
        if may_come_in {
            next.run(request).await
        } else {
            Trouble::NotSignedIn.into_response()
        }
    };
    match said {
        Some(said) => repeat::once(app, said, (id, language), run).await,
        None => Ok(run.await),
    }
}

fn caller(
    visitor: Visitor,
    actor: Option<linking_core::session::Actor>,
    credentials: &Credentials,
    language: Language,
) -> Caller {
    Caller {
        visit: Visit::of_program(visitor, actor, language),
        keeps: credentials.keeps,
    }
}

/// A page of another site can send neither our headers nor JSON without our leave, which nobody
/// gets; and whatever browsers say of a request's page must be ours all the same.
fn check_origin(
    app: &AppState,
    headers: &HeaderMap,
    keeps: Keeps,
    right: Right,
) -> Result<(), Trouble> {
    match (sent_from(app, headers), keeps) {
        (SentFrom::Us, _) | (SentFrom::Nowhere, Keeps::Tokens) => Ok(()),
        (SentFrom::Nowhere, Keeps::Cookies) if right == Right::Anyone => Ok(()),
        // Neither cookies nor headers: what is missing is told, and nothing can be done.
        (SentFrom::Nowhere, Keeps::Cookies) if !headers.contains_key("cookie") => {
            Err(Trouble::NoClient)
        }
        (SentFrom::Nowhere, Keeps::Cookies) | (SentFrom::Elsewhere, _) => {
            Err(Trouble::ForeignRequest)
        }
    }
}

async fn admitted_body(method: &Method, headers: &HeaderMap, body: Body) -> Result<Bytes, Trouble> {
    if *method == Method::POST && !is_of_type(headers, "application/json") {
        return Err(Trouble::MediaType);
    }
    if headers.contains_key("content-encoding") {
        return Err(Trouble::MediaType);
    }
    to_bytes(body, MOST_BYTES)
        .await
        .map_err(|_| Problem::TooLarge.into())
}

/// The sender's key: visible ASCII, with or without the quotes of a structured field.
fn repeat_key(headers: &HeaderMap) -> Result<Option<String>, Trouble> {
    let Some(text) = one(headers, KEY_HEADER.as_str()).map_err(|_| Trouble::BadKey)? else {
        return Ok(None);
    };
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let key = quoted.unwrap_or(text);
    let signs = key.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    let sound = (1..=MOST_KEY).contains(&key.len()) && signs;
    if sound {
        Ok(Some(key.to_owned()))
    } else {
        Err(Trouble::BadKey)
    }
}

/// Everything that a request says: what must be the same when it is repeated.
fn said_by(
    method: &Method,
    uri: &axum::http::Uri,
    credentials: &Credentials,
    body: &[u8],
) -> Vec<u8> {
    let session = credentials.session.as_ref();
    let parts: [&[u8]; 4] = [
        method.as_str().as_bytes(),
        uri.path_and_query()
            .map_or(&[], |path| path.as_str().as_bytes()),
        session.map_or(&[], |secret| secret.expose().as_slice()),
        body,
    ];
    let mut said = Vec::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        said.extend_from_slice(&length.to_be_bytes());
        said.extend_from_slice(part);
    }
    said
}
