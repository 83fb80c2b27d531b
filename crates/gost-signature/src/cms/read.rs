//! Checking detached signatures.

use der::{
    Decode, Reader, Sequence, SliceReader, Tag, TagMode, TagNumber,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef, SequenceRef},
};
use spki::AlgorithmIdentifierRef;

use super::CmsError;
use crate::{
    Certificate, EncodingError, Signature,
    certificate::issuer_and_serial,
    encoding::{elements, wrapped},
    identifiers::{
        CONTENT_TYPE, DATA, GOST_256, GOST_256_WITH_STREEBOG_256, MESSAGE_DIGEST, SIGNED_DATA,
        STREEBOG_256,
    },
    streebog256,
};

#[derive(Sequence)]
struct ContentInfo<'a> {
    content_type: ObjectIdentifier,
    content: AnyRef<'a>,
}

#[derive(Sequence)]
struct EncapsulatedContent<'a> {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    content: Option<&'a OctetStringRef>,
}

#[derive(Sequence)]
struct Attribute<'a> {
    oid: ObjectIdentifier,
    values: AnyRef<'a>,
}

/// Of `SignedData`, what is used.
struct SignedData<'a> {
    content: EncapsulatedContent<'a>,
    certificates: &'a [u8],
    signers: AnyRef<'a>,
}

impl<'a> SignedData<'a> {
    fn from_der(der: &'a [u8]) -> der::Result<Self> {
        AnyRef::from_der(der)?.sequence(|reader| {
            let _version: u8 = reader.decode()?;
            // Not looked at: old encoders name another digest here than in the signer's part.
            let _digest_algorithms: AnyRef<'_> = reader.decode()?;
            let content = reader.decode()?;
            let certificates = implicit(reader, 0)?.unwrap_or_default();
            let _revocations = implicit(reader, 1)?;
            Ok(Self {
                content,
                certificates,
                signers: reader.decode()?,
            })
        })
    }
}

/// Of `SignerInfo`, what is used.
struct SignerInfo<'a> {
    signer: AnyRef<'a>,
    digest_algorithm: AlgorithmIdentifierRef<'a>,
    attributes: Option<&'a [u8]>,
    signature_algorithm: AlgorithmIdentifierRef<'a>,
    signature: &'a OctetStringRef,
}

impl<'a> SignerInfo<'a> {
    fn from_der(der: &'a [u8]) -> der::Result<Self> {
        AnyRef::from_der(der)?.sequence(|reader| {
            let _version: u8 = reader.decode()?;
            let info = Self {
                signer: reader.decode()?,
                digest_algorithm: reader.decode()?,
                attributes: implicit(reader, 0)?,
                signature_algorithm: reader.decode()?,
                signature: reader.decode()?,
            };
            let _unsigned_attributes = implicit(reader, 1)?;
            Ok(info)
        })
    }
}

/// The inside of an optional SET with an implicit tag, as it came: it was signed as it came.
fn implicit<'a>(reader: &mut SliceReader<'a>, number: u32) -> der::Result<Option<&'a [u8]>> {
    let set: Option<&SequenceRef> =
        reader.context_specific(TagNumber(number), TagMode::Implicit)?;
    Ok(set.map(SequenceRef::as_bytes))
}

/// How the CMS names its signer (RFC 5652 5.3).
#[derive(Clone, Copy)]
enum SignerName<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    SubjectKeyId(&'a [u8]),
}

/// The parts of a detached signature that the checks need.
struct Detached<'a> {
    certificates: Vec<&'a [u8]>,
    signer: SignerName<'a>,
    attributes: Option<&'a [u8]>,
    signature: Signature,
}

impl From<der::Error> for CmsError {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// Checks a detached signature with the signer's certificate that it contains, and gives that
/// certificate.
///
/// **The certificate came with the signature.** It proves nothing before it is compared with one
/// that is known ([`Certificate::der`]); its validity is not looked at either.
///
/// # Errors
///
/// [`CmsError`]; [`CmsError::CertificateMissing`] if the certificate is not inside.
pub fn verify_detached(der: &[u8], content: &[u8]) -> Result<Certificate, CmsError> {
    let detached = Detached::parse(der)?;
    let certificate = detached.embedded_certificate()?;
    detached.verify(content, &certificate)?;
    Ok(certificate)
}

/// Checks that a detached signature was made by the key of this certificate, which the CMS has to
/// name as its signer and need not contain. The certificate's validity is left to the caller.
///
/// # Errors
///
/// [`CmsError`]; [`CmsError::OtherSigner`] if the CMS names another signer.
pub fn verify_detached_by(
    der: &[u8],
    content: &[u8],
    certificate: &Certificate,
) -> Result<(), CmsError> {
    let detached = Detached::parse(der)?;
    if !detached.signer.is_of(certificate) {
        return Err(CmsError::OtherSigner);
    }
    detached.verify(content, certificate)
}

impl<'a> Detached<'a> {
    fn parse(der: &'a [u8]) -> Result<Self, CmsError> {
        let info = ContentInfo::from_der(der)?;
        if info.content_type != SIGNED_DATA {
            return Err(CmsError::NotSignedData {
                oid: info.content_type,
            });
        }
        let data = SignedData::from_der(inside(info.content, context_tag(true))?)?;
        if data.content.content.is_some() {
            return Err(CmsError::Attached);
        }
        if data.content.content_type != DATA {
            return Err(CmsError::OtherContentType {
                oid: data.content.content_type,
            });
        }
        let signers = elements(inside(data.signers, Tag::Set)?)?;
        let signer = match signers.as_slice() {
            [] => return Err(CmsError::NoSigner),
            [signer] => SignerInfo::from_der(signer)?,
            _ => return Err(CmsError::SeveralSigners),
        };
        check_algorithms(&signer)?;
        let octets = signer.signature.as_bytes();
        Ok(Self {
            certificates: elements(data.certificates)?,
            signer: SignerName::parse(signer.signer)?,
            attributes: signer.attributes,
            signature: Signature::from_slice(octets)
                .map_err(|_| CmsError::SignatureLength { got: octets.len() })?,
        })
    }

