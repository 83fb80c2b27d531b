//! Making detached signatures.

use der::{
    Encode, Tag,
    asn1::{ObjectIdentifier, OctetStringRef},
};

use super::CmsError;
use crate::{
    Certificate, EncodingError, Signature, SigningKey,
    encoding::{algorithm, context, sequence, wrapped},
    identifiers::{
        CONTENT_TYPE, DATA, GOST_256, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_TIME, STREEBOG_256,
    },
    self_signed::x509_time,
    streebog256,
};

/// Whether the signature covers attributes. Both forms are in use (`esia.md` 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedAttributes {
    /// None: the signature is over the content itself.
    None,
    /// Content type, signing time and message digest.
    Present {
        /// When it is signed, in seconds since 1970-01-01 UTC.
        signing_time: i64,
    },
}

/// A detached signature before it is signed: what to sign, and the wrapping for the answer.
#[derive(Debug, Clone)]
pub struct ToBeSigned<'a> {
    certificate: &'a Certificate,
    message: Vec<u8>,
    /// The attributes, each DER, in the order of DER.
    attributes: Option<[Vec<u8>; 3]>,
}

impl<'a> ToBeSigned<'a> {
    /// Prepares a signature of `content` by the key of `certificate`.
    ///
    /// # Errors
    ///
    /// [`CmsError::SigningTime`] for a time that DER can't hold.
    pub fn new(
        certificate: &'a Certificate,
        content: &[u8],
        attributes: SignedAttributes,
    ) -> Result<Self, CmsError> {
        match attributes {
            SignedAttributes::None => Ok(Self {
                certificate,
                message: content.to_vec(),
                attributes: None,
            }),
            SignedAttributes::Present { signing_time } => {
                let time = x509_time(signing_time).map_err(|_| CmsError::SigningTime)?;
                let attributes = signed_attributes(content, &time).map_err(EncodingError::from)?;
                let parts = attributes.each_ref().map(Vec::as_slice);
                let message = wrapped(Tag::Set, &parts).map_err(EncodingError::from)?;
                Ok(Self {
                    certificate,
                    message,
                    attributes: Some(attributes),
                })
            }
        }
    }

    /// What has to be signed with a raw signature: the content, or the DER of the attributes.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Wraps the signature of [`message`](Self::message) and the certificate into DER.
    ///
    /// # Errors
    ///
    /// [`CmsError::NotValid`] if the signature is not one of the message by the certificate's key:
    /// nothing that would be refused leaves this function.
    pub fn finish(self, signature: &Signature) -> Result<Vec<u8>, CmsError> {
        self.certificate
            .verifying_key()
            .verify(&self.message, signature)
            .map_err(|_| CmsError::NotValid)?;
        Ok(self.wrap(signature).map_err(EncodingError::from)?)
    }

    fn wrap(&self, signature: &Signature) -> der::Result<Vec<u8>> {
        let version = 1_u8.to_der()?;
        let (issuer, serial) = self.certificate.issuer_and_serial();
        let attributes = match &self.attributes {
            None => Vec::new(),
            Some(all) => context(0, &all.each_ref().map(Vec::as_slice))?,
        };
        let signer = sequence(&[
            &version,
            &sequence(&[issuer, serial])?,
            &algorithm(STREEBOG_256)?,
            &attributes,
            &algorithm(GOST_256)?,
            &OctetStringRef::new(signature.as_bytes())?.to_der()?,
        ])?;
        let signed_data = sequence(&[
            &version,
            &wrapped(Tag::Set, &[&algorithm(STREEBOG_256)?])?,
            &sequence(&[&DATA.to_der()?])?,
            &context(0, &[self.certificate.der()])?,
            &wrapped(Tag::Set, &[&signer])?,
        ])?;
        sequence(&[&SIGNED_DATA.to_der()?, &context(0, &[&signed_data])?])
    }
}

/// In the order of DER (X.690 11.6), which for these three is that of their lengths.
fn signed_attributes(content: &[u8], time: &[u8]) -> der::Result<[Vec<u8>; 3]> {
    let digest = streebog256(content);
    Ok([
        attribute(CONTENT_TYPE, &DATA.to_der()?)?,
        attribute(SIGNING_TIME, time)?,
        attribute(MESSAGE_DIGEST, &OctetStringRef::new(&digest)?.to_der()?)?,
    ])
}

fn attribute(oid: ObjectIdentifier, value: &[u8]) -> der::Result<Vec<u8>> {
    sequence(&[&oid.to_der()?, &wrapped(Tag::Set, &[value])?])
}

/// Makes a detached signature of `content` with the certificate inside, as DER. `extra` is as for
/// [`SigningKey::sign`].
///
/// # Errors
///
/// [`CmsError::NotValid`] if the certificate is not of this key, [`CmsError::SigningTime`].
pub fn sign_detached(
    content: &[u8],
    key: &SigningKey,
    certificate: &Certificate,
    attributes: SignedAttributes,
    extra: &[u8; 32],
) -> Result<Vec<u8>, CmsError> {
    let prepared = ToBeSigned::new(certificate, content, attributes)?;
    let signature = key.sign(prepared.message(), extra);
    prepared.finish(&signature)
}
