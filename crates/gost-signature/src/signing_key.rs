//! Private keys and their PKCS#8 forms.

use std::fmt;

use der::{
    Decode, SecretDocument,
    asn1::{AnyRef, OctetStringRef},
    pem::LineEnding,
};
use pkcs8::PrivateKeyInfoRef;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use crate::{
    EncodingError, ParamSet, PublicKeyError, Signature, VerifyingKey,
    curves::KeyPair,
    encoding::pem_block,
    identifiers::GOST_256,
    streebog256,
    verifying_key::{key_parameters, param_set},
};

const PEM_LABEL: &str = "PRIVATE KEY";
const ENCRYPTED_PEM_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// A private key. It is wiped when dropped and never printed.
///
/// It is no certified means of signing: for stands, tests and simulators only (`gost.md` 6).
pub struct SigningKey {
    pair: KeyPair,
    verifying_key: VerifyingKey,
}

/// Why a private key can't be used. No variant carries a part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// The text is no PEM.
    #[error("the private key is not PEM; one block -----BEGIN PRIVATE KEY----- is needed")]
    Pem,
    /// The PEM block is something else than a private key.
    #[error("the PEM block is no private key; -----BEGIN PRIVATE KEY----- is needed")]
    OtherPemBlock,
    /// The key is protected by a password.
    #[error("the private key is encrypted; decrypt it with `openssl pkey` first")]
    Encrypted,
    /// The octets are no DER of PKCS#8.
    #[error("the private key is not a DER PKCS#8 structure")]
    Der,
    /// The algorithm or its parameters are not supported.
    #[error("the private key's algorithm can't be used: {0}")]
    Algorithm(#[from] PublicKeyError),
    /// The key is masked (a product with one or more masks), as some vendors export it.
    #[error(
        "the private key is masked; export it unmasked (gost-engine: `openssl pkey` without \
         GOST_PK_FORMAT)"
    )]
    Masked,
    /// The key is written as an INTEGER.
    #[error(
        "the private key is written as an INTEGER; 32 octets, bare or in an OCTET STRING, are needed"
    )]
    Integer,
    /// A private key has 32 octets.
    #[error("a private key has 32 octets, this one has {got}")]
    Length {
        /// How many octets there were.
        got: usize,
    },
    /// The number is zero, or not below the order of the curve.
    #[error("the private key is out of the range of its curve")]
    OutOfRange,
}

impl SigningKey {
    /// Reads a text with one PEM block, which must be a `PRIVATE KEY` (RFC 5958).
    ///
    /// # Errors
    ///
    /// [`PrivateKeyError`], as for [`from_pkcs8_der`](Self::from_pkcs8_der), and for text that is
    /// no such PEM block.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, PrivateKeyError> {
        let (label, der) = pem_block(pem).ok_or(PrivateKeyError::Pem)?;
        match label {
            PEM_LABEL => Self::from_pkcs8_der(&der),
            ENCRYPTED_PEM_LABEL => Err(PrivateKeyError::Encrypted),
            _ => Err(PrivateKeyError::OtherPemBlock),
        }
    }

    /// Reads a PKCS#8 structure whose private key is 32 octets little-endian, bare or in one more
    /// OCTET STRING: the two plain forms that gost-engine writes (`gost.md` 2).
    ///
    /// # Errors
    ///
    /// [`PrivateKeyError`] for other algorithms, unsupported curves, masked keys, keys written as
    /// INTEGER, wrong lengths, and numbers outside the range of the curve.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| PrivateKeyError::Der)?;
        let set = param_set(info.algorithm)?;
        Self::from_little_endian(set, plain_key(info.private_key.as_bytes())?)
    }

    fn from_little_endian(set: ParamSet, octets: &[u8]) -> Result<Self, PrivateKeyError> {
        let mut d = Zeroizing::new([0; 32]);
        if octets.len() != d.len() {
            return Err(PrivateKeyError::Length { got: octets.len() });
        }
        d.copy_from_slice(octets);
        d.reverse();
        let pair = KeyPair::from_private(set, &d).ok_or(PrivateKeyError::OutOfRange)?;
        Ok(Self::from_pair(set, pair))
    }

    fn from_pair(set: ParamSet, pair: KeyPair) -> Self {
        let verifying_key = VerifyingKey::new(set, pair.point());
        Self {
            pair,
            verifying_key,
        }
    }

    /// Makes a key out of 32 octets of entropy: the same entropy and set give the same key, so
    /// the octets must come from a good generator and be used once.
    #[must_use]
    pub fn generate(entropy: &[u8; 32], set: ParamSet) -> Self {
        Self::from_pair(set, KeyPair::generate(set, entropy))
    }

    /// Signs a message: Streebog-256, then 6.1 of GOST R 34.10-2012.
    ///
    /// The nonce follows from key, message and `extra` (RFC 6979 3.6). Give 32 octets of a good
    /// generator as `extra`; a repeated or predictable `extra` costs the hedge against injected
    /// faults and nothing more.
    #[must_use]
    pub fn sign(&self, message: &[u8], extra: &[u8; 32]) -> Signature {
        self.pair.sign(&streebog256(message), extra).into()
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// The key as PKCS#8 in PEM, in the bare form that gost-engine reads and writes.
    ///
    /// # Errors
    ///
    /// [`EncodingError`]; no case of it is known.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, EncodingError> {
        let set = self.verifying_key.param_set();
        let parameters = key_parameters(set)?;
        let mut octets = self.pair.private();
        octets.reverse();
        let algorithm = AlgorithmIdentifierRef {
            oid: GOST_256,
            parameters: Some(AnyRef::from_der(&parameters)?),
        };
        let info = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(octets.as_slice())?);
        Ok(SecretDocument::encode_msg(&info)?.to_pem(PEM_LABEL, LineEnding::LF)?)
    }
}

/// The 32 octets, out of the bare or the wrapped form.
fn plain_key(octets: &[u8]) -> Result<&[u8], PrivateKeyError> {
    if octets.len() == 32 {
        return Ok(octets);
    }
    if let Ok(inner) = <&OctetStringRef>::from_der(octets) {
        return unmasked(inner.as_bytes());
    }
    match AnyRef::from_der(octets).map(|any| der::Tagged::tag(&any)) {
        Ok(der::Tag::Integer) => Err(PrivateKeyError::Integer),
        Ok(der::Tag::Sequence) => Err(PrivateKeyError::Masked),
        _ => unmasked(octets),
    }
}

/// A key followed by masks has a multiple of 32 octets.
fn unmasked(octets: &[u8]) -> Result<&[u8], PrivateKeyError> {
    match octets.len() {
        32 => Ok(octets),
        got if got > 32 && got % 32 == 0 => Err(PrivateKeyError::Masked),
        got => Err(PrivateKeyError::Length { got }),
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.verifying_key.param_set())
    }
}
