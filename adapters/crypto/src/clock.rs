//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use linking_core::{ports::Clock, time::Timestamp};

/// The system's clock, in whole microseconds: what stores keep, so that an instant that was
/// written equals itself when it is read back. A clock before 1970 reads as 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        at(SystemTime::now())
    }
}

fn at(time: SystemTime) -> Timestamp {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .and_then(Timestamp::from_timestamp_micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_instant_has_whole_microseconds() {
        let time = UNIX_EPOCH + Duration::new(1_773_478_800, 123_456_789);
        assert_eq!(at(time).to_rfc3339(), "2026-03-14T09:00:00.123456+00:00");
    }

    #[test]
    fn a_clock_before_1970_reads_as_1970() {
        let time = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(at(time), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn the_clock_says_the_systems_time() {
        let before = at(SystemTime::now());
        let now = SystemClock.now();
        assert!(before <= now && now <= at(SystemTime::now()));
    }
}
