//! The pages: each loads what a use case gives, and draws it. No rule stands here.

pub(crate) mod assets;
pub(crate) mod consent;
pub(crate) mod contacts;
pub(crate) mod credentials;
pub(crate) mod flow;
pub(crate) mod frame;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod message;
pub(crate) mod not_me;
pub(crate) mod place;
pub(crate) mod places;
pub(crate) mod problem;
pub(crate) mod profile;
pub(crate) mod refusal;
pub(crate) mod restore;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod step_up;
