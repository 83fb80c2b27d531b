//! A vault whose keys are exchanged while the program runs.

use std::sync::{Arc, RwLock};

use linking_core::{
    ports::{Purpose, Sealed, Tag, Vault, VaultError},
    secret::SecretBytes,
};
use linking_crypto::{KeyVault, SystemRandom};

/// As a server that is started anew with another key file, without the start.
#[derive(Debug)]
pub(crate) struct ChangingVault {
    text: RwLock<String>,
    vault: RwLock<Arc<KeyVault>>,
}

impl ChangingVault {
    pub(super) fn new() -> Self {
        let text = KeyVault::generate(&SystemRandom).expose().to_owned();
        Self {
            vault: RwLock::new(Arc::new(KeyVault::from_text(&text).unwrap())),
            text: RwLock::new(text),
        }
    }

    fn present(&self) -> Arc<KeyVault> {
        Arc::clone(&self.vault.read().unwrap())
    }

    fn put(&self, text: String) {
        *self.vault.write().unwrap() = Arc::new(KeyVault::from_text(&text).unwrap());
        *self.text.write().unwrap() = text;
    }

    /// A new key is in force; the former one opens.
    pub(crate) fn rotate(&self) {
        let new = KeyVault::generate(&SystemRandom);
        let former = self.text.read().unwrap().clone();
        let new = new.expose().replacen("1:", "2:", 1);
        self.put(format!("{former}{new}"));
    }

    /// The former key is gone.
    pub(crate) fn drop_former(&self) {
        let text = self.text.read().unwrap().clone();
        let (_, newest) = text.trim_end().rsplit_once('\n').unwrap();
        self.put(format!("{newest}\n"));
    }
}

impl Vault for ChangingVault {
    fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &SecretBytes) -> Sealed {
        self.present().seal(purpose, bound_to, plain)
    }

    fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &Sealed,
    ) -> Result<SecretBytes, VaultError> {
        self.present().open(purpose, bound_to, sealed)
    }

    fn tag(&self, purpose: Purpose, value: &[u8]) -> Tag {
        self.present().tag(purpose, value)
    }

    fn other_tags(&self, purpose: Purpose, value: &[u8]) -> Vec<Tag> {
        self.present().other_tags(purpose, value)
    }
}
