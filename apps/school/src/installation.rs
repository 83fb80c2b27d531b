//! What every command works with: the database, the keys, the clock.

use std::sync::Arc;

use linking_core::{
    ports::{Clock, IdSource, Randomness, Register, StoreError, Vault},
    usecase::Ports,
};
use linking_crypto::{
    Argon2Hasher, HasherStartError, KeyFileError, KeyVault, SystemClock, SystemRandom, UuidV7Source,
};
use linking_storage::{Fingerprints, KeysError, MigrationError, OpenError, Storage};
use thiserror::Error;

use crate::{
    ends::{Ends, EndsError},
    import::Importer,
    passwords::FirstPasswords,
    settings::{PasswordFileError, Settings},
};

/// The installation could not be opened.
#[derive(Debug, Error)]
pub enum OpenInstallationError {
    /// The vault's keys.
    #[error("vault.key-file: {0}")]
    Keys(#[from] KeyFileError),
    /// The database's password.
    #[error("database.password-file: {0}")]
    Password(#[from] PasswordFileError),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] OpenError),
    /// The database's schema.
    #[error("database: {0}")]
    Schema(#[from] MigrationError),
    /// The vault's keys are not those of the database.
    #[error("vault.key-file: {0}")]
    OtherKeys(#[from] KeysError),
    /// The list of ends.
    #[error(transparent)]
    Ends(#[from] EndsError),
    /// The database does not answer.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The database is a backup, or older than the list of ends.
    #[error(
        "the database was put back from a backup: what ended since then would live again; run \
         `svyazka restore-finish`"
    )]
    Restored,
    /// The threads for password hashes.
    #[error("hash-pool: {0}")]
    Hashes(#[from] HasherStartError),
}

/// An open installation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The database.
    pub storage: Arc<Storage>,
    /// The keys.
    pub vault: Arc<dyn Vault>,
    /// The fingerprints of the keys.
    pub keys: Arc<Fingerprints>,
    /// The list of what ended.
    pub ends: Arc<Ends>,
    /// The pool of password hashes.
    pub hasher: Arc<Argon2Hasher>,
    /// The system's clock.
    pub clock: Arc<dyn Clock>,
    /// UUID version 7.
    pub ids: Arc<dyn IdSource>,
    /// The system's generator.
    pub random: Arc<dyn Randomness>,
}

impl Installation {
    /// Reads the keys, opens the database, brings its schema up to date, and holds that both
    /// belong together and that no backup is served before its restore is finished.
    ///
    /// # Errors
    /// See [`OpenInstallationError`]; it names the setting.
    pub async fn open(settings: &Settings) -> Result<Self, OpenInstallationError> {
        let installation = Self::open_as_it_is(settings).await?;
        installation.storage.migrate().await?;
        installation.check().await?;
        let storage = &installation.storage;
        storage.register_keys(&installation.keys).await?;
        Ok(installation)
    }

    /// Whether the database belongs to these keys and to this day: asked at the start, and as
    /// long as the program runs (`threats.md` I5, I9).
    ///
    /// # Errors
    /// [`OpenInstallationError::Restored`] or [`OpenInstallationError::OtherKeys`].
    pub async fn check(&self) -> Result<(), OpenInstallationError> {
        if !self.ends.fits(self.storage.mark().await?).await {
            return Err(OpenInstallationError::Restored);
        }
        Ok(self.storage.check_keys(&self.keys).await?)
    }

    /// Reads the keys and opens the database, whatever state it is in: for its upkeep.
    ///
    /// # Errors
    /// See [`OpenInstallationError`]; it names the setting.
    pub async fn open_as_it_is(settings: &Settings) -> Result<Self, OpenInstallationError> {
        let vault = KeyVault::load(&settings.vault_keys)?;
        let keys = Arc::new(vault.fingerprints());
        let vault: Arc<dyn Vault> = Arc::new(vault);
        let ids: Arc<dyn IdSource> = Arc::new(UuidV7Source);
        let location = settings.database.location()?;
        let storage = Storage::open(&location, Arc::clone(&vault), Arc::clone(&ids)).await?;
        Ok(Self {
            storage: Arc::new(storage),
            vault,
            keys,
            ends: Arc::new(Ends::open(settings.ends.as_deref())?),
            hasher: Arc::new(Argon2Hasher::start(&settings.hashes)?),
            clock: Arc::new(SystemClock),
            ids,
            random: Arc::new(SystemRandom),
        })
    }

    /// The ports of the use cases.
    #[must_use]
    pub fn ports(&self) -> Ports {
        Ports {
            store: Arc::<Storage>::clone(&self.storage),
            hasher: Arc::<Argon2Hasher>::clone(&self.hasher),
            vault: Arc::clone(&self.vault),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            random: Arc::clone(&self.random),
        }
    }

    /// Takes registers in.
    #[must_use]
    pub fn importer(&self) -> Importer<'_> {
        let register: &dyn Register = self.storage.as_ref();
        Importer {
            register,
            clock: self.clock.as_ref(),
            ids: self.ids.as_ref(),
        }
    }

    /// Makes first passwords.
    #[must_use]
    pub fn first_passwords(&self) -> FirstPasswords {
        FirstPasswords {
            register: Arc::<Storage>::clone(&self.storage),
            hasher: Arc::<Argon2Hasher>::clone(&self.hasher),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            random: Arc::clone(&self.random),
        }
    }
}
