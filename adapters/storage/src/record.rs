//! Rows become records. Whatever does not read is named by its column, never by its value.

use std::str::FromStr;

use chrono::DateTime;
use linking_core::{
    account::{
        Account, AccountSheet, Epoch, LocalPassword, Membership, PasswordHash, Role, Version,
        Versioned,
    },
    consent::{Consent, ConsentStatus, ConsentText},
    ids::{AccountId, Id},
    link::Link,
    ports::{StoreError, Tag, Vault},
    provider::{AssuranceLevel, IdentityKey},
    region::{Organization, Region, ZoneOffset},
    session::{AgentLabel, Session},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    codes::Code,
    fault::{damaged_column, unavailable},
    row::{Field, Row},
    sealing::{SealedProfile, open_profile},
};

/// Reads columns by name.
pub(crate) trait Columns {
    /// A column as the driver reads it.
    fn read<T: Field>(&self, name: &'static str) -> Result<T, StoreError>;

    /// A whole number.
    fn number(&self, name: &'static str) -> Result<i64, StoreError> {
        self.read(name)
    }

    /// A count or version.
    fn natural(&self, name: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.number(name)?).map_err(|_| damaged_column(name))
    }

    /// A text.
    fn text(&self, name: &'static str) -> Result<String, StoreError> {
        self.read(name)
    }

    /// An identifier, if there is one.
    fn optional_id<K>(&self, name: &'static str) -> Result<Option<Id<K>>, StoreError> {
        Ok(self.read::<Option<Uuid>>(name)?.map(Id::from_uuid))
    }

    /// An identifier.
    fn id<K>(&self, name: &'static str) -> Result<Id<K>, StoreError> {
        self.optional_id(name)?.ok_or_else(|| damaged_column(name))
    }

    /// An instant, if there is one.
    fn optional_time(&self, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
        self.read::<Option<i64>>(name)?
            .map(|micros| time_of(micros, name))
            .transpose()
    }

    /// An instant.
    fn time(&self, name: &'static str) -> Result<Timestamp, StoreError> {
        time_of(self.number(name)?, name)
    }

    /// A keyed tag.
    fn tag(&self, name: &'static str) -> Result<Tag, StoreError> {
        Tag::from_octets(&self.read::<Vec<u8>>(name)?).ok_or_else(|| damaged_column(name))
    }

    /// A text that its type parses.
    fn parsed<T: FromStr>(&self, name: &'static str) -> Result<T, StoreError> {
        self.text(name)?.parse().map_err(|_| damaged_column(name))
    }

    /// An enum by its stable name.
    fn coded<T: Code>(&self, name: &'static str) -> Result<T, StoreError> {
        T::from_code(&self.text(name)?).ok_or_else(|| damaged_column(name))
    }

    /// A JSON text.
    fn json<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(name)?).map_err(|_| damaged_column(name))
    }
}

impl Columns for Row {
    fn read<T: Field>(&self, name: &'static str) -> Result<T, StoreError> {
        T::of(self, name).map_err(|error| unavailable(&error))
    }
}

fn time_of(micros: i64, name: &'static str) -> Result<Timestamp, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| damaged_column(name))
}

/// An instant as a column holds it: microseconds since 1970.
pub(crate) const fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

/// A count or version as a column holds it.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A value as a JSON text.
pub(crate) fn json_text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|_| StoreError::Damaged("a record does not serialise".to_owned()))
}

pub(crate) fn region(row: &Row) -> Result<Region, StoreError> {
    let offset = i16::try_from(row.number("r_offset_minutes")?)
        .ok()
        .and_then(ZoneOffset::from_minutes)
        .ok_or_else(|| damaged_column("r_offset_minutes"))?;
    Ok(Region {
        code: row.parsed("r_code")?,
        name: row.parsed("r_name")?,
        offset,
    })
}

pub(crate) fn organization(row: &Row) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.id("o_id")?,
        external_id: row.parsed("o_external_id")?,
        region: region(row)?,
        locality: row.parsed("o_locality")?,
        name: row.parsed("o_name")?,
        kind: row.coded("o_kind")?,
    })
}

fn membership(row: &Row) -> Result<Option<Membership>, StoreError> {
    let Some(id) = row.optional_id("m_id")? else {
        return Ok(None);
    };
    let class = row.read::<Option<String>>("m_class")?;
    Ok(Some(Membership {
        id,
        organization: organization(row)?,
        role: Role::from_code(&row.text("m_role")?).ok_or_else(|| damaged_column("m_role"))?,
        class: class
            .map(|class| class.parse().map_err(|_| damaged_column("m_class")))
            .transpose()?,
    }))
}

