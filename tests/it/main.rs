//! Whole-system tests: one binary, so that the system is linked once.

#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on may fail by a panic, in helpers as in tests"
)]

mod architecture;
mod attacks;
mod browser;
mod client;
mod gosuslugi;
mod journeys;
mod kills;
mod stand;
mod statements;
