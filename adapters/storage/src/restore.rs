//! Backups and what must hold after one was put back (`threats.md` I9): what ended since then stays
//! ended, and nobody goes on with a session or a flow of that day.

use std::{collections::BTreeSet, fmt, str::FromStr};

use chrono::DateTime;
use linking_core::{
    audit::{Act, AuditRecord, By},
    ids::{AccountId, ConsentId, LinkId},
    link::LinkEnd,
    ports::StoreError,
    provider::ProviderId,
    time::Timestamp,
};

use crate::{
    codes::Code,
    connection::{Database, query},
    open::Storage,
    record::{Columns, micros, stored},
    row::Row,
    sealing::{SealedProfile, seal_profile},
    sql,
};

/// PostgreSQL's clock, in microseconds since 1970.
const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros";

/// Something that must not come back with a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A link ended.
    Link {
        /// Which.
        id: LinkId,
        /// When.
        at: Timestamp,
        /// Why.
        cause: LinkEnd,
    },
    /// A consent was withdrawn.
    Consent {
        /// Which.
        id: ConsentId,
        /// When.
        at: Timestamp,
    },
    /// A password was changed: the one before must not fit again.
    Password {
        /// Whose.
        account: AccountId,
        /// When.
        at: Timestamp,
    },
}

/// As a line: a word, an identifier, microseconds since 1970, and for a link why it ended.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { id, at, cause } => {
                let cause = Code::code(*cause);
                write!(f, "link {id} {} {cause}", micros(*at))
            }
            Self::Consent { id, at } => write!(f, "consent {id} {}", micros(*at)),
            Self::Password { account, at } => write!(f, "password {account} {}", micros(*at)),
        }
    }
}

/// The line is none of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no line of a list of ends")]
pub struct NoEnd;

impl FromStr for End {
    type Err = NoEnd;

    fn from_str(line: &str) -> Result<Self, NoEnd> {
        let parts: Vec<&str> = line.split(' ').collect();
        let time = |text: &str| {
            let micros = text.parse().map_err(|_| NoEnd)?;
            DateTime::from_timestamp_micros(micros).ok_or(NoEnd)
        };
        match parts.as_slice() {
            ["link", id, at, cause] => Ok(Self::Link {
                id: id.parse().map_err(|_| NoEnd)?,
                at: time(at)?,
                cause: LinkEnd::from_code(cause).ok_or(NoEnd)?,
            }),
            ["consent", id, at] => Ok(Self::Consent {
                id: id.parse().map_err(|_| NoEnd)?,
                at: time(at)?,
            }),
            ["password", account, at] => Ok(Self::Password {
                account: account.parse().map_err(|_| NoEnd)?,
                at: time(at)?,
            }),
            _ => Err(NoEnd),
        }
    }
}

/// What a database says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Rises while servers run.
    pub number: u64,
    /// It is a backup: a restore must be finished first.
    pub is_backup: bool,
}

/// What a finished restore did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// Links that ended again.
    pub links: u64,
    /// Consents that were withdrawn again.
    pub consents: u64,
    /// People who need a new password: the one that they chose since is lost.
    pub passwords: u64,
    /// Sessions that ended.
    pub sessions: u64,
    /// Flows that ended.
    pub flows: u64,
    /// The mark from now on.
    pub mark: u64,
}

impl Storage {
    /// What the database says of itself.
    ///
    /// # Errors
    /// The database does not answer, or was not migrated.
    pub async fn mark(&self) -> Result<Mark, StoreError> {
        let row = self.row(query(sql::upkeep::INSTALLATION)).await?;
        let row = row.ok_or_else(|| StoreError::Damaged("the installation's row".to_owned()))?;
        Ok(Mark {
            number: row.natural("mark")?,
            is_backup: row.read("is_backup")?,
        })
    }

