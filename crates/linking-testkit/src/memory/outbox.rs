//! What letters are due for, and the port that hands it out.

use async_trait::async_trait;
use linking_core::{
    account::{AccountSheet, AccountStatus},
    event::Event,
    letter::RestoreRequest,
    person::EmailAddress,
    ports::{Due, LeasedDue, Outbox, Settled, StoreError},
    time::Timestamp,
};

use super::{MemoryStore, records::Records};

/// Something due, with what became of it so far.
#[derive(Debug, Clone)]
pub(super) struct StoredDue {
    due: Due,
    /// From then on it may be taken; none once it is settled.
    from: Option<Timestamp>,
    tries: u16,
}

impl StoredDue {
    const fn new(due: Due, at: Timestamp) -> Self {
        Self {
            due,
            from: Some(at),
            tries: 0,
        }
    }
}

impl Records {
    /// Puts an event into the outbox.
    pub(super) fn send(&mut self, event: Event) {
        let at = event.at;
        self.events.push(event.clone());
        self.due.push(StoredDue::new(Due::Event(event), at));
    }

    pub(super) fn ask(&mut self, request: RestoreRequest) {
        let at = request.at;
        self.due.push(StoredDue::new(Due::Restore(request), at));
    }

    pub(super) fn by_email(&self, address: &EmailAddress) -> Vec<AccountSheet> {
        let is_meant = |known: &EmailAddress| known.key() == address.key();
        self.accounts
            .values()
            .filter(|stored| {
                stored.account.status == AccountStatus::Active
                    && stored
                        .account
                        .profile
                        .letter_address()
                        .is_some_and(is_meant)
            })
            .filter_map(|stored| self.sheet(stored.account.id))
            .collect()
    }

    fn take_due(&mut self, now: Timestamp, until: Timestamp, limit: u16) -> Vec<LeasedDue> {
        let mut held = Vec::new();
        let mut taken = Vec::new();
        for stored in &mut self.due {
            let Some(from) = stored.from else { continue };
            // Of an account's events the oldest that is open holds the others.
            if let Due::Event(event) = &stored.due {
                if held.contains(&event.account) {
                    continue;
                }
                held.push(event.account);
            }
            if from <= now && taken.len() < usize::from(limit) {
                stored.from = Some(until);
                stored.tries = stored.tries.saturating_add(1);
                taken.push(LeasedDue {
                    due: stored.due.clone(),
                    until,
                    tries: stored.tries,
                });
            }
        }
        taken
    }

    fn settle(&mut self, taken: &LeasedDue, settled: Settled) {
        let ours = |stored: &StoredDue| {
            stored.due.key() == taken.due.key() && stored.from == Some(taken.until)
        };
        let next = match settled {
            Settled::Again(at) => Some(at),
            Settled::Done | Settled::GivenUp => None,
        };
        for stored in &mut self.due {
            if ours(stored) {
                stored.from = next;
            }
        }
        self.due
            .retain(|stored| stored.from.is_some() || matches!(stored.due, Due::Event(_)));
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn take_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<LeasedDue>, StoreError> {
        self.write(|records, _| Ok(records.take_due(now, until, limit)))
            .await
    }

    async fn settle(&self, taken: &LeasedDue, settled: Settled) -> Result<(), StoreError> {
        self.write(|records, _| {
            records.settle(taken, settled);
            Ok(())
        })
        .await
    }
}
