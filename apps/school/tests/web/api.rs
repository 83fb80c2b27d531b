//! The JSON API, over the router, the use cases and the store.

mod binding;
mod contract;
mod doors;
mod guessing;
mod intake;
mod journeys;
mod letters;
mod linking;
mod own_password;
mod program;
mod repeats;
mod rights;
mod shared;
mod starts;
mod steps;
mod taken;
mod two_servers;
