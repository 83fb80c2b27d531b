//! Detached CMS signatures of one signer (RFC 5652 5; `gost.md` 7, `esia.md` 3.4).
//!
//! A CMS without signed attributes carries the raw signature of the content; with attributes, that
//! of their DER. So whoever makes raw signatures can make both: [`ToBeSigned`] tells what to sign
//! and wraps the answer.
//!
//! Only DER is read. Refused are attached content, none or several signers, other digests than
//! Streebog-256, and signed attributes without the content's digest.

mod build;
mod read;
#[cfg(test)]
mod tests;

pub use build::{SignedAttributes, ToBeSigned, sign_detached};
pub use read::{verify_detached, verify_detached_by};

use der::asn1::ObjectIdentifier;

use crate::{CertificateError, EncodingError};

/// Why a detached signature is refused, or can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// The octets are no DER of CMS signed data.
    #[error("the signature is not a DER CMS structure")]
    Malformed,
    /// The CMS holds something else than signed data.
    #[error("the CMS holds {oid}, not signed data")]
    NotSignedData {
        /// The type of the content.
        oid: ObjectIdentifier,
    },
    /// What was signed is of another type than plain data.
    #[error("the signed content is of type {oid}, not plain data")]
    OtherContentType {
        /// The type of the signed content.
        oid: ObjectIdentifier,
    },
    /// The content is inside; a detached signature is needed.
    #[error("the CMS contains the signed content; a detached signature is needed")]
    Attached,
    /// Nobody signed.
    #[error("the CMS has no signer")]
    NoSigner,
    /// More than one signer.
    #[error("the CMS has more than one signer")]
    SeveralSigners,
    /// The signer used another digest.
    #[error("the signer's digest {oid} is not Streebog-256")]
    OtherDigest {
        /// The digest's identifier.
        oid: ObjectIdentifier,
    },
    /// The signer used another signature algorithm.
    #[error("the signer's algorithm {oid} is not GOST R 34.10-2012 with 256 bits")]
    OtherAlgorithm {
        /// The algorithm's identifier.
        oid: ObjectIdentifier,
    },
    /// An algorithm has parameters other than NULL.
    #[error("an algorithm of the signer has parameters that are not understood")]
    AlgorithmParameters,
    /// Signed attributes lack the content's type or digest, repeat one, or give several values.
    #[error("the signed attributes need one content type and one message digest")]
    Attributes,
    /// The digest among the signed attributes is of other content.
    #[error("the signed message digest is of other content")]
    OtherContent,
    /// The signature has not 64 octets.
    #[error("the signature has {got} octets, 64 are needed")]
    SignatureLength {
        /// How many octets there were.
        got: usize,
    },
    /// The signer's certificate is not among those inside.
    #[error("the signer's certificate is not in the CMS")]
    CertificateMissing,
    /// The signer named in the CMS is not the given certificate's.
    #[error("the signer named in the CMS is not the one of the given certificate")]
    OtherSigner,
    /// The signer's certificate can't be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The signature does not fit the content and the certificate.
    #[error("the signature does not fit the content and the certificate")]
    NotValid,
    /// The signing time lies outside of the years 1970 to 9999.
    #[error("the signing time lies outside of the years 1970 to 9999")]
    SigningTime,
    /// The encoder refused a value.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
}
