//! The 64 octets of a signature.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::curves::Halves;

/// A signature: 64 octets, `s` then `r`, each 32 octets big-endian.
///
/// That is the order of X.509, CMS and JWT and of what OpenSSL and Bouncy Castle make
/// (`gost.md` 2). Any 64 octets are a `Signature`; whether they fit a message and a key is what
/// [`VerifyingKey::verify`](crate::VerifyingKey::verify) tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// Why octets are no signature, or no signature of this message by this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A signature has 64 octets. Others are refused before any arithmetic.
    #[error("a signature has 64 octets, these are {got}")]
    Length {
        /// How many octets there were.
        got: usize,
    },
    /// The text is no base64url without padding (RFC 7515 2).
    #[error("the signature is not base64url without padding")]
    Encoding,
    /// The octets are no signature of this message by this key.
    #[error("the signature does not fit the message and the key")]
    NotValid,
}

impl Signature {
    /// The number of octets of a signature.
    pub const LENGTH: usize = 64;

    /// Takes the octets, `s` then `r`, as they are.
    #[must_use]
    pub fn from_bytes(octets: [u8; 64]) -> Self {
        Self(octets)
    }

    /// Takes the octets, `s` then `r`, if there are exactly 64.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Length`] for any other number.
    pub fn from_slice(octets: &[u8]) -> Result<Self, SignatureError> {
        let octets = <[u8; 64]>::try_from(octets)
            .map_err(|_| SignatureError::Length { got: octets.len() })?;
        Ok(Self(octets))
    }

    /// Reads 86 characters of base64url without padding.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Encoding`] for padding, the characters `+` and `/`, spare bits or
    /// anything else; [`SignatureError::Length`] for another number of octets.
    pub fn from_base64url(text: &str) -> Result<Self, SignatureError> {
        let octets = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| SignatureError::Encoding)?;
        Self::from_slice(&octets)
    }

    /// The octets, `s` then `r`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Base64url without padding, 86 characters: the form of a JWT and of `client_secret`
    /// (`esia.md` 3.4).
    #[must_use]
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn halves(&self) -> Halves {
        let mut halves = Halves {
            s: [0; 32],
            r: [0; 32],
        };
        let (s, r) = self.0.split_at(32);
        halves.s.copy_from_slice(s);
        halves.r.copy_from_slice(r);
        halves
    }
}

impl From<Halves> for Signature {
    fn from(halves: Halves) -> Self {
        let mut octets = [0; 64];
        let (s, r) = octets.split_at_mut(32);
        s.copy_from_slice(&halves.s);
        r.copy_from_slice(&halves.r);
        Self(octets)
    }
}

/// Without the octets: a signature over a request is that request's secret.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}
