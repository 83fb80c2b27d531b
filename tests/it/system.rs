//! The whole system under test: journeys in a browser, attacks over HTTP, servers killed between
//! steps. Behind the feature `system` until it is part of the gate:
//!
//! ```sh
//! cargo build -p linking-school && cargo nextest run -p linking-tests --features system
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on may fail by a panic, in helpers as in tests"
)]

mod attacks;
mod browser;
mod client;
mod gosuslugi;
mod journeys;
mod kills;
mod stand;
mod statements;
