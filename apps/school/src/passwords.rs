//! First passwords: made, hashed on the bounded pool, printed as slips to cut (`threats.md` D6).
//!
//! The slips are written first and the passwords set after it, so that nobody ends up with a
//! password that no paper has.

mod generator;
mod slips;
#[cfg(test)]
mod tests;

pub use generator::FirstPassword;
pub use slips::{Slip, SlipFormat, SlipSheet};

use std::{fs, io::Write, path::Path, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use linking_core::{
    account::{LocalPassword, PasswordOrigin},
    audit::{Act, AuditRecord, By, Concern, Notice},
    ids::{AuditKind, Id},
    ports::{
        Clock, HashError, IdSource, NewPassword, PasswordHasher, PrintScope, PrintedFor,
        Randomness, Register, StoreError,
    },
};
use thiserror::Error;

/// How many accounts one transaction renews.
const BATCH: usize = 200;
/// How many hashes are asked for at a time; the pool decides how many run.
const AT_ONCE: usize = 8;
/// How long to wait when the pool is full.
const BREATH: Duration = Duration::from_millis(50);

/// What of people who chose their own password already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Renewal {
    /// They keep it, and get no slip.
    KeepOwn,
    /// They get a new one as well: theirs stops working.
    RenewAll,
}

/// First passwords could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordsError {
    /// Nobody is in the scope.
    #[error("nobody to print for: look at login, region, organisation and class")]
    Nobody,
    /// Everybody in the scope has an own password.
    #[error("everybody there has chosen a password already; --renew replaces it")]
    OwnPasswords,
    /// The file cannot be written.
    #[error("{file}: cannot be written: {cause}; nothing was changed")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        cause: String,
    },
    /// Hashing failed.
    #[error("{0}; nothing was changed, remove the file and try again")]
    Hash(#[from] HashError),
    /// The database, before anything was set.
    #[error("{0}; nothing was changed")]
    Read(StoreError),
    /// The database, in the midst.
    #[error("{cause}; {set} of {all} slips are valid, the others are not: print them anew")]
    Write {
        /// What the store says.
        cause: StoreError,
        /// How many passwords were set.
        set: usize,
        /// How many slips there are.
        all: usize,
    },
}

/// What was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed {
    /// How many slips.
    pub slips: usize,
    /// How many people keep the password that they chose.
    pub kept_own: usize,
}

/// Makes, sets and prints first passwords.
#[derive(Debug, Clone)]
pub struct FirstPasswords {
    /// Who is there, and where passwords go.
    pub register: Arc<dyn Register>,
    /// Hashes them.
    pub hasher: Arc<dyn PasswordHasher>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers of audit records.
    pub ids: Arc<dyn IdSource>,
    /// Where passwords come from.
    pub random: Arc<dyn Randomness>,
}

impl FirstPasswords {
    /// Makes passwords for everybody in the scope, writes the slips to a new file that its owner
    /// alone may read, and sets the passwords: sessions and open flows of the people end.
    ///
    /// # Errors
    /// See [`PasswordsError`]; each says what was changed.
    pub async fn print(
        &self,
        scope: &PrintScope,
        renewal: Renewal,
        sheet: &SlipSheet,
        file: &Path,
    ) -> Result<Printed, PasswordsError> {
        let (slips, kept_own) = self.make(scope, renewal).await?;
        write_new(file, &sheet.render(&slips)).map_err(|error| PasswordsError::File {
            file: file.display().to_string(),
            cause: error.to_string(),
        })?;
        self.set(&slips).await?;
        Ok(Printed {
            slips: slips.len(),
            kept_own,
        })
    }

    /// Makes the slips of a scope, and sets nothing.
    ///
    /// # Errors
    /// Nobody is there, or the database failed.
    pub async fn make(
        &self,
        scope: &PrintScope,
        renewal: Renewal,
    ) -> Result<(Vec<Slip>, usize), PasswordsError> {
        let people = self
            .register
            .printed_for(scope)
            .await
            .map_err(PasswordsError::Read)?;
        if people.is_empty() {
            return Err(PasswordsError::Nobody);
        }
        let all = people.len();
        let renewed =
            |person: &PrintedFor| renewal == Renewal::RenewAll || !person.has_own_password;
        let slips: Vec<Slip> = people
            .into_iter()
            .filter(renewed)
            .map(|person| Slip {
                password: FirstPassword::draw(self.random.as_ref()),
                person,
            })
            .collect();
        if slips.is_empty() {
            return Err(PasswordsError::OwnPasswords);
        }
        let kept_own = all - slips.len();
        Ok((slips, kept_own))
    }

    /// Sets the passwords of slips.
    ///
    /// # Errors
    /// Hashing or the database failed; the error says how many were set.
    pub async fn set(&self, slips: &[Slip]) -> Result<(), PasswordsError> {
        // All hashes come first: what can fail slowly fails before anything is changed.
        let hashed: Vec<NewPassword> = stream::iter(slips)
            .map(|slip| self.hashed(slip))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut set = 0;
        for batch in hashed.chunks(BATCH) {
            let concerns = batch.iter().map(|password| Concern {
                account: password.account,
                notice: Notice::PasswordPrinted,
            });
            let audit = AuditRecord {
                id: Id::<AuditKind>::from_uuid(self.ids.next()),
                at: self.clock.now(),
                by: By::Operator,
                act: Act::PasswordsPrinted,
                flow: None,
                agent: None,
                concerns: concerns.collect(),
            };
            self.register
                .put_passwords(batch.to_vec(), audit)
                .await
                .map_err(|cause| PasswordsError::Write {
                    cause,
                    set,
                    all: slips.len(),
                })?;
            set += batch.len();
        }
        Ok(())
    }

    async fn hashed(&self, slip: &Slip) -> Result<NewPassword, HashError> {
        loop {
            match self.hasher.hash(slip.password.password().clone()).await {
                Ok(hash) => {
                    return Ok(NewPassword {
                        account: slip.person.account,
                        password: LocalPassword {
                            exposed_at: None,
                            hash,
                            origin: PasswordOrigin::Printed,
                            set_at: self.clock.now(),
                        },
                    });
                }
                // Signing in goes first; slips can wait.
                Err(HashError::Busy) => tokio::time::sleep(BREATH).await,
                Err(error) => return Err(error),
            }
        }
    }
}

/// Writes a file that was not there, readable for its owner alone.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
