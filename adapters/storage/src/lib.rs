//! The store: the core's ports `Store`, `Directory` and `Register` over SQLite, embedded in one
//! machine, or over PostgreSQL, for any number of servers (`architecture.md`, Many servers).
//!
//! - **One set of statements** and one schema for both. They are constants; a test walks them and
//!   reads their query plans on each database.
//! - **SQLite: one writer, many readers.** Writes queue for one connection and begin with
//!   `BEGIN IMMEDIATE`; reads run beside them on connections that refuse to write. The journal is
//!   a write-ahead log, with `synchronous = FULL`: with `NORMAL` a power cut may take the last
//!   commits back, and a session that was ended would live again.
//! - **PostgreSQL: short transactions, locked rows.** What a change set guards is read
//!   `FOR SHARE`, counters and accounts are locked before they are written. Of several addresses
//!   the first that takes writes is used; a promotion is followed without a restart.
//! - **Sealed at rest.** Names, birth dates, genders and contacts are one sealed blob bound to the
//!   account, the SNILS another, found by its keyed tag; a flow is one sealed blob bound to the
//!   flow. SQLite's `secure_delete` overwrites what is deleted (`threats.md` H2).
//! - **All or nothing.** A change set is one transaction with its audit record and events; a
//!   version that moved, or a unique index that says no, is
//!   [`StoreError::Conflict`](linking_core::ports::StoreError::Conflict).
//!
//! ```no_run
//! # async fn example(
//! #     vault: std::sync::Arc<dyn linking_core::ports::Vault>,
//! #     ids: std::sync::Arc<dyn linking_core::ports::IdSource>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use linking_storage::{Location, Storage};
//!
//! let storage = Storage::open(&Location::File("svyazka.db".into()), vault, ids).await?;
//! storage.migrate().await?;
//! storage.check_ready().await?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    test,
    expect(clippy::duplicate_mod, reason = "the same cases run on each database")
)]

mod address;
mod attempts;
mod backup;
mod codes;
mod commit;
mod connection;
mod directory;
#[cfg(any(test, feature = "dump"))]
mod dump;
mod fault;
mod keys;
mod letters;
mod meter;
mod migrate;
mod open;
mod people;
mod postgres;
mod record;
mod register;
mod repeats;
mod restore;
mod row;
mod sealing;
mod sql;
mod statement;
mod store;
mod sweep;
mod words;

pub use address::{AddressError, PostgresAddress};
pub use backup::BackupError;
#[cfg(any(test, feature = "dump"))]
pub use dump::Dump;
pub use keys::{Fingerprints, KeysError, Resealed, UnderKey, Unreadable};
pub use meter::{ACTS, Counts};
pub use migrate::{Migrated, MigrationError};
pub use open::{Location, OpenError, Storage};
pub use restore::{End, Mark, NoEnd, Restored};

#[cfg(test)]
mod tests;
