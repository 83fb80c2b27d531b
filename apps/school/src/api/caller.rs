//! Who sends a request: a program with its secrets in headers, or a browser with its cookies.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use linking_core::{
    ports::Randomness,
    secret::Secret256,
    session::{Actor, Visitor},
};

use crate::{
    api::trouble::Trouble,
    web::{
        cookies::{self, CookieName},
        guard::{Browser, one},
        problem::Problem,
        visit::{SignedIn, Visit},
    },
};

/// The header with a program's own secret: to it flows and sessions are bound, as a browser's are
/// to its cookie (RFC 8252, `threats.md` A18).
pub(super) const CLIENT_HEADER: HeaderName = HeaderName::from_static("svyazka-client");

/// Where a caller keeps its secrets: there it gets new ones too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// In cookies.
    Cookies,
    /// By itself; it sends them in headers.
    Tokens,
}

/// The secrets of a request.
pub(super) struct Credentials {
    pub(super) keeps: Keeps,
    /// The browser's or program's own.
    pub(super) own: Browser,
    /// The session's.
    pub(super) session: Option<Secret256>,
}

impl Credentials {
    /// Reads them: a request that has one of the headers is a program's, and its cookies count
    /// for nothing. What does not read is not there.
    pub(super) fn of(headers: &HeaderMap, random: &dyn Randomness) -> Self {
        let is_program =
            headers.contains_key(CLIENT_HEADER) || headers.contains_key(header::AUTHORIZATION);
        if !is_program {
            return Self {
                keeps: Keeps::Cookies,
                own: Browser::of(headers, random),
                session: cookies::secret(headers, CookieName::Session),
            };
        }
        let text = |name: &HeaderName| one(headers, name.as_str()).ok().flatten();
        let bearer = text(&header::AUTHORIZATION).and_then(|value| {
            let (scheme, secret) = value.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| Secret256::from_hex(secret.trim()))?
        });
        Self {
            keeps: Keeps::Tokens,
            own: Browser::of_program(text(&CLIENT_HEADER).and_then(Secret256::from_hex), random),
            session: bearer,
        }
    }
}

/// Who sends a request. Made by the admission alone.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) visit: Visit,
    pub(super) keeps: Keeps,
}

impl Caller {
    pub(super) fn visitor(&self) -> &Visitor {
        self.visit.visitor()
    }

    pub(super) fn actor(&self) -> Option<&Actor> {
        self.visit.actor()
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::Contradiction("a request came past the admission"))
    }
}

/// A caller that is signed in.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) caller: Caller,
    pub(super) actor: Actor,
}

impl Owner {
    /// The same, as the pages know it.
    pub(super) fn signed_in(&self) -> SignedIn {
        SignedIn {
            visit: self.caller.visit.clone(),
            actor: self.actor.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Owner {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let caller = Caller::from_request_parts(parts, state).await?;
        match caller.actor().cloned() {
            Some(actor) => Ok(Self { caller, actor }),
            None => Err(Trouble::NotSignedIn),
        }
    }
}
