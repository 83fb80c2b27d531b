//! Stand-ins for clock, identifiers, randomness, hasher, vault and provider. None of them
//! protects anything.

mod ambient;
mod hasher;
mod scripted;
mod vault;

pub use ambient::{CountedIds, FixedClock, SeededRandom};
pub use hasher::PlainHasher;
pub use scripted::{Returned, ScriptedPeer, ScriptedProvider};
pub use vault::TestVault;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a test has failed while it held the lock.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
