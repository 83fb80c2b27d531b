//! Signed tokens in compact form (RFC 7515), believed only after their signature was checked.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use linking_core::time::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use thiserror::Error;

/// The longest token that is looked at, in bytes (`gost.md` 8.1).
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Why a token is not believed. No variant holds a part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not three parts of strict base64url with a JSON header, or too long.
    #[error("token is not a compact signed token of at most 16 KiB")]
    Malformed,
    /// The header demands an extension (`crit`).
    #[error("token demands an extension that is not understood")]
    Critical,
    /// Signed with another algorithm than the configured one (`threats.md` B2).
    #[error("token is signed with another algorithm than the configured one")]
    Algorithm,
    /// The keys could not say that it is genuine.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The payload has not the claims that it must have, or one of the wrong type.
    #[error("token lacks a claim, or a claim has the wrong type")]
    Claims,
    /// Issued by somebody else.
    #[error("token has another issuer")]
    Issuer,
    /// Made for somebody else, or for somebody else as well (`threats.md` B1).
    #[error("token is made for another audience")]
    Audience,
    /// Its life is over.
    #[error("token has expired")]
    Expired,
    /// Its life has not begun, or it was issued in the future.
    #[error("token is not valid yet: clocks differ")]
    NotYet,
    /// Issued before the flow began (`threats.md` B5).
    #[error("token is older than the flow")]
    OlderThanFlow,
    /// It is another kind of token than the one wanted (`threats.md` B8).
    #[error("token is of another kind")]
    Kind,
}

/// What a key set answers when it does not say that a signature is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyFault {
    /// No key of the set is in force now: the operator has to add the provider's next one.
    #[error("no key of the provider is in force: its certificates must be renewed")]
    NoKeyInForce,
    /// No key in force made the signature.
    #[error("token's signature was made by no known key")]
    NotGenuine,
}

/// Keys of one provider, all for one algorithm: the keys decide the algorithm, the token's
/// header is only compared with it.
pub trait KeySet {
    /// The name of the algorithm in the `alg` header.
    fn algorithm(&self) -> &'static str;

    /// Says that a key of the set, in force now, made the signature.
    ///
    /// # Errors
    /// Everything else. A check that cannot be made is an error too.
    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault>;
}

/// A token split into its parts, nothing of it believed.
pub struct CompactJws<'a> {
    text: &'a str,
    signing_input: &'a str,
    signature: &'a str,
    algorithm: String,
    header: Vec<u8>,
    payload: Vec<u8>,
}

/// Of the header, what decides whether the token is looked at further. `jku`, `jwk`, `x5c` and
/// `kid` are not read.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Stands,
}

/// Whether a member of the header stands there, `null` included (RFC 7515 4.1.11 wants a list).
#[derive(Default)]
struct Stands(bool);

impl<'de> Deserialize<'de> for Stands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

impl<'a> CompactJws<'a> {
    fn parse(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (signing_input, signature) = text.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Malformed)?;
        let header = decode(header)?;
        let payload = decode(payload)?;
        let parsed: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
        if parsed.crit.0 {
            return Err(TokenError::Critical);
        }
        decode(signature)?;
        Ok(Self {
            text,
            signing_input,
            signature,
            algorithm: parsed.alg,
            header,
            payload,
        })
    }

    /// The whole token.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// What is signed: `header.payload`.
    #[must_use]
    pub const fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }

    /// The signature in base64url.
    #[must_use]
    pub const fn signature(&self) -> &'a str {
        self.signature
    }
}

/// Strict base64url: no padding, no spare bits, no dot.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenError::Malformed)
}

impl fmt::Debug for CompactJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token]")
    }
}

/// A token whose signature is genuine. Issuer, audience and times are still to be judged.
pub struct VerifiedJws {
    header: Vec<u8>,
    payload: Vec<u8>,
}

/// Checks a token's signature: size, form, algorithm, then the keys.
///
/// # Errors
/// See [`TokenError`]; everything but a good answer of the keys is one.
pub fn verify(token: &str, keys: &dyn KeySet, now: Timestamp) -> Result<VerifiedJws, TokenError> {
    let jws = CompactJws::parse(token)?;
    if jws.algorithm != keys.algorithm() {
        return Err(TokenError::Algorithm);
    }
    keys.check(&jws, now)?;
    Ok(VerifiedJws {
        header: jws.header,
        payload: jws.payload,
    })
}

impl VerifiedJws {
    /// Parameters of the header, which the signature covers.
    ///
    /// # Errors
    /// [`TokenError::Claims`] if it has not that shape.
    pub fn header<H: DeserializeOwned>(&self) -> Result<H, TokenError> {
        serde_json::from_slice(&self.header).map_err(|_| TokenError::Claims)
    }

    pub(crate) fn payload<C: DeserializeOwned>(&self) -> Result<C, TokenError> {
        serde_json::from_slice(&self.payload).map_err(|_| TokenError::Claims)
    }
}

impl fmt::Debug for VerifiedJws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[verified token]")
    }
}

#[cfg(test)]
mod tests;
