//! The ports of letters: what is due, under a lease, and who sends.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    event::Event, letter::RestoreRequest, person::EmailAddress, ports::StoreError, time::Timestamp,
};

/// What a letter may be due for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Something happened to an account.
    Event(Event),
    /// Somebody asked for a new password.
    Restore(RestoreRequest),
}

impl Due {
    /// Since when it is due.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Event(event) => event.at,
            Self::Restore(request) => request.at,
        }
    }

    /// The stable text that names the delivery: one for the receiver, however often it is sent
    /// (`threats.md` I10).
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Event(event) => event.id.to_string(),
            Self::Restore(request) => request.id.to_string(),
        }
    }
}

/// Something due, taken by one server until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedDue {
    /// What.
    pub due: Due,
    /// When the lease ends: then another server may take it.
    pub until: Timestamp,
    /// How often it was taken, this time included.
    pub tries: u16,
}

/// What became of something due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Its letters went out, or nobody is to be written to.
    Done,
    /// Another try then.
    Again(Timestamp),
    /// Given up.
    GivenUp,
}

/// The queue of what letters are due for.
#[async_trait]
pub trait Outbox: fmt::Debug + Send + Sync {
    /// Takes at most `limit` of what is due at `now`, and holds it until `until`. Of an account's
    /// events the oldest comes first, and the next one only when it is settled.
    async fn take_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<LeasedDue>, StoreError>;

    /// Settles what was taken. Nothing if the lease went to somebody else meanwhile. What was
    /// typed in a request goes when it is done or given up.
    async fn settle(&self, taken: &LeasedDue, settled: Settled) -> Result<(), StoreError>;
}

/// A letter, written.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingLetter {
    /// Names it for the receiver: the same however often it is sent.
    pub key: String,
    /// To whom.
    pub to: EmailAddress,
    /// Without a name, a login or a school.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same words as simple HTML.
    pub html: String,
}

impl fmt::Debug for OutgoingLetter {
    /// The key alone: the rest is a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingLetter")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A letter did not go out. No text of it names an address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MailError {
    /// Another try may work.
    #[error("the letter could not be sent now: {0}")]
    Passing(String),
    /// This letter will never go.
    #[error("the letter was refused for good: {0}")]
    Refused(String),
}

/// Sends letters.
#[async_trait]
pub trait Mailer: fmt::Debug + Send + Sync {
    /// Hands a letter over.
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError>;
}
