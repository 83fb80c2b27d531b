//! The adapter against the ESIA simulator: over TCP, through its screens. Each step runs on an
//! adapter of its own, as on another server or after a restart.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod browser;
mod conformance;
mod faults;
mod journeys;
mod site;
mod tls;
mod transport;
