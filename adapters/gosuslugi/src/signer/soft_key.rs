//! A key in this process: for stands, tests and the demo.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use gost_signature::{PrivateKeyError, SigningKey};
use linking_core::ports::Randomness;

use crate::{RawSigner, SignError};

/// A private key in memory. No certified means of signing: the production stand refuses it
/// (`gost.md` 1.6).
pub struct SoftKey {
    key: SigningKey,
    random: Arc<dyn Randomness>,
}

impl SoftKey {
    /// Reads a PKCS#8 key in PEM.
    ///
    /// # Errors
    /// See [`PrivateKeyError`].
    pub fn from_pem(pem: &str, random: Arc<dyn Randomness>) -> Result<Self, PrivateKeyError> {
        Ok(Self {
            key: SigningKey::from_pkcs8_pem(pem)?,
            random,
        })
    }
}

#[async_trait]
impl RawSigner for SoftKey {
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let mut extra = [0; 32];
        self.random.fill(&mut extra);
        Ok(self.key.sign(message, &extra).as_bytes().to_vec())
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SoftKey")
    }
}
