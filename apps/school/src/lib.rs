//! The HTTP app for schools and regions.

pub mod health;
pub mod i18n;
pub mod import;
pub mod passwords;
pub mod settings;
pub mod telemetry;
