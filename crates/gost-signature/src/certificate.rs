//! What is read from a certificate.

use std::fmt;

use der::{Decode, Document, Encode, Tag, asn1::AnyRef, pem::LineEnding};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use crate::{
    EncodingError, PublicKeyError, VerifyingKey,
    encoding::{elements, pem_block},
    streebog256,
};

const PEM_LABEL: &str = "CERTIFICATE";

/// A certificate of a 256-bit GOST key.
///
/// It is pinned by whoever configures it: neither its own signature nor a chain is checked
/// (`gost.md` 8.7). What is read is the key, the validity and the octets.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    verifying_key: VerifyingKey,
    not_before: i64,
    not_after: i64,
    issuer: Vec<u8>,
    serial: Vec<u8>,
    subject_key_id: Option<Vec<u8>>,
}

/// Why a certificate can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The text is not one PEM block `CERTIFICATE`.
    #[error("the certificate is not PEM; one block -----BEGIN CERTIFICATE----- is needed")]
    Pem,
    /// The octets are no DER certificate.
    #[error("the certificate is not a DER X.509 structure")]
    Der,
    /// The key in the certificate is not supported.
    #[error("the certificate's key can't be used: {0}")]
    Key(#[from] PublicKeyError),
}

impl Certificate {
    /// Reads a text with one PEM block, which must be a `CERTIFICATE`.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for anything but a certificate of a supported key.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        match pem_block(pem) {
            Some((PEM_LABEL, der)) => Self::from_der(&der),
            _ => Err(CertificateError::Pem),
        }
    }

    /// Reads a DER certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for anything but a certificate of a supported key, for example
    /// [`PublicKeyError::OtherAlgorithm`] for an RSA certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let parsed = x509_cert::Certificate::from_der(der).map_err(|_| CertificateError::Der)?;
        let body = parsed.tbs_certificate();
        let spki = body
            .subject_public_key_info()
            .to_der()
            .map_err(|_| CertificateError::Der)?;
        let seconds = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| CertificateError::Der)
        };
        let key_id = body
            .get_extension::<SubjectKeyIdentifier>()
            .map_err(|_: der::Error| CertificateError::Der)?
            .map(|(_, id)| id.0.as_bytes().to_vec());
        let (issuer, serial) = issuer_and_serial(der).map_err(|_| CertificateError::Der)?;
        Ok(Self {
            issuer: issuer.to_vec(),
            serial: serial.to_vec(),
            subject_key_id: key_id,
            verifying_key: VerifyingKey::from_spki_der(&spki)?,
            not_before: seconds(body.validity().not_before)?,
            not_after: seconds(body.validity().not_after)?,
            der: der.to_vec(),
        })
    }

    /// The octets as they were read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM.
    ///
    /// # Errors
    ///
    /// [`EncodingError`]; no case of it is known.
    pub fn to_pem(&self) -> Result<String, EncodingError> {
        Ok(Document::from_der(&self.der)?.to_pem(PEM_LABEL, LineEnding::LF)?)
    }

    /// The key that the certificate is about.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// Streebog-256 of the DER octets in upper-case hex, 64 digits: the value of
    /// `client_certificate_hash` (`esia.md` 3.5).
    #[must_use]
    pub fn hash_hex(&self) -> String {
        hex::encode_upper(streebog256(&self.der))
    }

    /// The first second of the validity, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last second of the validity, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Whether the validity covers this time, in seconds since 1970-01-01 UTC (both ends belong to
    /// it, RFC 5280 4.1.2.5).
    #[must_use]
    pub fn is_valid_at(&self, now: i64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// The issuer's name and the serial number as they stand in the certificate, tags included:
    /// a name that is encoded anew may differ from the one that was signed.
    pub(crate) fn issuer_and_serial(&self) -> (&[u8], &[u8]) {
        (&self.issuer, &self.serial)
    }

    /// The subject key identifier (RFC 5280 4.2.1.2), if the certificate has one.
    pub(crate) fn subject_key_id(&self) -> Option<&[u8]> {
        self.subject_key_id.as_deref()
    }
}

/// Cuts issuer and serial number, tags included, out of a DER certificate of any key.
pub(crate) fn issuer_and_serial(certificate: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let outer = elements(AnyRef::from_der(certificate)?.value())?;
    let body = outer.first().copied().ok_or(Tag::Sequence.length_error())?;
    let mut fields = elements(AnyRef::from_der(body)?.value())?
        .into_iter()
        .peekable();
    // The version stands first, in a tag of its own, and is left out in version 1.
    fields.next_if(|field| field.first() == Some(&0xa0));
    let serial = fields.next().ok_or(Tag::Sequence.length_error())?;
    let issuer = fields.nth(1).ok_or(Tag::Sequence.length_error())?;
    Ok((issuer, serial))
}

/// Without the names, which may be a person's.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.hash_hex())
    }
}
