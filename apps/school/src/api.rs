//! The JSON API `/api/v1`: all that the pages do, by the same use cases (`docs/api.md`).
//!
//! A program keeps two secrets as a browser keeps two cookies: its own, to which flows are bound
//! (`Svyazka-Client`), and that of its session (`Authorization: Bearer`). A browser on our own
//! pages sends its cookies instead.

mod admission;
mod body;
mod caller;
mod codes;
mod flow_answer;
mod flow_shape;
mod flows;
mod letters;
mod openapi;
mod own;
mod places;
mod problem;
mod repeat;
mod routes;
mod session;
mod shapes;
mod tree;
mod trouble;
mod ways;

pub use openapi::document;
pub use routes::{API_ROUTES, ApiRoute, ApiVerb, Right};

pub(crate) use problem::of_problem;
pub(crate) use routes::routed;

/// Whether an address is the API's: its answers are JSON, its errors too.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
