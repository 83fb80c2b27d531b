//! A hasher that costs nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use linking_core::{
    account::PasswordHash,
    ports::{HashError, HashVerdict, PasswordHasher},
    secret::Password,
};

const MARK: &str = "plain:";

/// Keeps the password itself as its "hash", and counts how often it was asked. For tests alone.
#[derive(Debug, Default)]
pub struct PlainHasher {
    hashes: AtomicU64,
    busy: AtomicBool,
}

impl PlainHasher {
    /// What it stores for a password.
    #[must_use]
    pub fn stored(password: &str) -> PasswordHash {
        PasswordHash::new(format!("{MARK}{password}"))
    }

    /// How many hashes it has "computed" (`threats.md` F4, F6).
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::SeqCst)
    }

    /// From now on it has no place ([`HashError::Busy`]), or has one again.
    pub fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }

    fn count(&self) -> Result<(), HashError> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(HashError::Busy);
        }
        self.hashes.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        self.count()?;
        Ok(Self::stored(password.expose()))
    }

    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<HashVerdict, HashError> {
        let known = match &stored {
            Some(hash) => {
                let plain = hash.expose().strip_prefix(MARK);
                Some(plain.ok_or(HashError::Unreadable)?)
            }
            None => None,
        };
        self.count()?;
        Ok(match known {
            Some(plain) if plain == password.expose() => HashVerdict::Match,
            Some(_) | None => HashVerdict::Mismatch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;

    #[test]
    fn it_tells_right_from_wrong_and_counts() {
        run(async {
            let hasher = PlainHasher::default();
            let password = |text: &str| Password::new(text.to_owned()).unwrap();
            let stored = hasher.hash(password("a")).await.unwrap();
            let verify = |text: &str, stored| hasher.verify(password(text), stored);
            assert_eq!(
                verify("a", Some(stored.clone())).await,
                Ok(HashVerdict::Match)
            );
            assert_eq!(
                verify("b", Some(stored.clone())).await,
                Ok(HashVerdict::Mismatch)
            );
            assert_eq!(verify("a", None).await, Ok(HashVerdict::Mismatch));
            assert_eq!(hasher.hashes(), 4);
            hasher.set_busy(true);
            assert_eq!(verify("a", Some(stored)).await, Err(HashError::Busy));
            assert_eq!(hasher.hashes(), 4);
        });
    }
}
