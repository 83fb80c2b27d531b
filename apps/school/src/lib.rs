//! The HTTP app for schools and regions.

pub mod api;
pub mod app;
pub mod commands;
pub mod ends;
mod flow_response;
pub mod health;
pub mod i18n;
pub mod import;
pub mod installation;
mod letters;
pub mod metrics;
mod pages;
pub mod passwords;
pub mod post;
pub mod providers;
pub mod readiness;
pub mod router;
pub mod settings;
pub mod telemetry;
#[cfg(feature = "otlp")]
mod traces;
pub mod web;
