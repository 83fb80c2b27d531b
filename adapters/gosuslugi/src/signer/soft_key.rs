//! A key in this process: for stands, tests and the demo.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use gost_signature::{PrivateKeyError, SigningKey};
use linking_core::ports::Randomness;

use zeroize::Zeroizing;

use crate::{
    RawSigner, SignError,
    material::{self, Material},
};

/// A private key in memory. No certified means of signing: the production stand refuses it
/// (`gost.md` 1.6).
pub struct SoftKey {
    key: SigningKey,
    random: Arc<dyn Randomness>,
}

impl SoftKey {
    /// Reads a PKCS#8 key in PEM, which nobody but its owner may read.
    pub(crate) fn read(key: &Material, random: Arc<dyn Randomness>) -> Result<Self, String> {
        material::private(key).map_err(|error| error.to_string())?;
        let octets = Zeroizing::new(key.read().map_err(|error| error.to_string())?);
        let pem = std::str::from_utf8(&octets).map_err(|_| "not PEM".to_owned())?;
        Self::from_pem(pem, random).map_err(|error| error.to_string())
    }

    /// Takes a PKCS#8 key in PEM.
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
