//! What stands between HTTP and the pages: who asks, whether they may, and what every answer
//! carries.

pub mod origin;
pub mod state;

pub(crate) mod agent;
pub(crate) mod cookies;
pub(crate) mod fields;
pub(crate) mod finish;
pub(crate) mod form_token;
pub(crate) mod guard;
pub(crate) mod here;
pub(crate) mod language;
pub(crate) mod next;
pub(crate) mod place;
pub(crate) mod problem;
pub mod starts;
pub(crate) mod told;
pub(crate) mod visit;
