//! Cuts a store off from its database at a statement, as when its server is lost there: that
//! statement and everything after it comes to nothing, until the test has had its look.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::Error;

/// On which side of a statement the cut is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The statement is never sent.
    Before,
    /// The statement is done, and nobody hears of it.
    After,
}

/// Whole until it is set.
#[derive(Debug, Default)]
pub(crate) struct Knife {
    set: AtomicBool,
    after: AtomicBool,
    /// How many statements and commits still go through.
    left: AtomicU64,
    cut: AtomicBool,
}

impl Knife {
    /// Lets so many statements and commits through, and cuts at the next.
    pub(crate) fn set(&self, through: u64, side: Side) {
        self.left.store(through, Ordering::SeqCst);
        self.after.store(side == Side::After, Ordering::SeqCst);
        self.cut.store(false, Ordering::SeqCst);
        self.set.store(true, Ordering::SeqCst);
    }

    /// Puts it away; says whether it cut.
    pub(crate) fn away(&self) -> bool {
        self.set.store(false, Ordering::SeqCst);
        self.cut.swap(false, Ordering::SeqCst)
    }

    /// A statement or a commit.
    pub(crate) async fn at<T>(
        &self,
        statement: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let lost = || Error::Io(std::io::ErrorKind::ConnectionReset.into());
        if !self.set.load(Ordering::SeqCst) {
            return statement.await;
        }
        let whole = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if whole.is_ok() {
            return statement.await;
        }
        let first = !self.cut.swap(true, Ordering::SeqCst);
        if first && self.after.load(Ordering::SeqCst) {
            statement.await?;
        }
        Err(lost())
    }
}
