//! Whole-system tests that need nothing but the source.

#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on may fail by a panic, in helpers as in tests"
)]

mod architecture;
