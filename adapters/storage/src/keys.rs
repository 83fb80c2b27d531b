//! The keys that a database was sealed with: known by fingerprint, so that a server with other keys
//! is found before it writes (`threats.md` I5), and exchanged while the program runs (I6).

use std::collections::BTreeMap;

use linking_core::{
    account::{Profile, Source, Sourced},
    ids::AccountId,
    person::RegisteredName,
    ports::{Purpose, StoreError},
    time::Timestamp,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    connection::query,
    fault::damaged_column,
    open::Storage,
    record::{self, Columns},
    row::Row,
    sealing::{SealedProfile, email_tag, open_profile, seal_profile, snils_tag},
    sql,
};

/// Fingerprints of keys by their versions.
pub type Fingerprints = BTreeMap<u8, String>;

/// Why a server must not work on a database with its keys. Tells fingerprints alone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeysError {
    /// A key is another one than the database was sealed with.
    #[error(
        "vault key {version} is another one here (fingerprint {here}) than the one with which \
         the database was sealed (fingerprint {known}): take the key file of this installation"
    )]
    Other {
        /// Which.
        version: u8,
        /// The fingerprint of this server's key.
        here: String,
        /// The fingerprint that the database knows.
        known: String,
    },
    /// A key is missing that the database was sealed with.
    #[error(
        "vault key {version} (fingerprint {known}) is not in this server's key file: take the \
         newest key file of this installation"
    )]
    Missing {
        /// Which.
        version: u8,
        /// The fingerprint that the database knows.
        known: String,
    },
    /// Records still need a key that is to go.
    #[error(
        "vault key {version} is still needed by {accounts} accounts, {sessions} sessions and \
         {flows} flows, letters and requests: run `svyazka keys reseal`; sessions end by themselves within 30 days"
    )]
    Needed {
        /// Which.
        version: u8,
        /// How many accounts.
        accounts: u64,
        /// How many sessions.
        sessions: u64,
        /// How many flows, letters under way and requests that may be repeated.
        flows: u64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many records need a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnderKey {
    /// Accounts: profile, SNILS, or the tag of SNILS or address.
    pub accounts: u64,
    /// Sessions; they end by themselves.
    pub sessions: u64,
    /// Flows, letters under way and requests that may be repeated; they end by themselves.
    pub flows: u64,
}

impl UnderKey {
    /// Whether nothing needs the key.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.accounts == 0 && self.sessions == 0 && self.flows == 0
    }
}

/// What to do with an account whose key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Leave it as it is.
    Leave,
    /// Give up name, birth date, gender, SNILS and contacts: an import brings the register's
    /// again. Links, consents, passwords and the trail stay.
    GiveUp {
        /// The time that the empty name bears.
        now: Timestamp,
    },
}

/// What a batch of sealing anew did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    /// The last account looked at; none if there was nothing more.
    pub last: Option<AccountId>,
    /// Accounts that were sealed anew.
    pub rewritten: u64,
    /// Accounts whose key is not there.
    pub unreadable: u64,
}

