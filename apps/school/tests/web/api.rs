//! The JSON API, over the router, the use cases and the store.

mod binding;
mod contract;
mod guessing;
mod intake;
mod journeys;
mod linking;
mod program;
mod repeats;
mod rights;
mod steps;
