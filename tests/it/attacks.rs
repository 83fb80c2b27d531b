//! Attacks on the whole system over HTTP, each named by its entry in `threats.md`. *Refused*
//! means: the page carries the code, and of the records nothing changed but trail, counters and
//! flows.

mod guessing;
mod installation;
mod linking;
mod pages;
mod proofs;
mod provider;
mod redirect;
mod repetition;
mod sessions;
mod traces;

use anyhow::Result;
use linking_storage::Dump;

use crate::stand::{Records, Stand, unchanged};

/// A system under attack, with its records before.
struct Ground {
    stand: Stand,
    records: Records,
}

impl Ground {
    async fn new(name: &str) -> Result<Self> {
        Self::of(Stand::start(name).await?).await
    }

    /// With a clock that the test sets.
    async fn timed(name: &str) -> Result<Self> {
        Self::of(Stand::timed(name).await?).await
    }

    async fn of(stand: Stand) -> Result<Self> {
        let records = stand.records().await?;
        Ok(Self { stand, records })
    }

    async fn dump(&self) -> Result<Dump> {
        self.records.dump().await
    }

    /// Holds that nothing but trail, counters and flows changed since.
    async fn holds(&self, before: &Dump) -> Result<()> {
        unchanged(before, &self.dump().await?)
    }

    /// How many token requests reached the provider.
    fn token_requests(&self) -> usize {
        let requests = self.stand.control().requests();
        requests
            .iter()
            .filter(|request| request.path.ends_with("/v3/te"))
            .count()
    }
}
