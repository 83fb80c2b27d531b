//! Birth date and age (`identity-data.md` "Birth date and age").

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

use super::{Agreement, characters::trimmed};

/// Raw input above this is not read.
const MAX_RAW_BYTES: usize = 64;
/// Nobody born before this year is alive.
const FIRST_YEAR: i32 = 1901;

/// A day of birth: not before 1901, and not after the day on which it was entered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthDate(NaiveDate);

/// Why a text or a day is no birth date. No message holds the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum BirthDateError {
    /// The field is empty.
    #[error("the birth date is missing; write it like 31.12.2010")]
    Empty,
    /// Not `dd.mm.yyyy` and not `yyyy-mm-dd`.
    #[error("a birth date is written like 31.12.2010")]
    Form,
    /// The calendar has no such day.
    #[error("the calendar has no such day")]
    NoSuchDay,
    /// Before 1901.
    #[error("a birth date before 1901 is not taken")]
    TooEarly,
    /// After the organisation's today.
    #[error("the birth date is in the future")]
    InFuture,
}

impl BirthDate {
    /// Reads `dd.mm.yyyy` (the form of Russian documents and of ESIA) or ISO `yyyy-mm-dd`, ASCII
    /// digits, blanks at the ends ignored. `today` is the organisation's day.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, BirthDateError> {
        Self::from_date(read(text)?, today)
    }

    /// Takes a day over. `today` is the organisation's day.
    pub fn from_date(date: NaiveDate, today: NaiveDate) -> Result<Self, BirthDateError> {
        if date > today {
            return Err(BirthDateError::InFuture);
        }
        Self::not_too_early(date)
    }

    fn not_too_early(date: NaiveDate) -> Result<Self, BirthDateError> {
        if date.year() < FIRST_YEAR {
            return Err(BirthDateError::TooEarly);
        }
        Ok(Self(date))
    }

    /// The day itself. Personal data in full.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The day as Russian documents write it, in full: `31.12.2010`.
    #[must_use]
    pub fn formatted(self) -> String {
        format!(
            "{:02}.{:02}.{:04}",
            self.0.day(),
            self.0.month(),
            self.0.year()
        )
    }

    /// Full years on a day; 0 before the first birthday, and on days before the birth. A year is
    /// full from 00:00 of the birthday; for the 29 February that is 1 March in common years.
    #[must_use]
    pub fn age_on(self, day: NaiveDate) -> u16 {
        let birthday_came = (day.month(), day.day()) >= (self.0.month(), self.0.day());
        let years = day.year() - self.0.year() - i32::from(!birthday_came);
        u16::try_from(years.max(0)).unwrap_or(u16::MAX)
    }

    /// Whether that many years are full on a day.
    #[must_use]
    pub fn is_at_least(self, years: u16, day: NaiveDate) -> bool {
        self.age_on(day) >= years
    }
}

/// Hidden whole: a day of birth has no part that may be shown.
impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(••.••.••••)")
    }
}

/// Writes the **full** date as ISO text: for sealed columns and answers to its owner only.
impl Serialize for BirthDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Reads what was stored. There is no today here, so that only [`BirthDate::parse`] refuses days
/// in the future: input from outside goes through it.
impl<'de> Deserialize<'de> for BirthDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = zeroize::Zeroizing::new(String::deserialize(deserializer)?);
        read(&text)
            .and_then(Self::not_too_early)
            .map_err(D::Error::custom)
    }
}

/// Answer of a predicate over a birth date that may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgeAnswer {
    /// The date is known, and it is so.
    Yes,
    /// The date is known, and it is not so.
    No,
    /// The date is not known: no automatic match, and *standard* is needed.
    Unknown,
}

impl AgeAnswer {
    fn of(date: Option<&BirthDate>, holds: impl FnOnce(&BirthDate) -> bool) -> Self {
        match date.map(holds) {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// Whether the person is under 14 on a day.
#[must_use]
pub fn under_14(date: Option<&BirthDate>, day: NaiveDate) -> AgeAnswer {
    AgeAnswer::of(date, |date| !date.is_at_least(14, day))
}

/// Whether the person is 18 or older on a day.
#[must_use]
pub fn adult(date: Option<&BirthDate>, day: NaiveDate) -> AgeAnswer {
    AgeAnswer::of(date, |date| date.is_at_least(18, day))
}

/// Whether the date is known and the person is 14 or older: what an automatic match asks for.
#[must_use]
pub fn known_at_least_14(date: Option<&BirthDate>, day: NaiveDate) -> bool {
    under_14(date, day) == AgeAnswer::No
}

/// Whether the date is known and the person is 18 or older: what makes an identity on a minor's
/// account a guardian/child mix-up.
#[must_use]
pub fn known_adult(date: Option<&BirthDate>, day: NaiveDate) -> bool {
    adult(date, day) == AgeAnswer::Yes
}

/// Whether the date is known and the person is under 18.
#[must_use]
pub fn known_minor(date: Option<&BirthDate>, day: NaiveDate) -> bool {
    adult(date, day) == AgeAnswer::No
}

/// Compares two dates where both are known (`threats.md` C11).
#[must_use]
pub fn compare_birth_dates(a: Option<&BirthDate>, b: Option<&BirthDate>) -> Agreement {
    Agreement::of_known(a, b, BirthDate::eq)
}

fn read(text: &str) -> Result<NaiveDate, BirthDateError> {
    let text = trimmed(text, MAX_RAW_BYTES).ok_or(BirthDateError::Form)?;
    if text.is_empty() {
        return Err(BirthDateError::Empty);
    }
    let [year, month, day] = fields(text, '.')
        .map(|[day, month, year]| [year, month, day])
        .or_else(|| fields(text, '-'))
        .filter(|[year, month, day]| (year.len(), month.len(), day.len()) == (4, 2, 2))
        .ok_or(BirthDateError::Form)?;
    let number = |text: &str| text.parse::<u16>().map_err(|_| BirthDateError::Form);
    NaiveDate::from_ymd_opt(
        i32::from(number(year)?),
        u32::from(number(month)?),
        u32::from(number(day)?),
    )
    .ok_or(BirthDateError::NoSuchDay)
}

/// Three runs of ASCII digits between two separators.
fn fields(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.split(separator);
    let fields = [parts.next()?, parts.next()?, parts.next()?];
    let digits = |field: &&str| field.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && fields.iter().all(digits)).then_some(fields)
}

#[cfg(test)]
mod tests;
