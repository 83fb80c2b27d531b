//! Regions and organisations.

use std::{fmt, str::FromStr};

use chrono::{FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ids::OrganizationId, time::Timestamp};

/// Why a short text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LabelError {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// More letters than the field takes.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// A control or invisible character.
    #[error("holds a control or invisible character")]
    Control,
    /// A character outside the field's alphabet.
    #[error("may hold only lower-case Latin letters, digits and hyphens")]
    Alphabet,
}

fn label(text: &str, most: usize) -> Result<String, LabelError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(LabelError::Empty);
    }
    if text.chars().count() > most {
        return Err(LabelError::TooLong(most));
    }
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(LabelError::Control);
    }
    Ok(text.to_owned())
}

fn slug(text: &str, most: usize) -> Result<String, LabelError> {
    let text = label(text, most)?;
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if text.bytes().all(allowed) {
        Ok(text)
    } else {
        Err(LabelError::Alphabet)
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $parse:ident, $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = LabelError;
            fn from_str(text: &str) -> Result<Self, LabelError> {
                $parse(text, $most).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = LabelError;
            fn try_from(text: String) -> Result<Self, LabelError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// A region's short name in configuration and addresses: lower-case Latin letters, digits,
    /// hyphens, at most 32, for example `sakhalin` or `65`.
    RegionCode, slug, 32
}
text_type! {
    /// A region's name as people read it, at most 100 characters.
    RegionName, label, 100
}
text_type! {
    /// A city or village, at most 100 characters.
    Locality, label, 100
}
text_type! {
    /// An organisation's name as people read it, at most 300 characters.
    OrganizationName, label, 300
}
text_type! {
    /// What the school's own register calls a record, at most 64 characters.
    ExternalId, label, 64
}
text_type! {
    /// A class, for example «7 А», at most 32 characters.
    ClassName, label, 32
}

/// Offset of a region's civil time from UTC. Russia's zones have had no summer time since 2014,
/// so that a fixed offset is the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub struct ZoneOffset {
    minutes: i16,
}

impl ZoneOffset {
    /// Moscow's, for whoever belongs nowhere yet.
    pub const MOSCOW: Self = Self { minutes: 180 };

    /// From minutes east of UTC, −12 to +14 hours.
    #[must_use]
    pub fn from_minutes(minutes: i16) -> Option<Self> {
        (-720..=840).contains(&minutes).then_some(Self { minutes })
    }

    /// Minutes east of UTC.
    #[must_use]
    pub const fn minutes(self) -> i16 {
        self.minutes
    }

    /// The civil day there at an instant.
    #[must_use]
    pub fn day_of(self, at: Timestamp) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// The civil time there at an instant.
    #[must_use]
    pub fn local(self, at: Timestamp) -> chrono::DateTime<FixedOffset> {
        // The range of `minutes` keeps the offset within a day, so that the fallback is never met.
        FixedOffset::east_opt(i32::from(self.minutes) * 60)
            .map_or_else(|| at.fixed_offset(), |offset| at.with_timezone(&offset))
    }
}
impl TryFrom<i16> for ZoneOffset {
    type Error = &'static str;
    fn try_from(minutes: i16) -> Result<Self, Self::Error> {
        Self::from_minutes(minutes).ok_or("a zone offset is -720 to 840 minutes")
    }
}
impl From<ZoneOffset> for i16 {
    fn from(offset: ZoneOffset) -> Self {
        offset.minutes
    }
}

/// A region: sets which providers are on and by which policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Its short name, the key of policies.
    pub code: RegionCode,
    /// Its name as people read it.
    pub name: RegionName,
    /// Its civil time.
    pub offset: ZoneOffset,
}

/// What an organisation is; says on which tab of the sign-in page it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganizationType {
    /// A school, a kindergarten, a college.
    School,
    /// An education authority.
    Authority,
}

/// A school or an education authority, in a locality of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// What the region's register calls it.
    pub external_id: ExternalId,
    /// The region, with its civil time.
    pub region: Region,
    /// City or village.
    pub locality: Locality,
    /// Its name as people read it.
    pub name: OrganizationName,
    /// School or authority.
    pub kind: OrganizationType,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_refuse_blanks_controls_and_excess() {
        assert_eq!(
            " 7 А ".parse::<ClassName>().map(String::from),
            Ok("7 А".to_owned())
        );
        assert_eq!("  ".parse::<Locality>(), Err(LabelError::Empty));
        assert_eq!(
            "Лу\u{200b}говое".parse::<Locality>(),
            Err(LabelError::Control)
        );
        assert_eq!(
            "а".repeat(33).parse::<ClassName>(),
            Err(LabelError::TooLong(32))
        );
        assert_eq!("Perm".parse::<RegionCode>(), Err(LabelError::Alphabet));
    }

    #[test]
    fn a_day_begins_by_the_regions_clock() {
        let at = "2026-03-01T13:30:00Z".parse::<Timestamp>().unwrap();
        let kamchatka = ZoneOffset::from_minutes(720).unwrap();
        let kaliningrad = ZoneOffset::from_minutes(120).unwrap();
        assert_eq!(kamchatka.day_of(at).to_string(), "2026-03-02");
        assert_eq!(kaliningrad.day_of(at).to_string(), "2026-03-01");
        assert!(ZoneOffset::from_minutes(900).is_none());
    }
}
