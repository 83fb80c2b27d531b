//! RSASSA-PKCS1-v1_5 with SHA-256, checking alone.

use jsonwebtoken::{Algorithm, DecodingKey};
use linking_core::time::Timestamp;
use thiserror::Error;

use crate::{CompactJws, KeyFault, KeySet};

/// Why octets are no usable RSA key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an RSA key must have a modulus of 2048 to 8192 bits and an odd exponent above 2")]
pub struct Rs256KeyError;

/// A public key with its time of validity.
#[derive(Clone)]
pub struct Rs256Key {
    key: DecodingKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Rs256Key {
    /// A key from modulus and exponent, big-endian, in force between two instants, both
    /// included.
    ///
    /// # Errors
    /// [`Rs256KeyError`] for keys that the check would refuse to use.
    pub fn new(
        modulus: &[u8],
        exponent: &[u8],
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, Rs256KeyError> {
        let modulus = without_zeros(modulus);
        let exponent = without_zeros(exponent);
        let sound_modulus = (256..=1024).contains(&modulus.len())
            && modulus
                .first()
                .is_some_and(|first| modulus.len() > 256 || *first >= 0x80);
        let sound_exponent = match exponent {
            [] | [1] => false,
            [.., last] => last % 2 == 1 && exponent.len() <= 8,
        };
        if !sound_modulus || !sound_exponent {
            return Err(Rs256KeyError);
        }
        let key = DecodingKey::from_rsa_raw_components(modulus, exponent);
        Ok(Self {
            key,
            not_before,
            not_after,
        })
    }
}

impl std::fmt::Debug for Rs256Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rs256Key")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn without_zeros(mut octets: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = octets {
        octets = rest;
    }
    octets
}

/// Keys of a provider that signs with `RS256` and names none: each one in force is tried.
#[derive(Debug, Clone, Default)]
pub struct Rs256Keys(Vec<Rs256Key>);

impl Rs256Keys {
    /// A set of keys.
    #[must_use]
    pub const fn new(keys: Vec<Rs256Key>) -> Self {
        Self(keys)
    }
}

impl KeySet for Rs256Keys {
    fn algorithm(&self) -> &'static str {
        "RS256"
    }

    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault> {
        let mut in_force = self
            .0
            .iter()
            .filter(|key| key.not_before <= now && now <= key.not_after)
            .peekable();
        if in_force.peek().is_none() {
            return Err(KeyFault::NoKeyInForce);
        }
        let made_it = |key: &Rs256Key| {
            jsonwebtoken::crypto::verify(
                jws.signature(),
                jws.signing_input(),
                &key.key,
                Algorithm::RS256,
            )
        };
        // An error of the library is no yes.
        if in_force.any(|key| matches!(made_it(key), Ok(true))) {
            Ok(())
        } else {
            Err(KeyFault::NotGenuine)
        }
    }
}
