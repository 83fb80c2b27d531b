//! The HTTP app for schools and regions.

mod flow_response;
pub mod health;
pub mod i18n;
pub mod import;
mod pages;
pub mod passwords;
pub mod router;
pub mod settings;
pub mod telemetry;
pub mod web;
