//! Counters of wrong passwords (`threats.md` F1, F6).

use linking_core::{
    ports::{AttemptLimit, AttemptVerdict, Tag},
    time::Timestamp,
};

use super::{Counted, records::Records};

/// A counter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter {
    count: u16,
    /// Until when its counts are remembered.
    window_ends: Timestamp,
    paused_until: Option<Timestamp>,
}

impl Counter {
    fn paused(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused_until.filter(|until| *until > now)
    }

    /// As whoever compares whole stores sees it.
    pub(super) const fn counted(&self, key: Tag) -> Counted {
        Counted {
            key,
            count: self.count,
            window_ends: self.window_ends,
            paused_until: self.paused_until,
        }
    }

    /// Whether it says nothing any more.
    pub(super) fn is_old(&self, now: Timestamp) -> bool {
        self.window_ends <= now && self.paused(now).is_none()
    }
}

impl Records {
    /// Counts one attempt on each counter, or on none where one pauses.
    pub(super) fn count_attempt(
        &mut self,
        limits: &[AttemptLimit],
        now: Timestamp,
    ) -> AttemptVerdict {
        let known = |limit: &AttemptLimit| self.attempts.get(&limit.key);
        let paused = limits
            .iter()
            .filter_map(known)
            .filter_map(|c| c.paused(now));
        if let Some(until) = paused.max() {
            return AttemptVerdict::Paused { until };
        }
        let mut last = None;
        for limit in limits {
            let (count, window_ends) = match self.attempts.get(&limit.key) {
                Some(before) if now < before.window_ends => {
                    (before.count.saturating_add(1), before.window_ends)
                }
                Some(_) | None => (1, now + limit.window),
            };
            let paused_until = limit.pause_after(count, now);
            last = last.max(paused_until);
            let counter = Counter {
                count,
                window_ends,
                paused_until,
            };
            self.attempts.insert(limit.key, counter);
        }
        AttemptVerdict::Go { last }
    }

    /// Takes one count back, with the pause that it had set.
    pub(super) fn return_attempt(&mut self, key: &Tag) {
        if let Some(counter) = self.attempts.get_mut(key) {
            counter.count = counter.count.saturating_sub(1);
            counter.paused_until = None;
        }
    }
}
