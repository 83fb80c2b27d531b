//! Who sends a request: the browser, its session, its last place.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use linking_core::session::{Actor, Computer, Visitor};

use crate::{
    i18n::Language,
    web::{
        cookies::{self, CookieName},
        next::{NextAct, ReturnTo},
        place::Place,
        problem::Problem,
        told::Told,
    },
};

/// Who sends a request. Made by the guard alone; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Visit(pub(in crate::web) Arc<VisitParts>);

/// What the guard found out.
#[derive(Debug)]
pub(in crate::web) struct VisitParts {
    pub(in crate::web) visitor: Visitor,
    pub(in crate::web) actor: Option<Actor>,
    pub(in crate::web) form_token: String,
    pub(in crate::web) place: Place,
    pub(in crate::web) next: NextAct,
    pub(in crate::web) language: Language,
    pub(in crate::web) told: Option<Told>,
}

impl Visit {
    /// A visit of a program: it keeps neither a place nor a page's token.
    pub(crate) fn of_program(visitor: Visitor, actor: Option<Actor>, language: Language) -> Self {
        Self(Arc::new(VisitParts {
            visitor,
            actor,
            form_token: String::new(),
            place: Place::default(),
            next: NextAct::default(),
            language,
            told: None,
        }))
    }

    /// The browser, for the use cases.
    pub(crate) fn visitor(&self) -> &Visitor {
        &self.0.visitor
    }

    /// Whether nothing of this visit is to be remembered.
    pub(crate) fn is_on_shared_computer(&self) -> bool {
        self.0.visitor.computer.is_shared()
    }

    /// Keeps a place for the next visit; on a shared computer nothing is kept.
    pub(crate) fn remember(&self, headers: &mut HeaderMap, computer: Computer, place: &Place) {
        if self.0.visitor.computer.or(computer).is_shared() {
            if self.0.place != Place::default() {
                cookies::remove(headers, CookieName::Place);
            }
        } else {
            cookies::set(headers, CookieName::Place, &place.write());
        }
    }

    /// Who is signed in, if anybody.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        self.0.actor.as_ref()
    }

    /// The token for every form of the page.
    pub(crate) fn form_token(&self) -> &str {
        &self.0.form_token
    }

    /// The last chosen place.
    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    /// What the last press led to, where this page is the one to tell it.
    pub(crate) fn told(&self) -> Option<&Told> {
        self.0.told.as_ref()
    }

    /// What to go on with after a step-up at a provider.
    pub(crate) fn next(&self) -> &NextAct {
        &self.0.next
    }
}

/// A page is in the language of whoever asked for it.
impl From<&Visit> for Language {
    fn from(visit: &Visit) -> Self {
        visit.0.language
    }
}

impl From<&SignedIn> for Language {
    fn from(signed_in: &SignedIn) -> Self {
        Self::from(&signed_in.visit)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::Contradiction("a request came past the guard"))
    }
}

/// A visit of somebody who is signed in; whoever is not goes to the sign-in page.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// The visit.
    pub(crate) visit: Visit,
    /// Who acts.
    pub(crate) actor: Actor,
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        match visit.actor().cloned() {
            Some(actor) => Ok(Self { visit, actor }),
            None => Err(to_sign_in(ReturnTo::of_path(parts.uri.path()))),
        }
    }
}

/// The way to the sign-in page and back.
pub(crate) fn to_sign_in(page: ReturnTo) -> Response {
    match page {
        ReturnTo::Home => Redirect::to("/sign-in").into_response(),
        other => Redirect::to(&format!("/sign-in?to={}", other.code())).into_response(),
    }
}
