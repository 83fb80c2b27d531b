//! Compact JSON Web Signatures with `GOST3410_2012_256` (RFC 7515; `gost.md` 8).
//!
//! A token is split into an [`UnverifiedJws`], which shows its algorithm and no claim. The payload
//! comes out of a check alone, as a [`VerifiedPayload`], which nothing else makes:
//!
//! ```compile_fail
//! # use gost_signature::jws::VerifiedPayload;
//! let forged = VerifiedPayload { header: vec![], payload: vec![], certificate: None };
//! ```

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{Certificate, Signature, SigningKey};

/// The name of GOST R 34.10-2012 with 256 bits and Streebog-256 in the `alg` header.
pub const GOST3410_2012_256: &str = "GOST3410_2012_256";

/// The name of RSASSA-PKCS1-v1_5 with SHA-256 in the `alg` header (RFC 7518 3.3).
pub const RS256: &str = "RS256";

/// The longest token that is looked at, in octets (`gost.md` 8.1).
pub const MAX_LENGTH: usize = 16 * 1024;

/// Why a token is refused. No variant carries a part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// The token is longer than [`MAX_LENGTH`].
    #[error("the token is longer than {MAX_LENGTH} octets")]
    TooLong,
    /// The token has not exactly three parts.
    #[error("the token has not exactly three parts")]
    Parts,
    /// A part is no base64url without padding.
    #[error("a part of the token is not base64url without padding")]
    Encoding,
    /// The header is no JSON object with one text `alg`.
    #[error("the token's header is not a JSON object with an algorithm")]
    Header,
    /// The header asks for an extension (`crit`, RFC 7515 4.1.11); none is understood.
    #[error("the token's header demands an extension that is not understood")]
    Critical,
    /// The algorithm of the header is not the one that the trusted key is for.
    #[error("the token's algorithm is not {expected}")]
    Algorithm {
        /// The algorithm of the trusted key.
        expected: &'static str,
    },
    /// The signature has not 64 octets.
    #[error("the token's signature has not 64 octets")]
    SignatureLength,
    /// None of the trusted certificates is valid at this time.
    #[error("none of the trusted certificates is valid now")]
    NoCertificateInForce,
    /// No trusted key made the signature.
    #[error("the token's signature is not of a trusted key")]
    NotValid,
    /// The payload is no JSON of the shape that was asked for.
    #[error("the token's payload has not the expected shape")]
    Payload,
}

/// A token split into its parts, nothing of it believed yet.
#[derive(Clone)]
pub struct UnverifiedJws<'a> {
    signing_input: &'a str,
    algorithm: String,
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Of the header, what decides whether the token is looked at further. `jku`, `jwk` and `x5c` are
/// not read: keys come from configuration.
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

