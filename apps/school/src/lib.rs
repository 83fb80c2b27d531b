//! The HTTP app for schools and regions.

pub mod i18n;
pub mod settings;
