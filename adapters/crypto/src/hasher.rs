//! Argon2id (RFC 9106) for local passwords.

mod pool;
mod stored;
#[cfg(test)]
mod tests;

use std::{num::NonZeroUsize, thread, time::Duration};

use argon2::Params;
use async_trait::async_trait;
use linking_core::{
    account::PasswordHash,
    ports::{HashError, HashVerdict, PasswordHasher, Randomness},
    secret::Password,
};
use thiserror::Error;

use crate::random::SystemRandom;
use pool::Pool;
use stored::StoredHash;

/// How long a thread without work keeps its memory for the next hash.
const KEEP_MEMORY: Duration = Duration::from_secs(1);

/// How costly a hash is, and how many may be computed and wait at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashSettings {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes; they are computed one after another.
    pub lanes: u32,
    /// Threads: so many hashes at once, each with its memory.
    pub threads: NonZeroUsize,
    /// How many may wait for a thread. One more is [`HashError::Busy`].
    pub waiting: NonZeroUsize,
}

impl HashSettings {
    /// Places in the queue for each thread: at 18 ms a hash, the last one waits a second.
    const WAITING_FOR_EACH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

    /// 19 MiB, two passes, one lane (the second recommended choice of OWASP's Password Storage
    /// Cheat Sheet), as many threads as the machine has cores, 64 waiting for each.
    #[must_use]
    pub fn recommended() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            memory_kib: Params::DEFAULT_M_COST,
            passes: Params::DEFAULT_T_COST,
            lanes: Params::DEFAULT_P_COST,
            threads,
            waiting: threads.saturating_mul(Self::WAITING_FOR_EACH),
        }
    }

    /// The least that Argon2 takes, on one thread: for tests and simulations. Protects nothing.
    #[must_use]
    pub const fn cheapest() -> Self {
        Self {
            memory_kib: Params::MIN_M_COST,
            passes: Params::MIN_T_COST,
            lanes: Params::MIN_P_COST,
            threads: NonZeroUsize::MIN,
            waiting: Self::WAITING_FOR_EACH,
        }
    }
}

/// Why a hasher did not start.
#[derive(Debug, Error)]
pub enum HasherStartError {
    /// Argon2 takes no such parameters.
    #[error(
        "Argon2 takes no {memory_kib} KiB with {passes} passes and {lanes} lanes: {cause}; the \
         recommended choice is 19456 KiB, 2 passes, 1 lane"
    )]
    Parameters {
        /// Memory as configured.
        memory_kib: u32,
        /// Passes as configured.
        passes: u32,
        /// Lanes as configured.
        lanes: u32,
        /// What Argon2 says.
        cause: argon2::Error,
    },
    /// The system gave no thread.
    #[error("the system gave no thread for password hashes: {0}")]
    Thread(#[from] std::io::Error),
}

/// Hashes passwords with Argon2id on threads of its own.
///
/// Hashes of other parameters than today's are checked too, at their own cost: after a change
/// of parameters, F4 holds only once all hashes have been renewed.
#[derive(Debug)]
pub struct Argon2Hasher {
    pool: Pool,
    params: Params,
    /// Against this, passwords of unknown accounts are checked.
    dummy: StoredHash,
}

impl Argon2Hasher {
    /// Starts the threads. Idle ones hold no memory but their small stacks.
    ///
    /// # Errors
    /// See [`HasherStartError`].
    pub fn start(settings: &HashSettings) -> Result<Self, HasherStartError> {
        let HashSettings {
            memory_kib,
            passes,
            lanes,
            ..
        } = *settings;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(|cause| {
            HasherStartError::Parameters {
                memory_kib,
                passes,
                lanes,
                cause,
            }
        })?;
        let dummy = StoredHash::of_nothing(&params, &SystemRandom);
        let pool = Pool::start(settings.threads, settings.waiting, KEEP_MEMORY)?;
        Ok(Self {
            pool,
            params,
            dummy,
        })
    }

    /// How many hashes were computed so far (`threats.md` F4, F6).
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.pool.hashes()
    }

    /// How many passwords wait for a thread now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let mut salt = [0; stored::SALT];
        SystemRandom.fill(&mut salt);
        let params = self.params.clone();
        self.pool
            .run(move |memory| StoredHash::make(&password, &salt, params, memory))
            .await?
            .and_then(|hash| hash.to_phc())
    }

    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<HashVerdict, HashError> {
        let known = stored.is_some();
        let against = match stored {
            Some(phc) => StoredHash::read(&phc)?,
            None => self.dummy.clone(),
        };
        let same = self
            .pool
            .run(move |memory| against.is_of(&password, memory))
            .await??;
        Ok(if same && known {
            HashVerdict::Match
        } else {
            HashVerdict::Mismatch
        })
    }
}
