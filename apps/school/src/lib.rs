//! The HTTP app for schools and regions.

pub mod api;
pub mod app;
pub mod commands;
mod flow_response;
pub mod health;
pub mod i18n;
pub mod import;
pub mod installation;
mod letters;
mod pages;
pub mod passwords;
pub mod post;
pub mod providers;
pub mod router;
pub mod settings;
pub mod telemetry;
pub mod web;
