//! Self-signed certificates for simulators, demonstrations and tests.

use std::{num::NonZeroU64, time::Duration};

use der::{
    DateTime, Encode, Tag,
    asn1::{BitStringRef, ObjectIdentifier, OctetStringRef, Utf8StringRef},
};
use x509_cert::time::Time;

use crate::{
    Certificate, CertificateError, EncodingError, SigningKey,
    encoding::{algorithm, context, sequence, wrapped},
    identifiers::{
        BASIC_CONSTRAINTS, COMMON_NAME, GOST_256_WITH_STREEBOG_256, KEY_USAGE,
        SUBJECT_KEY_IDENTIFIER,
    },
    streebog256,
};

/// Why a certificate can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SelfSignedError {
    /// A common name has 1 to 64 characters (RFC 5280, upper bound of `commonName`).
    #[error("the common name has {got} characters; 1 to 64 are needed")]
    CommonName {
        /// How many characters there were.
        got: usize,
    },
    /// The validity ends before it starts, or an end is outside of the years 1970 to 9999.
    #[error("the validity is empty or lies outside of the years 1970 to 9999")]
    Validity,
    /// The encoder refused a value.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The finished certificate can't be read back.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl From<der::Error> for SelfSignedError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.into())
    }
}

/// Makes an X.509 version 3 certificate of `key`, signed by `key`, of an end entity that signs.
///
/// The validity is given in seconds since 1970-01-01 UTC, both ends included. Everything follows
/// from the arguments: the same ones give the same octets. `extra` is as for
/// [`SigningKey::sign`].
///
/// # Errors
///
/// [`SelfSignedError`] for a common name or a validity that a certificate can't hold.
pub fn self_signed_certificate(
    key: &SigningKey,
    common_name: &str,
    serial: NonZeroU64,
    not_before: i64,
    not_after: i64,
    extra: &[u8; 32],
) -> Result<Certificate, SelfSignedError> {
    let characters = common_name.chars().count();
    if !(1..=64).contains(&characters) {
        return Err(SelfSignedError::CommonName { got: characters });
    }
    if not_after < not_before {
        return Err(SelfSignedError::Validity);
    }
    let validity = sequence(&[&x509_time(not_before)?, &x509_time(not_after)?])?;
    let attribute = sequence(&[
        &COMMON_NAME.to_der()?,
        &Utf8StringRef::new(common_name)?.to_der()?,
    ])?;
    let name = sequence(&[&wrapped(Tag::Set, &[&attribute])?])?;
    let algorithm = algorithm(GOST_256_WITH_STREEBOG_256)?;
    let version = context(0, &[&2_u8.to_der()?])?;
    let body = sequence(&[
        &version,
        &serial.get().to_der()?,
        &algorithm,
        &name,
        &validity,
        &name,
        &key.verifying_key().to_spki_der()?,
        &extensions(key)?,
    ])?;
    let signature = key.sign(&body, extra);
    let bits = BitStringRef::from_bytes(signature.as_bytes())?.to_der()?;
    Ok(Certificate::from_der(&sequence(&[
        &body, &algorithm, &bits,
    ])?)?)
}

/// The `Time` of RFC 5280 4.1.2.5: two-digit years to 2049, four-digit years from then on.
pub(crate) fn x509_time(seconds: i64) -> Result<Vec<u8>, SelfSignedError> {
    let seconds = u64::try_from(seconds).map_err(|_| SelfSignedError::Validity)?;
    let time = DateTime::from_unix_duration(Duration::from_secs(seconds))
        .map_err(|_| SelfSignedError::Validity)?;
    Ok(Time::from(time).to_der()?)
}

/// An end entity whose key makes signatures that are not repudiated, and the key's identifier:
/// the first 20 octets of Streebog-256 over the key's octets (RFC 5280 4.2.1.2 leaves the method
/// open).
fn extensions(key: &SigningKey) -> Result<Vec<u8>, SelfSignedError> {
    let no_issuer = sequence(&[])?;
    // digitalSignature and nonRepudiation are the first two bits.
    let usage = BitStringRef::new(6, &[0b1100_0000])?.to_der()?;
    let digest = streebog256(&key.verifying_key().to_octets());
    let (identifier, _) = digest.split_at(20);
    let identifier = OctetStringRef::new(identifier)?.to_der()?;
    let all = sequence(&[
        &extension(BASIC_CONSTRAINTS, true, &no_issuer)?,
        &extension(KEY_USAGE, true, &usage)?,
        &extension(SUBJECT_KEY_IDENTIFIER, false, &identifier)?,
    ])?;
    Ok(context(3, &[&all])?)
}

fn extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> der::Result<Vec<u8>> {
    let critical = if critical { true.to_der()? } else { Vec::new() };
    sequence(&[
        &oid.to_der()?,
        &critical,
        &OctetStringRef::new(value)?.to_der()?,
    ])
}