impl Storage {
    /// The keys that the database knows.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn known_keys(&self) -> Result<Fingerprints, StoreError> {
        let rows = self.rows(query(sql::upkeep::KEYS)).await?;
        let known = |row: &Row| {
            let version = u8::try_from(row.number("version")?);
            let version = version.map_err(|_| damaged_column("version"))?;
            Ok((version, row.text("fingerprint")?))
        };
        rows.iter().map(known).collect()
    }

    /// Whether a server with these keys may work on this database.
    ///
    /// # Errors
    /// The first key that is another one or missing, by version and fingerprint.
    pub async fn check_keys(&self, own: &Fingerprints) -> Result<(), KeysError> {
        for (version, known) in self.known_keys().await? {
            match own.get(&version) {
                Some(here) if *here == known => {}
                Some(here) => {
                    let here = here.clone();
                    return Err(KeysError::Other {
                        version,
                        here,
                        known,
                    });
                }
                None => return Err(KeysError::Missing { version, known }),
            }
        }
        Ok(())
    }

    /// Makes the keys of a server known, before it writes with them. Where one of them does not
    /// fit, none is made known.
    ///
    /// # Errors
    /// As [`Self::check_keys`].
    pub async fn register_keys(&self, own: &Fingerprints) -> Result<(), KeysError> {
        self.check_keys(own).await?;
        let known = self.known_keys().await?;
        for (version, fingerprint) in own.iter().filter(|(v, _)| !known.contains_key(v)) {
            let statement = query(sql::upkeep::PUT_KEY)
                .bind(i64::from(*version))
                .bind(fingerprint.clone());
            self.write_alone("vault key", statement).await?;
        }
        // Another server may have been first with another key of that version.
        self.check_keys(own).await
    }

    /// How many records need a key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn under_key(&self, version: u8) -> Result<UnderKey, StoreError> {
        let statement = query(sql::upkeep::UNDER_KEY).bind(vec![version]);
        let Some(row) = self.row(statement).await? else {
            return Ok(UnderKey::default());
        };
        Ok(UnderKey {
            accounts: row.natural("accounts")?,
            sessions: row.natural("sessions")?,
            flows: row.natural("flows")?,
        })
    }

    /// Seals at most `limit` accounts anew with the key in force, beginning after an account. An
    /// account that is changed meanwhile is left to whoever changed it: that write sealed it.
    ///
    /// # Errors
    /// The database does not answer, or a record is damaged otherwise than by a key that is gone.
    pub async fn reseal_batch(
        &self,
        after: Option<AccountId>,
        limit: u16,
        unreadable: Unreadable,
    ) -> Result<Resealed, StoreError> {
        let vault = self.vault.as_ref();
        let in_force = vault.tag(Purpose::SnilsTag, &[]).key();
        let statement = query(sql::upkeep::TO_RESEAL)
            .bind(after.map_or_else(Uuid::nil, AccountId::uuid))
            .bind(vec![in_force])
            .bind(i64::from(limit));
        let rows = self.rows(statement).await?;
        let mut done = Resealed::default();
        let mut writes = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: AccountId = row.id("a_id")?;
            done.last = Some(id);
            let sealed = SealedProfile {
                profile: row.read("a_profile")?,
                snils: row.read("a_snils")?,
            };
            let profile = match (open_profile(vault, id, sealed), unreadable) {
                (Ok(profile), _) => profile,
                (Err(_), Unreadable::Leave) => {
                    done.unreadable += 1;
                    continue;
                }
                (Err(_), Unreadable::GiveUp { now }) => nobody(now),
            };
            let tag = profile.snils.as_ref();
            let tag = tag.map(|snils| snils_tag(vault, &snils.value).to_octets());
            let address = profile.letter_address();
            let address = address.map(|address| email_tag(vault, address).to_octets());
            let SealedProfile { profile, snils } = seal_profile(vault, id, &profile)?;
            writes.push(
                query(sql::upkeep::RESEAL)
                    .bind(id.uuid())
                    .bind(profile)
                    .bind(snils)
                    .bind(tag)
                    .bind(address)
                    .bind(row.number("a_version")?),
            );
        }
        if writes.is_empty() {
            return Ok(done);
        }
        let mut unit = self.begin().await?;
        for statement in writes {
            done.rewritten += unit.write("account", statement).await?;
        }
        unit.commit().await?;
        Ok(done)
    }

    /// Lets a key go: no server needs it any more.
    ///
    /// # Errors
    /// [`KeysError::Needed`] with the number of records that still need it.
    pub async fn forget_key(&self, version: u8) -> Result<(), KeysError> {
        let under = self.under_key(version).await?;
        if !under.is_none() {
            return Err(KeysError::Needed {
                version,
                accounts: under.accounts,
                sessions: under.sessions,
                flows: under.flows,
            });
        }
        let statement = query(sql::upkeep::DROP_KEY).bind(i64::from(version));
        self.write_alone("vault key", statement).await?;
        Ok(())
    }

    /// Ends the sessions and flows that still need a key: their people sign in anew.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_under_key(&self, version: u8) -> Result<u64, StoreError> {
        let mut unit = self.begin().await?;
        let mut ended = 0;
        for (record, text) in [
            ("session", sql::upkeep::END_SESSIONS_UNDER_KEY),
            ("flow", sql::upkeep::END_FLOWS_UNDER_KEY),
        ] {
            ended += unit.write(record, query(text).bind(vec![version])).await?;
        }
        unit.commit().await?;
        Ok(ended)
    }

    /// The profile of an account, for a write in the same transaction.
    pub(crate) fn profile_of(&self, row: &Row) -> Result<(AccountId, Profile), StoreError> {
        let id = row.id("a_id")?;
        Ok((id, record::profile(row, id, self.vault.as_ref())?))
    }
}

/// What is known of a person after the key is lost.
fn nobody(now: Timestamp) -> Profile {
    Profile {
        name: Sourced {
            value: RegisteredName::from_record("", "", ""),
            source: Source::School,
            at: now,
        },
        birth_date: None,
        snils: None,
        gender: None,
        contacts: Vec::new(),
    }
}
