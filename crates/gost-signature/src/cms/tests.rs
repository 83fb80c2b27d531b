//! CMS structures that no ordinary encoder makes.

use der::{
    Decode, Encode, Tag,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};

use super::{CmsError, SignedAttributes, ToBeSigned, verify_detached};
use crate::{
    Certificate, SigningKey,
    encoding::{algorithm, context, elements, sequence, wrapped},
    identifiers::{
        CONTENT_TYPE, DATA, GOST_256, GOST_256_WITH_STREEBOG_256, MESSAGE_DIGEST, SIGNED_DATA,
        STREEBOG_256,
    },
    streebog256,
};

const CONTENT: &[u8] = b"content";
/// GOST R 34.11-94 and SHA-256.
const GOST_94: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.2.2.9");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

fn read(path: &str) -> String {
    let path = format!("{}/testdata/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// A CMS put together by hand; every part can be exchanged.
struct Draft {
    content_type: ObjectIdentifier,
    outer_digest: Vec<u8>,
    digest: Vec<u8>,
    signature_algorithm: Vec<u8>,
    attributes: Vec<Vec<u8>>,
    signers: usize,
    outer_type: ObjectIdentifier,
    cut: usize,
}

fn draft() -> Draft {
    Draft {
        content_type: DATA,
        outer_digest: algorithm(STREEBOG_256).unwrap(),
        digest: algorithm(STREEBOG_256).unwrap(),
        signature_algorithm: algorithm(GOST_256).unwrap(),
        attributes: Vec::new(),
        signers: 1,
        outer_type: SIGNED_DATA,
        cut: 0,
    }
}

impl Draft {
    /// Signs whatever the parts are, honestly, by the `client` key.
    fn verify(&self) -> Result<Certificate, CmsError> {
        let key = SigningKey::from_pkcs8_pem(&read("keys/client.key.pem")).unwrap();
        let certificate = Certificate::from_pem(&read("certs/client.crt.pem")).unwrap();
        let attributes: Vec<&[u8]> = self.attributes.iter().map(Vec::as_slice).collect();
        let (message, attributes) = if attributes.is_empty() {
            (CONTENT.to_vec(), Vec::new())
        } else {
            (
                wrapped(Tag::Set, &attributes).unwrap(),
                context(0, &attributes).unwrap(),
            )
        };
        let signature = key.sign(&message, &[0; 32]);
        let octets = &signature.as_bytes()[self.cut..];
        let (issuer, serial) = certificate.issuer_and_serial();
        let signer = sequence(&[
            &1_u8.to_der().unwrap(),
            &sequence(&[issuer, serial]).unwrap(),
            &self.digest,
            &attributes,
            &self.signature_algorithm,
            &OctetStringRef::new(octets).unwrap().to_der().unwrap(),
        ])
        .unwrap();
        let data = sequence(&[
            &1_u8.to_der().unwrap(),
            &wrapped(Tag::Set, &[&self.outer_digest]).unwrap(),
            &sequence(&[&self.content_type.to_der().unwrap()]).unwrap(),
            &context(0, &[certificate.der()]).unwrap(),
            &wrapped(Tag::Set, &vec![signer.as_slice(); self.signers]).unwrap(),
        ])
        .unwrap();
        let outer = self.outer_type.to_der().unwrap();
        let der = sequence(&[&outer, &context(0, &[&data]).unwrap()]).unwrap();
        verify_detached(&der, CONTENT)
    }
}

fn attribute(oid: ObjectIdentifier, values: &[&[u8]]) -> Vec<u8> {
    sequence(&[&oid.to_der().unwrap(), &wrapped(Tag::Set, values).unwrap()]).unwrap()
}

fn octet_string(octets: &[u8]) -> Vec<u8> {
    OctetStringRef::new(octets).unwrap().to_der().unwrap()
}

fn content_type() -> Vec<u8> {
    attribute(CONTENT_TYPE, &[&DATA.to_der().unwrap()])
}

fn digest_of(content: &[u8]) -> Vec<u8> {
    attribute(MESSAGE_DIGEST, &[&octet_string(&streebog256(content))])
}

#[test]
fn the_plain_draft_is_accepted() {
    draft().verify().unwrap();
}

#[test]
fn none_and_several_signers_are_refused() {
    assert_eq!(
        Draft {
            signers: 0,
            ..draft()
        }
        .verify(),
        Err(CmsError::NoSigner)
    );
    assert_eq!(
        Draft {
            signers: 2,
            ..draft()
        }
        .verify(),
        Err(CmsError::SeveralSigners)
    );
}

#[test]
fn other_types_than_signed_data_of_plain_data_are_refused() {
    assert_eq!(
        Draft {
            outer_type: DATA,
            ..draft()
        }
        .verify(),
        Err(CmsError::NotSignedData { oid: DATA })
    );
    assert_eq!(
        Draft {
            content_type: SIGNED_DATA,
            ..draft()
        }
        .verify(),
        Err(CmsError::OtherContentType { oid: SIGNED_DATA })
    );
}

/// The digest of the signer's part counts; one known encoder writes another into the outer part.
#[test]
fn the_signers_digest_counts_and_not_the_outer_one() {
    Draft {
        outer_digest: algorithm(GOST_94).unwrap(),
        ..draft()
    }
    .verify()
    .unwrap();
    for oid in [GOST_94, SHA_256] {
        let result = Draft {
            digest: algorithm(oid).unwrap(),
            ..draft()
        }
        .verify();
        assert_eq!(result, Err(CmsError::OtherDigest { oid }));
    }
}

#[test]
fn both_names_of_the_signature_algorithm_are_taken_and_no_other() {
    let with = |oid| {
        Draft {
            signature_algorithm: algorithm(oid).unwrap(),
            ..draft()
        }
        .verify()
    };
    with(GOST_256_WITH_STREEBOG_256).unwrap();
    assert_eq!(
        with(SHA_256),
        Err(CmsError::OtherAlgorithm { oid: SHA_256 })
    );
}

#[test]
fn parameters_may_be_null_and_nothing_else() {
    let with = |parameters: &[u8]| {
        let digest = sequence(&[&STREEBOG_256.to_der().unwrap(), parameters]).unwrap();
        let signature = sequence(&[&GOST_256.to_der().unwrap(), parameters]).unwrap();
        let first = Draft { digest, ..draft() }.verify();
        let second = Draft {
            signature_algorithm: signature,
            ..draft()
        }
        .verify();
        assert_eq!(first, second);
        first
    };
    with(&[0x05, 0x00]).unwrap();
    assert_eq!(
        with(&[0x02, 0x01, 0x00]),
        Err(CmsError::AlgorithmParameters)
    );
}

/// They are signed as they came, so an encoder that does not sort them is understood.
#[test]
fn attributes_in_any_order_are_accepted() {
    let both = [content_type(), digest_of(CONTENT)];
    Draft {
        attributes: both.to_vec(),
        ..draft()
    }
    .verify()
    .unwrap();
    Draft {
        attributes: vec![both[1].clone(), both[0].clone()],
        ..draft()
    }
    .verify()
    .unwrap();
}

/// A SET OF is sorted in DER, whatever form the signing time has.
#[test]
fn own_attributes_are_in_the_order_of_der() {
    let certificate = Certificate::from_pem(&read("certs/client.crt.pem")).unwrap();
    for signing_time in [0, 1_800_000_000, 4_102_444_800] {
        let form = SignedAttributes::Present { signing_time };
        let prepared = ToBeSigned::new(&certificate, CONTENT, form).unwrap();
        let set = AnyRef::from_der(prepared.message()).unwrap();
        let attributes = elements(set.value()).unwrap();
        assert_eq!(attributes.len(), 3);
        assert!(attributes.is_sorted());
    }
}

#[test]
fn attributes_without_type_or_digest_are_refused() {
    let with = |attributes: &[Vec<u8>]| {
        Draft {
            attributes: attributes.to_vec(),
            ..draft()
        }
        .verify()
        .unwrap_err()
    };
    assert_eq!(with(&[content_type()]), CmsError::Attributes);
    assert_eq!(with(&[digest_of(CONTENT)]), CmsError::Attributes);
}

#[test]
fn repeated_attributes_and_values_are_refused() {
    let with = |attributes: &[Vec<u8>]| {
        Draft {
            attributes: attributes.to_vec(),
            ..draft()
        }
        .verify()
        .unwrap_err()
    };
    let (kind, right, wrong) = (content_type(), digest_of(CONTENT), digest_of(b"other"));
    assert_eq!(
        with(&[kind.clone(), right.clone(), right.clone()]),
        CmsError::Attributes
    );
    assert_eq!(
        with(&[kind.clone(), wrong.clone(), right]),
        CmsError::Attributes
    );
    assert_eq!(
        with(&[kind.clone(), kind.clone(), digest_of(CONTENT)]),
        CmsError::Attributes
    );
    let value = octet_string(&streebog256(CONTENT));
    let two_values = attribute(MESSAGE_DIGEST, &[&value, &value]);
    assert_eq!(with(&[kind.clone(), two_values]), CmsError::Attributes);
    assert_eq!(
        with(&[kind.clone(), attribute(MESSAGE_DIGEST, &[])]),
        CmsError::Attributes
    );
    assert_eq!(with(&[kind, wrong]), CmsError::OtherContent);
}

#[test]
fn attributes_of_another_type_are_refused() {
    let other = attribute(CONTENT_TYPE, &[&SIGNED_DATA.to_der().unwrap()]);
    let result = Draft {
        attributes: vec![other, digest_of(CONTENT)],
        ..draft()
    }
    .verify();
    assert_eq!(result, Err(CmsError::OtherContentType { oid: SIGNED_DATA }));
}

#[test]
fn a_signature_of_another_length_is_refused() {
    assert_eq!(
        Draft { cut: 1, ..draft() }.verify(),
        Err(CmsError::SignatureLength { got: 63 })
    );
}
