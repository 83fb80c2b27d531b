//! The pages, over the router, the use cases and the store: journeys, refusals, attacks.
#![allow(missing_docs, reason = "a test binary has no readers of docs")]

mod attacks;
mod browser;
mod journeys;
mod refusals;
mod steps;
mod world;
