//! Every route of the API in one list, with who may use it: the router is made of it, the
//! `OpenAPI` file, and the matrix of rights that a test walks.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodFilter, on},
};
use utoipa::OpenApi;

use crate::{
    api::{
        admission::{Admission, admit},
        codes, flows, letters, openapi, own, places, session, ways,
    },
    web::state::AppState,
};

/// By which method a route is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiVerb {
    /// Reads. `HEAD` comes with it.
    Get,
    /// May change something; takes a JSON object.
    Post,
    /// Ends something; takes no body.
    Delete,
}

impl ApiVerb {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// The method's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it may change something.
    #[must_use]
    pub const fn is_unsafe(self) -> bool {
        !matches!(self, Self::Get)
    }
}

/// Who may use a route. Each contains the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Anybody.
    Anyone,
    /// Whoever keeps a secret: a program its own, a browser its cookie.
    Client,
    /// The one client to which the flow in the address belongs, and where the flow is bound to a
    /// session, that session. To all others the flow is not there.
    FlowClient,
    /// Whoever is signed in; sees what is their own.
    Owner,
    /// Whoever is signed in and to whom the flow in the address belongs.
    FlowOwner,
    /// Whoever is signed in and has proved themselves in the last five minutes; others are asked
    /// to do so (`step-up-needed`).
    RecentOwner,
    /// Whoever is a [`Self::RecentOwner`] and to whom the flow in the address belongs.
    RecentFlowOwner,
}

impl Right {
    /// Whether a session is asked for before anything else.
    #[must_use]
    pub const fn needs_session(self) -> bool {
        matches!(
            self,
            Self::Owner | Self::FlowOwner | Self::RecentOwner | Self::RecentFlowOwner
        )
    }
}

/// A route of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiRoute {
    /// Its method.
    pub verb: ApiVerb,
    /// Its path, with `{names}` for the parts that vary.
    pub path: &'static str,
    /// Who may use it.
    pub right: Right,
}

macro_rules! routes {
    ($($verb:ident $path:literal $right:ident => $module:ident::$handler:ident;)*) => {
        /// Every route of the API.
        pub const API_ROUTES: &[ApiRoute] = &[$(ApiRoute {
            verb: ApiVerb::$verb,
            path: $path,
            right: Right::$right,
        },)*];

        /// The `OpenAPI` description of the handlers, before what follows from the list.
        #[derive(OpenApi)]
        #[openapi(paths($($module::$handler,)*))]
        pub(super) struct Handlers;

        /// Adds the routes of the API to the router of the pages.
        pub(crate) fn routed(router: Router<AppState>, app: &AppState) -> Router<AppState> {
            router$(.route(
                $path,
                on(ApiVerb::$verb.filter(), $module::$handler).route_layer(from_fn_with_state(
                    Admission::new(app, Right::$right),
                    admit,
                )),
            ))*
        }
    };
}

routes! {
    Get "/api/v1/openapi.json" Anyone => openapi::file;
    Get "/api/v1/problems" Anyone => codes::list;
    Get "/api/v1/regions" Anyone => places::regions;
    Get "/api/v1/regions/{region}/localities" Anyone => places::localities;
    Get "/api/v1/regions/{region}/organizations" Anyone => places::organizations;
    Get "/api/v1/regions/{region}/ways" Anyone => places::sign_in_ways;
    Get "/api/v1/consent-texts/{version}" Anyone => places::consent_text;
    Post "/api/v1/clients" Anyone => session::client;
    Post "/api/v1/session" Client => session::sign_in;
    Get "/api/v1/session" Owner => session::show;
    Delete "/api/v1/session" Owner => session::sign_out;
    Post "/api/v1/session/step-up" Owner => session::step_up;
    Post "/api/v1/session/password" RecentOwner => session::change_password;
    Get "/api/v1/sessions" Owner => session::list;
    Delete "/api/v1/sessions" Owner => session::end_others;
    Delete "/api/v1/sessions/{session}" Owner => session::end;
    Post "/api/v1/restore" Client => letters::ask;
    Post "/api/v1/restore/look" Client => letters::look;
    Post "/api/v1/restore/password" Client => letters::set;
    Post "/api/v1/not-me/look" Client => letters::not_me_look;
    Post "/api/v1/not-me" Client => letters::not_me;
    Post "/api/v1/flows" Client => flows::begin;
    Post "/api/v1/providers/{provider}/answer" Client => flows::answer;
    Get "/api/v1/flows/{flow}" FlowClient => flows::show;
    Post "/api/v1/flows/{flow}/agree" FlowClient => flows::agree;
    Post "/api/v1/flows/{flow}/enter" FlowClient => flows::enter;
    Post "/api/v1/flows/{flow}/prove" FlowClient => flows::prove;
    Post "/api/v1/flows/{flow}/await-password" FlowClient => flows::await_password;
    Post "/api/v1/flows/{flow}/restore" FlowClient => letters::ask_in_flow;
    Post "/api/v1/flows/{flow}/confirm" RecentFlowOwner => flows::confirm;
    Post "/api/v1/flows/{flow}/move" RecentFlowOwner => flows::move_link;
    Post "/api/v1/flows/{flow}/replace" FlowClient => flows::replace;
    Post "/api/v1/flows/{flow}/contacts" FlowOwner => flows::contacts;
    Post "/api/v1/flows/{flow}/retry" FlowClient => flows::retry;
    Post "/api/v1/flows/{flow}/other-identity" FlowClient => flows::other_identity;
    Post "/api/v1/flows/{flow}/prolong" FlowClient => flows::prolong;
    Post "/api/v1/flows/{flow}/cancel" FlowClient => flows::cancel;
    Get "/api/v1/ways" Owner => ways::list;
    Post "/api/v1/ways/{provider}/link" RecentOwner => ways::link;
    Post "/api/v1/ways/{provider}/refresh" Owner => ways::refresh;
    Post "/api/v1/ways/{provider}/step-up" Owner => ways::step_up;
    Get "/api/v1/ways/{provider}/unlink" RecentOwner => ways::unlink_preview;
    Post "/api/v1/ways/{provider}/unlink" RecentOwner => ways::unlink;
    Get "/api/v1/profile" Owner => own::profile;
    Get "/api/v1/contacts" Owner => own::contacts;
    Post "/api/v1/contacts" Owner => own::keep_contacts;
    Get "/api/v1/consents" Owner => own::consents;
    Get "/api/v1/history" Owner => own::history;
}
