//! A model of the site that a checker searches whole: two people, two browsers, two servers, a
//! school and a clock, and in every order whatever they do at the same time.
//!
//! Nothing of the rules is written anew. A request **is** the use case of
//! [`linking_core::usecase::Linking`], as the pages call it, over the memory store that passes the
//! conformance suite. A future cannot be copied, and a search needs copies; so a request under way
//! is kept as what it is made of, with the answers that the store gave it so far
//! ([`replay::Replay`]). To take it one step on, it is run again from its beginning: the answers
//! that it has are given to it again, the next call reaches the store, and at the call after that
//! it is put away. One step is therefore one call of the store, everything else of a request
//! happens between two calls, and what a server has read and not yet written is exactly what it
//! was told.
//!
//! The state of the search ([`world::World`]) is what the store holds, what each request under way
//! has read, what the browsers keep and show, which providers each server has on, and the time.
//! [`judge`] looks at each step, [`scenario`] says from where the search begins and how far it
//! goes. `docs/decisions/0008-the-model.md` tells what is searched and what is not.

#![expect(
    clippy::indexing_slicing,
    clippy::large_enum_variant,
    clippy::match_same_arms,
    clippy::unused_self,
    reason = "a program of tests: it fails by panicking, keeps a copy of everything, and says one \
              case to a line"
)]

mod browser;
mod digest;
mod judge;
mod model;
mod people;
mod replay;
mod request;
pub mod scenario;
mod world;

pub use model::{Site, search};
pub use scenario::Scenario;

#[cfg(test)]
mod tests;
