//! Counts what goes to the database (`architecture.md`, Speed by design).

use std::sync::atomic::{AtomicU64, Ordering};

use linking_core::{audit::Act, change::ChangeSet, ports::StoreError};

/// How many statements and commits a store has sent since it was opened. `BEGIN` and `COMMIT`
/// are no statements; a write outside a transaction is a statement and a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Statements.
    pub statements: u64,
    /// Commits.
    pub commits: u64,
    /// Change sets that somebody else was quicker than.
    pub conflicts: u64,
    /// Change sets that the database did not take, though nobody was quicker (`threats.md` I13).
    pub faults: u64,
    /// Acts on the trail, in the order of [`ACTS`].
    pub acts: [u64; ACTS.len()],
}

/// The names of acts, as the trail has them.
pub const ACTS: [&str; 13] = [
    "signed-in",
    "signed-out",
    "stepped-up",
    "sessions-ended",
    "linked",
    "unlinked",
    "contacts-chosen",
    "refused",
    "passwords-printed",
    "password-changed",
    "moved-away",
    "replaced",
    "other",
];

/// The place of an act in [`ACTS`].
const fn place_of(act: &Act) -> usize {
    match act {
        Act::SignedIn { .. } => 0,
        Act::SignedOut => 1,
        Act::SteppedUp => 2,
        Act::SessionsEnded => 3,
        Act::Linked { .. } => 4,
        Act::Unlinked { .. } => 5,
        Act::ContactsChosen { .. } => 6,
        Act::Refused { .. } => 7,
        Act::PasswordsPrinted => 8,
        Act::PasswordChanged => 9,
        Act::MovedAway { .. } => 10,
        Act::Replaced { .. } => 11,
        _ => 12,
    }
}

impl Counts {
    /// What came since an earlier count.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(earlier.statements),
            commits: self.commits.saturating_sub(earlier.commits),
            conflicts: self.conflicts.saturating_sub(earlier.conflicts),
            faults: self.faults.saturating_sub(earlier.faults),
            acts: std::array::from_fn(|place| {
                let of = |counts: &Self| counts.acts.get(place).copied().unwrap_or_default();
                of(&self).saturating_sub(of(&earlier))
            }),
        }
    }
}

/// The counters behind [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Meter {
    statements: AtomicU64,
    commits: AtomicU64,
    conflicts: AtomicU64,
    faults: AtomicU64,
    acts: [AtomicU64; ACTS.len()],
    /// Cuts the store off from its database where a test wants so.
    #[cfg(test)]
    pub(crate) knife: crate::tests::Knife,
}

impl Meter {
    /// Sends a statement, and counts it.
    pub(crate) async fn sent<T>(
        &self,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        let statement = self.knife.at(statement);
        statement.await
    }

    /// Sends a commit, and counts it where it is done.
    pub(crate) async fn committed(
        &self,
        commit: impl Future<Output = Result<(), sqlx::Error>>,
    ) -> Result<(), sqlx::Error> {
        #[cfg(test)]
        let commit = self.knife.at(commit);
        commit.await?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Sends a statement that is a commit too.
    pub(crate) async fn sent_alone<T>(
        &self,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let done = self.sent(statement).await?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(done)
    }

    /// What became of a change set.
    pub(crate) fn change(&self, changes: &ChangeSet, done: &Result<(), StoreError>) {
        let add = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        match done {
            Ok(()) => {
                let places = changes.audits().map(|audit| place_of(&audit.act));
                places
                    .filter_map(|place| self.acts.get(place))
                    .for_each(add);
            }
            Err(StoreError::Conflict(_)) => add(&self.conflicts),
            Err(_) => add(&self.faults),
        }
    }

    pub(crate) fn read(&self) -> Counts {
        Counts {
            statements: self.statements.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            conflicts: self.conflicts.load(Ordering::Relaxed),
            faults: self.faults.load(Ordering::Relaxed),
            acts: std::array::from_fn(|place| {
                let counter = self.acts.get(place);
                counter.map_or(0, |counter| counter.load(Ordering::Relaxed))
            }),
        }
    }
}