pub(crate) fn account(row: &Row, vault: &dyn Vault) -> Result<Versioned<Account>, StoreError> {
    let id = row.id("a_id")?;
    let password = match row.read::<Option<String>>("a_password_hash")? {
        Some(hash) => Some(LocalPassword {
            hash: PasswordHash::new(hash),
            origin: row.coded("a_password_origin")?,
            set_at: row.time("a_password_set_at")?,
            exposed_at: row.optional_time("a_password_exposed_at")?,
        }),
        None => None,
    };
    let value = Account {
        id,
        login: row.parsed("a_login")?,
        password,
        status: row.coded("a_status")?,
        epoch: Epoch::from_number(row.natural("a_epoch")?),
        profile: profile(row, id, vault)?,
    };
    Ok(Versioned {
        version: Version::from_number(row.natural("a_version")?),
        value,
    })
}

/// The profile of the columns `a_profile` and `a_snils`.
pub(crate) fn profile(
    row: &Row,
    id: AccountId,
    vault: &dyn Vault,
) -> Result<linking_core::account::Profile, StoreError> {
    open_profile(
        vault,
        id,
        SealedProfile {
            profile: row.read("a_profile")?,
            snils: row.read("a_snils")?,
        },
    )
}

/// The accounts of joined rows, each with its memberships. The column tells one account from the
/// next; rows where it is empty give none.
pub(crate) fn sheets(
    rows: &[Row],
    by: &'static str,
    vault: &dyn Vault,
) -> Result<Vec<AccountSheet>, StoreError> {
    let mut sheets: Vec<AccountSheet> = Vec::new();
    let mut present = None;
    for row in rows {
        let Some(key) = row.read::<Option<Uuid>>(by)? else {
            continue;
        };
        if present != Some(key) {
            present = Some(key);
            sheets.push(AccountSheet {
                account: account(row, vault)?,
                memberships: Vec::new(),
            });
        }
        if let (Some(sheet), Some(membership)) = (sheets.last_mut(), membership(row)?) {
            sheet.memberships.push(membership);
        }
    }
    Ok(sheets)
}

pub(crate) fn link(row: &Row) -> Result<Link, StoreError> {
    let level = row.text("l_assurance")?;
    Ok(Link {
        id: row.id("l_id")?,
        account: row.id("l_account")?,
        provider: row.parsed("l_provider")?,
        identity: IdentityKey {
            issuer: row.parsed("l_issuer")?,
            subject: row.parsed("l_subject")?,
        },
        assurance: AssuranceLevel::from_code(&level)
            .ok_or_else(|| damaged_column("l_assurance"))?,
        origin: row.coded("l_origin")?,
        linked_at: row.time("l_linked_at")?,
        used_at: row.optional_time("l_used_at")?,
    })
}

pub(crate) fn consent(row: &Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        id: row.id("id")?,
        account: row.id("account")?,
        provider: row.parsed("provider")?,
        text: ConsentText {
            version: row.text("text_version")?,
            digest: row.text("text_digest")?,
            scopes: row.json("scopes")?,
        },
        given_at: row.time("given_at")?,
        status: match (
            row.text("status")?.as_str(),
            row.optional_time("withdrawn_at")?,
        ) {
            ("granted", None) => ConsentStatus::Granted,
            ("refused", None) => ConsentStatus::Refused,
            ("withdrawn", Some(at)) => ConsentStatus::Withdrawn { at },
            _ => return Err(damaged_column("status")),
        },
    })
}

pub(crate) fn session(row: &Row) -> Result<Versioned<Session>, StoreError> {
    let value = Session {
        id: row.id("s_id")?,
        secret: row.tag("s_secret")?,
        browser: row.tag("s_browser")?,
        account: row.id("s_account")?,
        epoch: Epoch::from_number(row.natural("s_epoch")?),
        way: row.json("s_way")?,
        started_at: row.time("s_started_at")?,
        seen_at: row.time("s_seen_at")?,
        proved_at: row.optional_time("s_proved_at")?,
        agent: AgentLabel::new(&row.text("s_agent")?),
        computer: row.json("s_computer")?,
    };
    Ok(Versioned {
        version: Version::from_number(row.natural("s_version")?),
        value,
    })
}
