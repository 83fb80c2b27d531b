//! Long sequences of commands on two stores at once: sign-in, link, unlink, contacts, block,
//! import, sessions, counters, consents. Each command is a request as the pages make it, or a
//! command of the school; after each the answers are compared, after all of them the records.
//!
//! One store is the memory store; the other is whatever shall be held against it. What a store
//! numbers itself (accounts, organisations, memberships) is compared by its name.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a comparison fails by panicking"
)]

mod acts;
mod command;
mod records;
mod site;

use std::sync::Arc;

use self::{
    command::{Command, Dice},
    site::Site,
};
use super::ConformingStore;
use crate::{MemoryStore, SeededRandom};

/// How often a sequence came to what it must not miss.
#[derive(Debug, Default)]
pub struct Reached {
    /// Links that were made.
    pub links: usize,
    /// Links that were ended.
    pub unlinks: usize,
    /// Sign-ins over a link.
    pub over_links: usize,
    /// Contact choices.
    pub contacts: usize,
    /// Refusals.
    pub refusals: usize,
}

impl Reached {
    fn add(&mut self, answer: &str) {
        let times = |text: &str| answer.matches(text).count();
        self.links += times("ChooseContacts");
        self.over_links += times("SignedIn {");
        self.contacts += times("ContactsChosen");
        self.refusals += times("Refused");
    }
}

/// Holds a fresh, empty store against the memory store, by so many commands drawn from a seed.
///
/// # Panics
/// When they answer differently, or hold different records at the end.
pub async fn compare(seed: u64, commands: usize, store: Arc<dyn ConformingStore>) -> Reached {
    let memory = Arc::new(MemoryStore::default());
    let mut one = Site::over(memory.clone()).await;
    let mut other = Site::over(store).await;
    let dice = Dice(SeededRandom::new(seed));
    let mut reached = Reached::default();
    let mut done = Vec::new();
    for _ in 0..commands {
        let command = Command::draw(&dice);
        let (first, second) = (one.take(&command).await, other.take(&command).await);
        reached.add(&first);
        done.push(command);
        assert_eq!(first, second, "seed {seed}: {done:#?}");
    }
    let (first, second) = (one.records().await, other.records().await);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second, "seed {seed}: {done:#?}");
    }
    assert_eq!(first.len(), second.len(), "seed {seed}");
    let ends = memory.facts();
    reached.unlinks = ends.ended.len();
    reached
}
