//! Counters of wrong passwords (`threats.md` F1, F6).

use linking_core::{
    ports::{AttemptCount, AttemptLimit, AttemptVerdict, Tag, Tried},
    time::Timestamp,
};

use super::{Counted, records::Records};

/// A counter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter {
    count: AttemptCount,
    ends_at: Timestamp,
}

impl Counter {
    /// As whoever compares whole stores sees it.
    pub(super) const fn counted(&self, key: Tag) -> Counted {
        Counted {
            key,
            count: self.count,
            ends_at: self.ends_at,
        }
    }

    /// Whether it says nothing any more.
    pub(super) fn is_old(&self, now: Timestamp) -> bool {
        self.ends_at <= now
    }
}

impl Records {
    /// Counts one try on each counter, or on none where one is shut.
    pub(super) fn count_attempt(
        &mut self,
        limits: &[AttemptLimit],
        tried: Tried,
        now: Timestamp,
    ) -> AttemptVerdict {
        let known = |key| {
            self.attempts
                .get(key)
                .map(|counter: &Counter| counter.count)
        };
        let shut = limits
            .iter()
            .filter_map(|limit| known(&limit.key)?.shut(limit, now));
        if let Some(until) = shut.max() {
            return AttemptVerdict::Paused { until };
        }
        let mut last = None;
        for limit in limits {
            let before = self.attempts.get(&limit.key).map(|counter| counter.count);
            let before = before.unwrap_or_else(|| AttemptCount::new(now));
            let (count, pause) = before.counted(limit, tried, now);
            last = last.max(pause);
            let ends_at = count.ends_at(limit, now);
            self.attempts.insert(limit.key, Counter { count, ends_at });
        }
        AttemptVerdict::Go { last }
    }

    /// A begun try stands.
    pub(super) fn stand_attempt(&mut self, key: &Tag, begun_at: Timestamp) {
        if let Some(counter) = self.attempts.get_mut(key) {
            counter.count = counter.count.stands(begun_at);
        }
    }

    /// Takes one begun try back.
    pub(super) fn return_attempt(&mut self, key: &Tag, begun_at: Timestamp) {
        if let Some(counter) = self.attempts.get_mut(key) {
            counter.count = counter.count.returned(begun_at);
        }
    }
}
