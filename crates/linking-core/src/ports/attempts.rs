//! What the store keeps of tries: the rules of a counter, the same for every store (`threats.md`
//! F1, F6; `domain.md`, Numbers).
//!
//! A try of a password is counted before anybody looks at it, as begun. Begun ones hold others
//! back while they may still come to something; pauses come of judged ones alone. What a lost
//! server had begun is forgotten by itself, and is held against nobody.

use chrono::TimeDelta;

use crate::{
    ports::Tag,
    sign_in::LONGEST_PASSWORD_PAUSE,
    time::{ATTEMPT_LIFE, Timestamp},
};

/// How a counter of wrong passwords pauses (`domain.md`, Numbers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimit {
    /// The counter.
    pub key: Tag,
    /// Counts older than this are forgotten: an hour, or a day for mismatches.
    pub window: TimeDelta,
    /// From this many within the window on, a pause of one minute that doubles up to fifteen.
    pub pause_from: u16,
    /// From this many on, [`Self::block_for`] at once.
    pub block_from: u16,
    /// The longest pause.
    pub block_for: TimeDelta,
}

impl AttemptLimit {
    /// Until when a counter pauses that has reached a count, by a try of that time.
    #[must_use]
    pub fn pause_after(&self, count: u16, at: Timestamp) -> Option<Timestamp> {
        if count >= self.block_from {
            return Some(at + self.block_for);
        }
        let doublings = count.checked_sub(self.pause_from)?;
        let minutes = 1_i64
            .checked_shl(u32::from(doublings.min(4)))
            .unwrap_or(16)
            .min(15);
        Some(at + TimeDelta::minutes(minutes))
    }
}

/// What there is to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// A password that is yet to be looked at. [`Write::StandAttempt`] or
    /// [`Write::ReturnAttempt`] says what it came to.
    ///
    /// [`Write::StandAttempt`]: crate::change::Write::StandAttempt
    /// [`Write::ReturnAttempt`]: crate::change::Write::ReturnAttempt
    Begun,
    /// What has happened: a mismatch, a letter that was asked for.
    Done,
}

/// What the counters say to one more try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptVerdict {
    /// It was counted and may go on. `last` says that a wrong password now pauses until then.
    Go {
        /// Until when the counters pause from now on, if this try and those under way are wrong.
        last: Option<Timestamp>,
    },
    /// A pause holds, or as many tries are under way as may be: nothing was counted.
    Paused {
        /// Until when, at the latest.
        until: Timestamp,
    },
}

/// A span of [`ATTEMPT_LIFE`]: by its number a begun try is found again, and forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptSpan(i64);

impl AttemptSpan {
    /// The span of an instant.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        Self(at.timestamp().div_euclid(ATTEMPT_LIFE.num_seconds()))
    }

    /// From its number, for stores.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number, for stores.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// When tries that were begun in it are forgotten.
    fn forgotten_at(self) -> Timestamp {
        let seconds = self
            .0
            .saturating_add(2)
            .saturating_mul(ATTEMPT_LIFE.num_seconds());
        Timestamp::from_timestamp(seconds, 0).unwrap_or(Timestamp::MAX_UTC)
    }
}

/// A counter as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptCount {
    /// Tries of the window that were judged and stand.
    pub stood: u16,
    /// When the latest of them was begun.
    pub stood_at: Option<Timestamp>,
    /// When the window began.
    pub window_from: Timestamp,
    /// The newest span in which something was begun.
    pub span: AttemptSpan,
    /// Tries of that span of which nobody knows yet what they come to.
    pub begun: u16,
    /// The same of the span before.
    pub begun_before: u16,
}

impl AttemptCount {
    /// A counter of nothing.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self {
            stood: 0,
            stood_at: None,
            window_from: now,
            span: AttemptSpan::of(now),
            begun: 0,
            begun_before: 0,
        }
    }

    /// How many tries are under way.
    const fn under_way(&self) -> u16 {
        self.begun.saturating_add(self.begun_before)
    }

    /// As it stands now: without what is older than its window, and without begun tries that
    /// count as lost.
    fn now(self, limit: &AttemptLimit, now: Timestamp) -> Self {
        let mut count = self;
        let present = AttemptSpan::of(now);
        // A server whose clock is behind counts in the span of the others.
        match present.0.saturating_sub(self.span.0) {
            i64::MIN..=0 => {}
            1 => {
                count.span = present;
                count.begun_before = std::mem::take(&mut count.begun);
            }
            2..=i64::MAX => {
                count.span = present;
                count.begun = 0;
                count.begun_before = 0;
            }
        }
        if now.signed_duration_since(self.window_from) >= limit.window {
            count.stood = 0;
            count.window_from = now;
        }
        count
    }

    /// Until when it refuses, where it does: for a pause, or while as many tries are under way as
    /// may be.
    #[must_use]
    pub fn shut(&self, limit: &AttemptLimit, now: Timestamp) -> Option<Timestamp> {
        let pause = self
            .stood_at
            .and_then(|at| limit.pause_after(self.stood, at));
        if let Some(until) = pause.filter(|until| *until > now) {
            return Some(until);
        }
        let count = self.now(limit, now);
        let under_way = count.under_way();
        let full = under_way > 0 && count.stood.saturating_add(under_way) >= limit.pause_from;
        full.then(|| count.span.forgotten_at())
    }

    /// The counter after one more try, where it is not shut; and until when it pauses, if this
    /// try and those under way are wrong.
    #[must_use]
    pub fn counted(
        self,
        limit: &AttemptLimit,
        tried: Tried,
        now: Timestamp,
    ) -> (Self, Option<Timestamp>) {
        let mut count = self.now(limit, now);
        match tried {
            Tried::Begun => {
                let of_span = if AttemptSpan::of(now) < count.span {
                    &mut count.begun_before
                } else {
                    &mut count.begun
                };
                *of_span = of_span.saturating_add(1);
            }
            Tried::Done => count = count.one_stands(now),
        }
        let all = count.stood.saturating_add(count.under_way());
        (count, limit.pause_after(all, now))
    }

    fn one_stands(mut self, begun_at: Timestamp) -> Self {
        self.stood = self.stood.saturating_add(1);
        self.stood_at = self.stood_at.max(Some(begun_at));
        self
    }

    /// A begun try was judged, and stands.
    #[must_use]
    pub fn stands(self, begun_at: Timestamp) -> Self {
        self.returned(begun_at).one_stands(begun_at)
    }

    /// A begun try came to nothing that counts.
    #[must_use]
    pub fn returned(mut self, begun_at: Timestamp) -> Self {
        let span = AttemptSpan::of(begun_at);
        if span >= self.span {
            self.begun = self.begun.saturating_sub(1);
        } else if span.0.saturating_add(1) == self.span.0 {
            self.begun_before = self.begun_before.saturating_sub(1);
        }
        self
    }

    /// When it says nothing any more, whatever becomes of what was begun.
    #[must_use]
    pub fn ends_at(&self, limit: &AttemptLimit, now: Timestamp) -> Timestamp {
        let longest = limit.block_for.max(LONGEST_PASSWORD_PAUSE);
        (self.window_from + limit.window).max(now + longest)
    }
}

#[cfg(test)]
mod tests;
