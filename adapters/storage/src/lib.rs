//! The store over SQLite: the core's ports `Store`, `Directory` and `Register` on one embedded
//! database (`architecture.md`, Many servers: one machine).
//!
//! - **One writer, many readers.** Writes queue for one connection and begin with
//!   `BEGIN IMMEDIATE`; reads run beside them on connections that refuse to write. The journal is
//!   a write-ahead log.
//! - **`synchronous = FULL`.** With `NORMAL` a power cut may take the last commits back: a session
//!   that was ended would live again, a counter of wrong passwords would forget. A commit costs
//!   one flush more; a sign-in has three.
//! - **Sealed at rest.** Names, birth dates, genders and contacts are one sealed blob bound to the
//!   account, the SNILS another, found by its keyed tag; a flow is one sealed blob bound to the
//!   flow. `secure_delete` overwrites what is deleted (`threats.md` H2).
//! - **All or nothing.** A change set is one transaction with its audit record and events; a
//!   version that moved, or a unique index that says no, is
//!   [`StoreError::Conflict`](linking_core::ports::StoreError::Conflict).
//! - **Portable text.** The statements are constants that PostgreSQL takes too; a test walks them
//!   and reads their query plans.
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

mod attempts;
mod codes;
mod commit;
mod connection;
mod directory;
#[cfg(feature = "dump")]
mod dump;
mod fault;
mod meter;
mod open;
mod people;
mod record;
mod register;
mod sealing;
mod sql;
mod store;
mod sweep;
mod words;

#[cfg(feature = "dump")]
pub use dump::Dump;
pub use meter::Counts;
pub use open::{Location, Migrated, MigrationError, OpenError, Storage};

#[cfg(test)]
mod tests;
