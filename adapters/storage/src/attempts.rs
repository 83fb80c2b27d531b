//! Counters of wrong passwords (`threats.md` F1, F6; `domain.md`, Numbers). An attempt is counted,
//! and its pause set, before the password is looked at: two hundred attempts in parallel compute
//! no more hashes than the limit allows. A right password takes its count back.

use linking_core::{
    ports::{AttemptLimit, AttemptVerdict, StoreError},
    time::Timestamp,
};

use crate::{
    connection::query,
    fault::damaged_column,
    open::Storage,
    record::{Columns, micros},
    sql,
};

/// A counter as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counter {
    counted: u16,
    window_from: Timestamp,
    paused_until: Option<Timestamp>,
}

impl Counter {
    fn pause(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused_until.filter(|until| *until > now)
    }

    /// When it says nothing any more.
    fn ends_at(&self, limit: &AttemptLimit) -> Timestamp {
        let window_ends = self.window_from + limit.window;
        self.paused_until
            .map_or(window_ends, |until| until.max(window_ends))
    }
}

/// The counter after one more attempt, where none pauses.
fn counted_once_more(before: Counter, limit: &AttemptLimit, now: Timestamp) -> Counter {
    let within = now.signed_duration_since(before.window_from) < limit.window;
    let (counted, window_from) = if within {
        (before.counted.saturating_add(1), before.window_from)
    } else {
        (1, now)
    };
    Counter {
        counted,
        window_from,
        paused_until: limit.pause_after(counted, now),
    }
}

impl Storage {
    /// Counts one attempt on each counter, or on none where one pauses.
    pub(crate) async fn count_password_attempt(
        &self,
        limits: &[AttemptLimit],
        now: Timestamp,
    ) -> Result<AttemptVerdict, StoreError> {
        let mut unit = self.begin().await?;
        let mut counters = Vec::with_capacity(limits.len());
        // In one order, so that two of them never wait for each other.
        let mut limits: Vec<&AttemptLimit> = limits.iter().collect();
        limits.sort_by_key(|limit| limit.key.to_octets());
        for limit in limits {
            let statement = query(sql::session::ATTEMPTS)
                .bind(limit.key.to_octets())
                .bind(micros(now));
            let rows = unit.write_returning("attempt", statement).await?;
            let row = rows.first().ok_or(StoreError::Conflict("attempt"))?;
            let before = Counter {
                counted: u16::try_from(row.number("counted")?)
                    .map_err(|_| damaged_column("counted"))?,
                window_from: row.time("window_from")?,
                paused_until: row.optional_time("paused_until")?,
            };
            counters.push((limit, before));
        }
        let pause = |(_, counter): &(_, Counter)| counter.pause(now);
        if let Some(until) = counters.iter().filter_map(pause).max() {
            return Ok(AttemptVerdict::Paused { until });
        }
        let mut last = None;
        for (limit, before) in counters {
            let after = counted_once_more(before, limit, now);
            last = last.max(after.paused_until);
            let statement = query(sql::session::PUT_ATTEMPTS)
                .bind(limit.key.to_octets())
                .bind(i64::from(after.counted))
                .bind(micros(after.window_from))
                .bind(after.paused_until.map(micros))
                .bind(micros(after.ends_at(limit)));
            unit.write("attempt", statement).await?;
        }
        unit.commit().await?;
        Ok(AttemptVerdict::Go { last })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use linking_core::ports::Tag;
    use proptest::prelude::*;

    use super::*;

    fn limit() -> AttemptLimit {
        AttemptLimit {
            key: Tag::new(1, [7; 32]),
            window: TimeDelta::hours(1),
            pause_from: 5,
            block_from: 10,
            block_for: TimeDelta::minutes(15),
        }
    }

    proptest! {
        #[test]
        fn f1_counts_grow_within_the_hour_and_begin_anew_after(
            counted in 0_u16..100, seconds in -100_i64..10_000,
        ) {
            let from = Timestamp::UNIX_EPOCH;
            let now = from + TimeDelta::seconds(seconds);
            let before = Counter { counted, window_from: from, paused_until: None };
            let after = counted_once_more(before, &limit(), now);
            let within = seconds < 3600;
            prop_assert_eq!(after.counted, if within { counted + 1 } else { 1 });
            prop_assert_eq!(after.window_from, if within { from } else { now });
            prop_assert_eq!(after.paused_until.is_some(), after.counted >= 5);
            prop_assert!(after.ends_at(&limit()) >= after.window_from + limit().window);
        }
    }
}