    /// Certificates of other keys may stand beside the signer's and are not read further.
    fn embedded_certificate(&self) -> Result<Certificate, CmsError> {
        match self.signer {
            SignerName::IssuerAndSerial { issuer, serial } => {
                let der = self
                    .certificates
                    .iter()
                    .find(|der| issuer_and_serial(der) == Ok((issuer, serial)))
                    .ok_or(CmsError::CertificateMissing)?;
                Ok(Certificate::from_der(der)?)
            }
            SignerName::SubjectKeyId(_) => self
                .certificates
                .iter()
                .filter_map(|der| Certificate::from_der(der).ok())
                .find(|certificate| self.signer.is_of(certificate))
                .ok_or(CmsError::CertificateMissing),
        }
    }

    fn verify(&self, content: &[u8], certificate: &Certificate) -> Result<(), CmsError> {
        let key = certificate.verifying_key();
        match self.attributes {
            None => key.verify(content, &self.signature),
            Some(attributes) => {
                check_attributes(attributes, content)?;
                // Signed under the tag of a SET, sent under [0]: RFC 5652 5.4.
                let message = wrapped(Tag::Set, &[attributes]).map_err(EncodingError::from)?;
                key.verify(&message, &self.signature)
            }
        }
        .map_err(|_| CmsError::NotValid)
    }
}

impl<'a> SignerName<'a> {
    fn parse(signer: AnyRef<'a>) -> Result<Self, CmsError> {
        if let Ok(key_id) = inside(signer, context_tag(false)) {
            return Ok(Self::SubjectKeyId(key_id));
        }
        match elements(inside(signer, Tag::Sequence)?)?.as_slice() {
            [issuer, serial] => Ok(Self::IssuerAndSerial { issuer, serial }),
            _ => Err(CmsError::Malformed),
        }
    }

    fn is_of(self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                certificate.issuer_and_serial() == (issuer, serial)
            }
            Self::SubjectKeyId(id) => certificate.subject_key_id() == Some(id),
        }
    }
}

fn context_tag(constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(0),
    }
}

fn inside(value: AnyRef<'_>, tag: Tag) -> Result<&[u8], CmsError> {
    if der::Tagged::tag(&value) == tag {
        Ok(value.value())
    } else {
        Err(CmsError::Malformed)
    }
}

/// The engine of OpenSSL writes NULL parameters and CryptoPro none; the signature algorithm is
/// named by the key or by key and digest (`gost.md` 7).
fn check_algorithms(signer: &SignerInfo<'_>) -> Result<(), CmsError> {
    let digest = signer.digest_algorithm;
    let signature = signer.signature_algorithm;
    if digest.oid != STREEBOG_256 {
        return Err(CmsError::OtherDigest { oid: digest.oid });
    }
    if signature.oid != GOST_256 && signature.oid != GOST_256_WITH_STREEBOG_256 {
        return Err(CmsError::OtherAlgorithm { oid: signature.oid });
    }
    let plain = |parameters: Option<AnyRef<'_>>| parameters.is_none_or(AnyRef::is_null);
    if plain(digest.parameters) && plain(signature.parameters) {
        Ok(())
    } else {
        Err(CmsError::AlgorithmParameters)
    }
}

/// The two attributes that have to be there (RFC 5652 5.3, 11.1, 11.2), each once and with one
/// value. Their order is not looked at: one known encoder does not sort them.
fn check_attributes(attributes: &[u8], content: &[u8]) -> Result<(), CmsError> {
    let mut content_type = None;
    let mut digest = None;
    for element in elements(attributes)? {
        let attribute = Attribute::from_der(element)?;
        let place = match attribute.oid {
            CONTENT_TYPE => &mut content_type,
            MESSAGE_DIGEST => &mut digest,
            _ => continue,
        };
        let values = elements(inside(attribute.values, Tag::Set)?)?;
        let [value] = values.as_slice() else {
            return Err(CmsError::Attributes);
        };
        if place.replace(*value).is_some() {
            return Err(CmsError::Attributes);
        }
    }
    let content_type = content_type.ok_or(CmsError::Attributes)?;
    let digest = digest.ok_or(CmsError::Attributes)?;
    let oid = ObjectIdentifier::from_der(content_type)?;
    if oid != DATA {
        return Err(CmsError::OtherContentType { oid });
    }
    if <&OctetStringRef>::from_der(digest)?.as_bytes() == streebog256(content) {
        Ok(())
    } else {
        Err(CmsError::OtherContent)
    }
}
