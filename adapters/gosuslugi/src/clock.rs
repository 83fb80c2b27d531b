//! How far ESIA's clock is from ours.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use linking_core::time::Timestamp;

/// ESIA's clock less ours, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ClockOffset {
    seconds: i32,
}

impl ClockOffset {
    /// Further apart than this is no offset to work with, but a clock to be set: one hour.
    const MOST: i64 = 3_600;

    /// The offset that a `Date` header shows; `None` beyond an hour.
    pub(crate) fn measured(theirs: Timestamp, ours: Timestamp) -> Option<Self> {
        Self::from_seconds(theirs.signed_duration_since(ours).num_seconds())
    }

    pub(crate) fn from_seconds(seconds: i64) -> Option<Self> {
        let seconds = i32::try_from(seconds)
            .ok()
            .filter(|s| i64::from(*s).abs() <= Self::MOST)?;
        Some(Self { seconds })
    }

    pub(crate) const fn seconds(self) -> i32 {
        self.seconds
    }

    /// Their clock at an instant of ours.
    pub(crate) fn theirs(self, ours: Timestamp) -> Timestamp {
        ours + TimeDelta::seconds(i64::from(self.seconds))
    }

    /// Our clock at an instant of theirs.
    pub(crate) fn ours(self, theirs: Timestamp) -> Timestamp {
        theirs - TimeDelta::seconds(i64::from(self.seconds))
    }
}

/// The offset that was learned last. A hint and no state of a flow: a flow carries its own.
#[derive(Debug, Default)]
pub(crate) struct LearnedOffset(Mutex<ClockOffset>);

impl LearnedOffset {
    pub(crate) fn get(&self) -> ClockOffset {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn learn(&self, offset: ClockOffset) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b5_an_offset_is_measured_up_to_an_hour() {
        let ours: Timestamp = "2026-01-15T09:30:45.9Z".parse().unwrap();
        let after = |seconds| ours + TimeDelta::seconds(seconds);
        let measured =
            |seconds| ClockOffset::measured(after(seconds), ours).map(ClockOffset::seconds);
        assert_eq!(measured(0), Some(0));
        assert_eq!(measured(600), Some(600));
        assert_eq!(measured(-600), Some(-600));
        assert_eq!(measured(3600), Some(3600));
        assert_eq!(measured(3601), None);
        assert_eq!(measured(-3601), None);
        let offset = ClockOffset::from_seconds(600).unwrap();
        assert_eq!(offset.ours(offset.theirs(ours)), ours);
        assert_eq!(offset.theirs(ours), after(600));
    }
}
