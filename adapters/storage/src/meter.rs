//! Counts what goes to the database (`architecture.md`, Speed by design).

use std::sync::atomic::{AtomicU64, Ordering};

/// How many statements and commits a store has sent since it was opened. `BEGIN` and `COMMIT`
/// are no statements; a write outside a transaction is a statement and a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Statements.
    pub statements: u64,
    /// Commits.
    pub commits: u64,
}

impl Counts {
    /// What came since an earlier count.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(earlier.statements),
            commits: self.commits.saturating_sub(earlier.commits),
        }
    }
}

/// The counters behind [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Meter {
    statements: AtomicU64,
    commits: AtomicU64,
}

impl Meter {
    pub(crate) fn statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Counts {
        Counts {
            statements: self.statements.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
        }
    }
}
