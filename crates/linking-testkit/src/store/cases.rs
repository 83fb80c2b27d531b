//! The cases, by what they look at. Each takes a fresh, empty store and panics where the store is
//! wrong.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a case fails by panicking"
)]

pub mod accounts;
pub mod attempts;
pub mod changes;
pub mod directory;
pub mod families;
pub mod flows;
pub mod history;
pub mod last_way;
pub mod letters;
pub mod links;

pub mod races;
pub mod register;
pub mod sessions;
pub mod sweep;
pub mod trail;
