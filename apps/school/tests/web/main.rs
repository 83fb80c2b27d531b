//! The pages, over the router, the use cases and the store: journeys, refusals, attacks.
#![allow(missing_docs, reason = "a test binary has no readers of docs")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    clippy::type_complexity,
    reason = "what a test stands on may fail by a panic, in helpers as in tests"
)]

mod attacks;
mod browser;
mod journeys;
mod refusals;
mod steps;
mod world;