    /// Raises the mark, and gives it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn raise_mark(&self) -> Result<u64, StoreError> {
        let mut unit = self.begin().await?;
        let rows = unit
            .write_returning("installation", query(sql::upkeep::RAISE_MARK))
            .await?;
        let mark = rows.first().map_or(Ok(0), |row| row.natural("mark"))?;
        unit.commit().await?;
        Ok(mark)
    }

    /// Everything that ended since then, in no order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ends_since(&self, from: Timestamp) -> Result<Vec<End>, StoreError> {
        let since = |text| query(text).bind(micros(from));
        let mut ends = Vec::new();
        for row in self.rows(since(sql::upkeep::LINK_ENDS)).await? {
            ends.push(End::Link {
                id: row.id("id")?,
                at: row.time("at")?,
                cause: row.coded("end_cause")?,
            });
        }
        for row in self.rows(since(sql::upkeep::CONSENT_ENDS)).await? {
            ends.push(End::Consent {
                id: row.id("id")?,
                at: row.time("at")?,
            });
        }
        for row in self.rows(since(sql::upkeep::PASSWORD_ENDS)).await? {
            ends.push(End::Password {
                account: row.id("id")?,
                at: row.time("at")?,
            });
        }
        Ok(ends)
    }

    /// Finishes a restore: ends again what ended since the backup, ends every session and flow,
    /// and raises the mark above the list's; all or nothing, and once more does no harm.
    ///
    /// # Errors
    /// The database does not answer, or a profile does not open.
    pub async fn finish_restore(
        &self,
        ends: &[End],
        list_mark: u64,
        now: Timestamp,
    ) -> Result<Restored, StoreError> {
        let mut done = Restored::default();
        let mut unit = self.begin().await?;
        let mut without: BTreeSet<(AccountId, ProviderId)> = BTreeSet::new();
        for end in ends {
            match end {
                End::Link { id, at, cause } => {
                    let statement = query(sql::upkeep::END_LINK_AGAIN)
                        .bind(id.uuid())
                        .bind(micros(*at))
                        .bind(Code::code(*cause));
                    for row in unit.write_returning("link", statement).await? {
                        done.links += 1;
                        without.insert((row.id("account")?, row.parsed("provider")?));
                    }
                }
                End::Consent { id, at } => {
                    let statement = query(sql::upkeep::WITHDRAW_AGAIN)
                        .bind(id.uuid())
                        .bind(micros(*at));
                    done.consents += unit.write("consent", statement).await?;
                }
                End::Password { account, at } => {
                    let statement = query(sql::upkeep::DROP_PASSWORD)
                        .bind(account.uuid())
                        .bind(micros(*at));
                    done.passwords += unit.write("account", statement).await?;
                }
            }
        }
        for (account, provider) in without {
            let statement = query(sql::upkeep::PROFILE).bind(account.uuid());
            let Some(row) = unit.row(statement).await? else {
                continue;
            };
            let (id, mut profile) = self.profile_of(&row)?;
            // With the link went what it vouched for (`threats.md` E10, H4).
            profile.keep_contacts(&provider, [], now);
            let SealedProfile { profile, snils } = seal_profile(self.vault.as_ref(), id, &profile)?;
            let statement = query(sql::upkeep::PUT_PROFILE)
                .bind(id.uuid())
                .bind(profile)
                .bind(snils);
            unit.write("account", statement).await?;
        }
        done.sessions = unit
            .write("session", query(sql::upkeep::END_EVERY_SESSION))
            .await?;
        done.flows = unit
            .write("flow", query(sql::upkeep::END_EVERY_FLOW))
            .await?;
        let statement = query(sql::upkeep::PASS_MARK).bind(stored(list_mark));
        let rows = unit.write_returning("installation", statement).await?;
        done.mark = rows.first().map_or(Ok(0), |row| row.natural("mark"))?;
        unit.record(&self.operators(Act::Restored, now)).await?;
        unit.commit().await?;
        Ok(done)
    }

    /// Whether the trail can be written: a record is begun and taken back (`threats.md` I13).
    ///
    /// # Errors
    /// Why not.
    pub async fn check_trail(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut unit = self.begin().await?;
        // Dropped without a commit, it leaves nothing.
        unit.record(&self.operators(Act::Imported, now)).await
    }

    /// The time by the database's clock; none where it has the machine's own.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        if matches!(self.database, Database::Sqlite { .. }) {
            return Ok(None);
        }
        let row = self.row(query(TIME)).await?;
        row.map(|row| row.time("micros")).transpose()
    }

    /// How many events wait in the outbox, and since when the oldest.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn outbox(&self) -> Result<(u64, Option<Timestamp>), StoreError> {
        let row: Option<Row> = self.row(query(sql::upkeep::OUTBOX)).await?;
        row.map_or(Ok((0, None)), |row| {
            Ok((row.natural("depth")?, row.optional_time("oldest")?))
        })
    }

    fn operators(&self, act: Act, now: Timestamp) -> AuditRecord {
        AuditRecord {
            id: linking_core::ids::Id::from_uuid(self.ids.next()),
            at: now,
            by: By::Operator,
            act,
            flow: None,
            agent: None,
            concerns: Vec::new(),
        }
    }
}