impl<'a> UnverifiedJws<'a> {
    /// Splits a compact token: two dots, three parts of strict base64url, a JSON object as header.
    ///
    /// # Errors
    ///
    /// [`JwsError::TooLong`], [`JwsError::Parts`], [`JwsError::Encoding`], [`JwsError::Header`],
    /// [`JwsError::Critical`].
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_LENGTH {
            return Err(JwsError::TooLong);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(JwsError::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::Parts)?;
        if payload.contains('.') {
            return Err(JwsError::Parts);
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Encoding);
        let header = decode(header)?;
        let parsed: Header = serde_json::from_slice(&header).map_err(|_| JwsError::Header)?;
        if parsed.crit.0 {
            return Err(JwsError::Critical);
        }
        Ok(Self {
            signing_input,
            algorithm: parsed.alg,
            header,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// The algorithm that the header names. It is a claim of the token: it may choose among the
    /// configured certificates, never what is done with one.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// What the signature is over: the ASCII text `header.payload`.
    #[must_use]
    pub fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }

    /// The octets of the signature, of any length.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    fn demand(&self, expected: &'static str) -> Result<(), JwsError> {
        if self.algorithm == expected {
            Ok(())
        } else {
            Err(JwsError::Algorithm { expected })
        }
    }

    fn believed(self, certificate: Option<usize>) -> VerifiedPayload {
        VerifiedPayload {
            header: self.header,
            payload: self.payload,
            certificate,
        }
    }
}

/// Checks a token against certificates of GOST keys, at a time in seconds since 1970-01-01 UTC.
///
/// The header has to name [`GOST3410_2012_256`]; the signature has to have 64 octets, `s` then
/// `r`; the certificates that are valid at `now` are tried in turn, because tokens carry no key
/// name (`esia.md` 5.4). Claims (issuer, audience, times) are left to the caller.
///
/// # Errors
///
/// [`JwsError::Algorithm`] before any arithmetic, [`JwsError::SignatureLength`],
/// [`JwsError::NoCertificateInForce`], [`JwsError::NotValid`].
pub fn verify_gost(
    jws: UnverifiedJws<'_>,
    certificates: &[Certificate],
    now: i64,
) -> Result<VerifiedPayload, JwsError> {
    jws.demand(GOST3410_2012_256)?;
    let signature = Signature::from_slice(&jws.signature).map_err(|_| JwsError::SignatureLength)?;
    let mut in_force = certificates
        .iter()
        .enumerate()
        .filter(|(_, certificate)| certificate.is_valid_at(now))
        .peekable();
    if in_force.peek().is_none() {
        return Err(JwsError::NoCertificateInForce);
    }
    let (index, _) = in_force
        .find(|(_, certificate)| {
            certificate
                .verifying_key()
                .verify(jws.signing_input(), &signature)
                .is_ok()
        })
        .ok_or(JwsError::NotValid)?;
    Ok(jws.believed(Some(index)))
}

/// Checks a token with `RS256` by another library's arithmetic: `is_valid` is given the signing
/// input and the signature's octets and tells whether a trusted RSA key made it.
///
/// The header's algorithm is compared before `is_valid` is asked, so that a token of any other
/// algorithm, `none` and HS256 among them, never reaches it.
///
/// # Errors
///
/// [`JwsError::Algorithm`], and [`JwsError::NotValid`] if `is_valid` denies.
pub fn verify_rs256(
    jws: UnverifiedJws<'_>,
    is_valid: impl FnOnce(&[u8], &[u8]) -> bool,
) -> Result<VerifiedPayload, JwsError> {
    jws.demand(RS256)?;
    if is_valid(jws.signing_input(), &jws.signature) {
        Ok(jws.believed(None))
    } else {
        Err(JwsError::NotValid)
    }
}

/// Makes a compact token: `base64url(header).base64url(payload).base64url(signature)`.
///
/// Header and payload are JSON texts and are taken as they are; a header of an honest token names
/// [`GOST3410_2012_256`]. `extra` is as for [`SigningKey::sign`].
#[must_use]
pub fn sign_gost(
    header_json: &str,
    payload_json: &str,
    key: &SigningKey,
    extra: &[u8; 32],
) -> String {
    let mut token = URL_SAFE_NO_PAD.encode(header_json);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload_json, &mut token);
    let signature = key.sign(token.as_bytes(), extra);
    token.push('.');
    token.push_str(&signature.to_base64url());
    token
}

/// Header and payload of a token whose signature was checked. Only [`verify_gost`] and
/// [`verify_rs256`] make one.
#[derive(Clone)]
pub struct VerifiedPayload {
    header: Vec<u8>,
    payload: Vec<u8>,
    certificate: Option<usize>,
}

impl VerifiedPayload {
    /// The payload's octets, JSON text if the signer meant it to be.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload as claims.
    ///
    /// # Errors
    ///
    /// [`JwsError::Payload`] if it is no JSON of that shape. What was wrong is not said, because
    /// it would repeat personal data.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        serde_json::from_slice(&self.payload).map_err(|_| JwsError::Payload)
    }

    /// The header as parameters, for example the kind of token (`sbt`, `gost.md` 3).
    ///
    /// # Errors
    ///
    /// [`JwsError::Header`] if it is no JSON of that shape.
    pub fn header<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        serde_json::from_slice(&self.header).map_err(|_| JwsError::Header)
    }

    /// Which of the certificates given to [`verify_gost`] matched, counted from zero; none after
    /// [`verify_rs256`].
    #[must_use]
    pub fn certificate(&self) -> Option<usize> {
        self.certificate
    }
}

/// Without the token, which is a credential and holds personal data.
impl fmt::Debug for UnverifiedJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedJws(..)")
    }
}

/// Without the payload, which holds personal data.
impl fmt::Debug for VerifiedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedPayload(..)")
    }
}
