//! The conformance kit: what every store and every identity provider must do, as named tests; a
//! store in memory; fakes of the other ports; sample people.
//!
//! A store runs the cases like this, each on a fresh, empty store:
//!
//! ```
//! use std::sync::Arc;
//! use linking_testkit::MemoryStore;
//!
//! linking_testkit::store_conformance!(async { Arc::new(MemoryStore::default()) });
//! # fn main() {}
//! ```
//!
//! An identity provider writes a [`provider::ProviderHarness`] around a peer that it can script,
//! and runs:
//!
//! ```ignore
//! linking_testkit::provider_conformance!(async { AcmeHarness::start().await });
//! ```
//!
//! The kit fails by panicking, as tests do.

pub mod counterpart;
mod fakes;
mod memory;
pub mod people;
pub mod provider;
pub mod store;

pub use fakes::{
    CountedIds, FixedClock, PlainHasher, Returned, ScriptedPeer, ScriptedProvider, SeededRandom,
    TestVault,
};
pub use memory::{Contents, Counted, EndedLink, Facts, MemoryStore};

/// Runs a case on a runtime of its own, with several threads: races are real.
///
/// # Panics
/// When the case does, or the system gives no threads.
#[expect(
    clippy::expect_used,
    reason = "a test without its runtime can only fail"
)]
pub fn run<T>(case: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("the system gives threads")
        .block_on(case)
}
