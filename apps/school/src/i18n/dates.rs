//! Days and times by the region's clock, in words (`texts.md`, section 1).

use chrono::{Datelike, NaiveDate, Timelike};
use linking_core::{region::ZoneOffset, time::Timestamp};

use super::{Args, Texts};

impl Texts {
    /// «14 марта 2026».
    #[must_use]
    pub fn date(&self, day: NaiveDate) -> String {
        // A year of the proleptic calendar below zero occurs in no record.
        let year = u32::try_from(day.year()).unwrap_or_default();
        let args = Args::new()
            .with_number("day", day.day())
            .with_number("month", day.month())
            .with("year", year.to_string());
        self.text_with("date", &args)
    }

    /// «14 марта 2026», the region's day at an instant.
    #[must_use]
    pub fn day(&self, at: Timestamp, offset: ZoneOffset) -> String {
        self.date(offset.day_of(at))
    }

    /// «8:12».
    #[must_use]
    pub fn time(&self, at: Timestamp, offset: ZoneOffset) -> String {
        let local = offset.local(at);
        format!("{}:{:02}", local.hour(), local.minute())
    }

    /// «завтра в 8:12», «сегодня в 8:12», «вчера в 8:12», «14 марта 2026 в 8:12».
    #[must_use]
    pub fn moment(&self, at: Timestamp, now: Timestamp, offset: ZoneOffset) -> String {
        let day = offset.day_of(at);
        let today = offset.day_of(now);
        let args = Args::new()
            .with("time", self.time(at, offset))
            .with("date", self.date(day));
        let key = if day == today {
            "moment-today"
        } else if today.succ_opt() == Some(day) {
            "moment-tomorrow"
        } else if day.succ_opt() == Some(today) {
            "moment-yesterday"
        } else {
            "moment-date"
        };
        self.text_with(key, &args)
    }

    /// Whole minutes from now until then, rounded up, at least one: for «через 5 минут».
    #[must_use]
    pub fn minutes_until(then: Timestamp, now: Timestamp) -> u32 {
        let seconds = then.signed_duration_since(now).num_seconds().max(1);
        u32::try_from(seconds.saturating_add(59) / 60).unwrap_or(u32::MAX)
    }
}
