//! Every route of the pages in one list (the API has its own): the router is made of it, and so are the tests that hold each of
//! them to the same rules (`threats.md` G1, G4, G5).

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, on},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    api,
    pages::{
        assets, contacts, flow, help, home, language, not_me, places, problem, restore, settings,
        sign_in, sign_out, step_up,
    },
    web::{
        finish::{finish, to_the_end},
        guard::guard,
        problem::Problem,
        state::AppState,
    },
};

/// By which method a route is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads; changes nothing but a flow's record. `HEAD` comes with it.
    Get,
    /// May change something: the guard asks for our origin, a form, and its token.
    Post,
}

impl Verb {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
        }
    }

    /// Whether the guard asks for the token of a form.
    #[must_use]
    pub const fn needs_form_token(self) -> bool {
        matches!(self, Self::Post)
    }
}

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub verb: Verb,
    /// Its path, with `{names}` for the parts that vary.
    pub path: &'static str,
}

macro_rules! routes {
    ($($verb:ident $path:literal => $handler:path;)*) => {
        /// Every route of the program.
        pub const ROUTES: &[Route] = &[$(Route { verb: Verb::$verb, path: $path },)*];

        fn routed() -> Router<AppState> {
            Router::new()$(.route($path, on(Verb::$verb.filter(), $handler)))*
        }
    };
}

routes! {
    Get "/" => home::open;
    Get "/sign-in" => sign_in::school;
    Post "/sign-in" => sign_in::submit_school;
    Get "/sign-in/authority" => sign_in::authority;
    Post "/sign-in/authority" => sign_in::submit_authority;
    Post "/sign-in/{provider}" => sign_in::start;
    Get "/auth/{provider}/callback" => flow::callback;
    Get "/places/regions" => places::regions;
    Get "/places/localities" => places::localities;
    Get "/places/organizations" => places::organizations;
    Get "/restore" => restore::open;
    Post "/restore" => restore::submit;
    Get "/restore/sent" => restore::sent;
    Get "/restore/done" => restore::done;
    Get "/restore/{ticket}" => restore::ticket;
    Post "/restore/{ticket}" => restore::set;
    Get "/not-me/{ticket}" => not_me::open;
    Post "/not-me/{ticket}" => not_me::submit;
    Get "/flow/{id}" => flow::present;
    Get "/flow/{id}/provider" => flow::provider;
    Get "/flow/{id}/checking" => flow::checking;
    Get "/flow/{id}/again" => flow::again;
    Get "/flow/{id}/not-linked" => flow::not_linked;
    Get "/flow/{id}/prove" => flow::prove_page;
    Get "/flow/{id}/restore" => flow::restore_page;
    Get "/flow/{id}/who" => flow::who;
    Get "/flow/{id}/step-up" => flow::step_up_page;
    Get "/flow/{id}/move" => flow::move_page;
    Get "/flow/{id}/replace" => flow::replace_page;
    Get "/flow/{id}/contacts" => flow::contacts;
    Get "/flow/{id}/done" => flow::done;
    Get "/flow/{id}/refused" => flow::refused;
    Post "/flow/{id}/restore" => flow::await_password;
    Post "/flow/{id}/agree" => flow::agree;
    Post "/flow/{id}/prove" => flow::submit_proof;
    Post "/flow/{id}/confirm" => flow::confirm;
    Post "/flow/{id}/enter" => flow::enter;
    Post "/flow/{id}/step-up" => flow::step_up;
    Post "/flow/{id}/move" => flow::submit_move;
    Post "/flow/{id}/replace" => flow::submit_replace;
    Post "/flow/{id}/contacts" => flow::keep;
    Post "/flow/{id}/retry" => flow::retry;
    Post "/flow/{id}/prolong" => flow::prolong;
    Post "/flow/{id}/cancel" => flow::cancel;
    Post "/flow/{id}/other-identity" => flow::other_identity;
    Get "/settings" => settings::open;
    Get "/settings/contacts" => contacts::settings;
    Post "/settings/contacts" => contacts::keep;
    Get "/settings/contacts/kept" => contacts::kept;
    Get "/settings/history" => settings::history::open;
    Post "/settings/sessions/end" => settings::sessions::end;
    Get "/settings/password" => settings::password::open;
    Post "/settings/password" => settings::password::submit;
    Get "/settings/password/changed" => settings::password::changed;
    Get "/settings/step-up" => step_up::open;
    Post "/settings/step-up" => step_up::submit;
    Post "/settings/ways/{provider}/link" => settings::ways::link;
    Post "/settings/ways/{provider}/refresh" => settings::ways::refresh;
    Post "/settings/ways/{provider}/step-up" => step_up::by_provider;
    Get "/settings/ways/{provider}/unlink" => settings::unlink::open;
    Post "/settings/ways/{provider}/unlink" => settings::unlink::submit;
    Get "/settings/ways/{provider}/unlinked" => settings::unlink::done;
    Post "/sign-out" => sign_out::submit;
    Get "/signed-out" => sign_out::done;
    Get "/help" => help::index;
    Get "/help/{topic}" => help::topic;
    Get "/privacy" => help::privacy;
    Get "/terms" => help::terms;
    Get "/consents/{version}" => help::consent;
    Post "/language" => language::choose;
    Get "/static/logo" => assets::logo;
    Get "/static/{file}" => assets::serve;
}

/// The router of the pages and of the API, with everything that stands round them. Routes that
/// are neither (health, metrics) belong beside it.
pub fn router(state: AppState) -> Router {
    api::routed(routed(), &state)
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Problem::Panic)
        }))
        .layer(from_fn(to_the_end))
        .layer(from_fn_with_state(state.clone(), guard))
        .layer(from_fn_with_state(state.clone(), finish))
        .with_state(state)
}
