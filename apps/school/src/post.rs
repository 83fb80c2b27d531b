//! The sender of letters: takes what is due under a lease, writes, sends, settles. Beside the
//! requests and never in them: a mail server that is away holds nobody up (`threats.md` I10).

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::future::join_all;
use linking_core::{
    letter::LetterKind,
    ports::{LeasedDue, MailError, Mailer, Outbox, Settled, StoreError},
    time::{LETTER_LIFE, Timestamp},
    usecase::{Fault, Linking},
};
use tokio::{task::JoinHandle, time};

use crate::{i18n::Texts, letters, settings::PublicAddress};

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// So long after a fault of the database.
const AFTER_FAULT: Duration = Duration::from_secs(10);
/// How many letters are on their way at once.
const BATCH: u16 = 8;
/// For so long one server holds what it took; a letter takes a minute at most.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// The first pause before another try, and the longest.
const PAUSES: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::minutes(60));

/// The sender.
#[derive(Debug, Clone)]
pub struct Post {
    /// The use cases.
    pub linking: Linking,
    /// What is due.
    pub outbox: Arc<dyn Outbox>,
    /// Who sends.
    pub mailer: Arc<dyn Mailer>,
    /// The words.
    pub texts: Texts,
    /// The address in the links.
    pub address: PublicAddress,
}

impl Post {
    /// Sends as long as the program runs, or until the task is ended.
    #[must_use]
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                match self.round().await {
                    // There may be more.
                    Ok(1..) => {}
                    Ok(0) => time::sleep(EVERY).await,
                    Err(error) => {
                        tracing::error!(%error, "letters could not be taken from the outbox");
                        time::sleep(AFTER_FAULT).await;
                    }
                }
            }
        })
    }

    /// One batch; says how much of it was taken.
    ///
    /// # Errors
    /// The store is away: what was taken is due again when its lease ends.
    pub async fn round(&self) -> Result<usize, StoreError> {
        let now = self.linking.now();
        let taken = self.outbox.take_due(now, now + LEASE, BATCH).await?;
        let settled = join_all(taken.iter().map(|due| self.deliver(due))).await;
        for (due, settled) in taken.iter().zip(settled) {
            self.outbox.settle(due, settled).await?;
        }
        Ok(taken.len())
    }

    /// Sends the letters of one thing due.
    async fn deliver(&self, taken: &LeasedDue) -> Settled {
        let key = taken.due.key();
        let again = self.again(taken);
        let letters = match self.linking.letters_of(&taken.due).await {
            Ok(letters) => letters,
            Err(fault) => {
                log_fault(&key, &fault);
                return again;
            }
        };
        let mut settled = Settled::Done;
        for letter in &letters {
            let texts = match provider_of(&letter.kind) {
                Some(provider) => self.texts.clone().about(provider),
                None => self.texts.clone(),
            };
            let now = self.linking.now();
            let written = match letters::write(&texts, &self.address, letter, now) {
                Ok(written) => written,
                Err(error) => {
                    tracing::error!(%error, key, "a letter could not be written");
                    settled = Settled::GivenUp;
                    continue;
                }
            };
            match self.mailer.send(&written).await {
                Ok(()) => {}
                Err(error @ MailError::Passing(_)) => {
                    tracing::warn!(%error, key, tries = taken.tries, "a letter waits");
                    return again;
                }
                Err(error @ MailError::Refused(_)) => {
                    tracing::error!(%error, key, "a letter is given up");
                    settled = Settled::GivenUp;
                }
            }
        }
        settled
    }

    /// When it is tried once more: later each time, and not for ever.
    fn again(&self, taken: &LeasedDue) -> Settled {
        let now = self.linking.now();
        if now.signed_duration_since(taken.due.at()) >= LETTER_LIFE {
            tracing::error!(key = taken.due.key(), "a letter is given up: it is too old");
            return Settled::GivenUp;
        }
        Settled::Again(next_try(now, taken.tries))
    }
}

/// When the next try is, after so many.
fn next_try(now: Timestamp, tries: u16) -> Timestamp {
    let (first, longest) = PAUSES;
    let doublings = i32::from(tries.saturating_sub(1).min(10));
    now + (first * 2_i32.pow(doublings.unsigned_abs())).min(longest)
}

fn log_fault(key: &str, fault: &Fault) {
    tracing::error!(error = %fault, key, "a letter could not be prepared");
}

fn provider_of(kind: &LetterKind) -> Option<&linking_core::provider::ProviderId> {
    match kind {
        LetterKind::Linked { provider }
        | LetterKind::Unlinked { provider, .. }
        | LetterKind::MovedAway { provider, .. }
        | LetterKind::Replaced { provider }
        | LetterKind::MismatchTried { provider }
        | LetterKind::IdentityTriedElsewhere { provider } => Some(provider),
        LetterKind::PasswordPaused { .. } | LetterKind::PasswordChanged | LetterKind::Restore => {
            None
        }
    }
}
