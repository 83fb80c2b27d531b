//! Time, identifiers and randomness that a test sets.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use linking_core::{
    ports::{Clock, IdSource, Randomness},
    time::Timestamp,
};
use uuid::Uuid;

use super::locked;
use crate::people::START;

/// A clock that stands until it is set.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows an instant.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, now: Timestamp) {
        *locked(&self.0) = now;
    }

    /// Moves it on, or back by a negative span.
    pub fn advance(&self, by: TimeDelta) {
        *locked(&self.0) += by;
    }
}

impl Default for FixedClock {
    /// Shows [`START`].
    fn default() -> Self {
        Self::at(START)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *locked(&self.0)
    }
}

/// Identifiers that count up: they rise as those of version 7 do, and a test can foretell them.
#[derive(Debug)]
pub struct CountedIds(AtomicU64);

impl CountedIds {
    /// The first identifier will have this number.
    #[must_use]
    pub const fn starting_at(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl CountedIds {
    /// The number of the next identifier.
    pub(crate) fn reached(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for CountedIds {
    /// Counts from 1.
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

/// Octets that look random and are the same in every run (the generator
/// `SplitMix64`).
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// What it gives depends on the seed alone.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Default for SeededRandom {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Randomness for SeededRandom {
    fn fill(&self, out: &mut [u8]) {
        for part in out.chunks_mut(8) {
            for (octet, random) in part.iter_mut().zip(self.next().to_le_bytes()) {
                *octet = random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_until_it_is_moved() {
        let clock = FixedClock::default();
        assert_eq!(clock.now(), clock.now());
        clock.advance(TimeDelta::minutes(15));
        assert_eq!(clock.now(), START + TimeDelta::minutes(15));
        clock.set(START);
        assert_eq!(clock.now(), START);
    }

    #[test]
    fn ids_rise() {
        let ids = CountedIds::default();
        assert!(ids.next() < ids.next());
    }

    /// The first outputs for seed 0, as published with the generator.
    #[test]
    fn one_seed_gives_one_sequence() {
        let random = SeededRandom::new(0);
        let mut octets = [0; 16];
        random.fill(&mut octets);
        let (first, second) = octets.split_at(8);
        assert_eq!(first, 0xE220_A839_7B1D_CDAF_u64.to_le_bytes());
        assert_eq!(second, 0x6E78_9E6A_A1B9_65F4_u64.to_le_bytes());
        let mut other = [0; 3];
        SeededRandom::new(0).fill(&mut other);
        assert_eq!(other, octets[..3]);
    }
}
