//! The one place that uses `gost-signature`: client certificates, request signatures, token keys.

use std::num::{NonZeroU32, NonZeroU64};

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use gost_signature::{Certificate, ParamSet, Signature, SigningKey, streebog256};

use crate::random;

/// A certificate bound to a client.
#[derive(Debug)]
pub(crate) struct ClientCertificate {
    certificate: Certificate,
    pem: String,
    hash: String,
}

impl ClientCertificate {
    pub(crate) fn from_pem(pem: &str) -> Result<Self, gost_signature::CertificateError> {
        let certificate = Certificate::from_pem(pem)?;
        let hash = certificate.hash_hex();
        Ok(Self {
            certificate,
            pem: pem.to_owned(),
            hash,
        })
    }

    /// `client_certificate_hash` of it: Streebog-256 over the DER octets, upper-case hex.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    pub(crate) fn hash_of_pem(&self) -> String {
        hex::encode_upper(streebog256(self.pem.as_bytes()))
    }

    pub(crate) fn sha256(&self) -> String {
        hex::encode_upper(digest::digest(&digest::SHA256, self.certificate.der()))
    }

    pub(crate) fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.certificate.is_valid_at(now.timestamp())
    }

    /// Whether the raw signature (S, then R, big-endian) is of that text by this certificate.
    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(*signature);
        self.certificate
            .verifying_key()
            .verify(text, &signature)
            .is_ok()
    }
}

/// Checks a detached CMS over that text against the client's certificates; the error is the cause.
pub(crate) fn verify_cms(
    cms: &[u8],
    text: &[u8],
    certificates: &[&ClientCertificate],
) -> Result<(), String> {
    let mut cause = "no certificate is bound".to_owned();
    for bound in certificates {
        match gost_signature::cms::verify_detached_by(cms, text, &bound.certificate) {
            Ok(()) => return Ok(()),
            Err(error) => cause = format!("the CMS is refused: {error}"),
        }
    }
    Err(cause)
}

/// A GOST key that signs tokens, and its certificate.
pub(crate) struct TokenKey {
    key: SigningKey,
    certificate: String,
}

/// A token key can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the GOST key of the stand can't be used: {0}")]
pub(crate) struct TokenKeyError(String);

impl TokenKey {
    /// A new key on ESIA's own curve (CryptoPro-XchA), certified by itself for a year.
    pub(crate) fn generate(number: u32, now: DateTime<Utc>) -> Result<Self, TokenKeyError> {
        let key = SigningKey::generate(&random::octets(), ParamSet::CryptoProXchA);
        let certificate = gost_signature::self_signed_certificate(
            &key,
            &format!("Учебный стенд ГОСТ {number}"),
            NonZeroU64::from(NonZeroU32::MIN.saturating_add(number)),
            now.timestamp() - 86_400,
            now.timestamp() + 366 * 86_400,
            &random::octets(),
        )
        .map_err(|error| TokenKeyError(error.to_string()))?
        .to_pem()
        .map_err(|error| TokenKeyError(error.to_string()))?;
        Ok(Self { key, certificate })
    }

    pub(crate) fn from_pem(key: &str, certificate: &str) -> Result<Self, TokenKeyError> {
        let key =
            SigningKey::from_pkcs8_pem(key).map_err(|error| TokenKeyError(error.to_string()))?;
        let parsed =
            Certificate::from_pem(certificate).map_err(|error| TokenKeyError(error.to_string()))?;
        if parsed.verifying_key().to_octets() != key.verifying_key().to_octets() {
            return Err(TokenKeyError(
                "the certificate is of another key".to_owned(),
            ));
        }
        Ok(Self {
            key,
            certificate: certificate.to_owned(),
        })
    }

    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The octets of a token's signature: S, then R, big-endian.
    pub(crate) fn sign(&self, input: &[u8]) -> Vec<u8> {
        self.key.sign(input, &random::octets()).as_bytes().to_vec()
    }
}
