//! Detached CMS: the files of `testdata/cms` and own ones.

use gost_signature::{
    Certificate, CertificateError, PublicKeyError, Signature,
    cms::{
        CmsError, SignedAttributes, ToBeSigned, sign_detached, verify_detached, verify_detached_by,
    },
};

use crate::testdata::{NOW, PAIRS, certificate, key, octets, text};

fn content() -> Vec<u8> {
    octets("msg/secret-v1.txt")
}

fn file(name: &str) -> Vec<u8> {
    octets(&format!("cms/client.{name}.der"))
}

const WITH_CERTIFICATE: [&str; 5] = ["noattr", "attr", "cades", "keyid", "smime-attr"];
const FORMS: [SignedAttributes; 2] = [
    SignedAttributes::None,
    SignedAttributes::Present { signing_time: NOW },
];

#[test]
fn signatures_of_openssl_are_accepted_and_give_the_signers_certificate() {
    for name in WITH_CERTIFICATE {
        let found = verify_detached(&file(name), &content()).unwrap();
        assert_eq!(found.der(), certificate("client").der(), "{name}");
        verify_detached_by(&file(name), &content(), &certificate("client")).unwrap();
    }
}

#[test]
fn a_signature_without_certificate_needs_a_given_one() {
    let missing = verify_detached(&file("nocerts"), &content());
    assert_eq!(missing, Err(CmsError::CertificateMissing));
    verify_detached_by(&file("nocerts"), &content(), &certificate("client")).unwrap();
}

#[test]
fn another_content_is_refused() {
    for name in WITH_CERTIFICATE {
        let expected = match name {
            "noattr" | "keyid" => CmsError::NotValid,
            _ => CmsError::OtherContent,
        };
        assert_eq!(
            verify_detached(&file(name), b"another content"),
            Err(expected),
            "{name}"
        );
    }
}

#[test]
fn a_given_certificate_of_another_signer_is_refused() {
    for name in WITH_CERTIFICATE {
        let result = verify_detached_by(&file(name), &content(), &certificate("idp"));
        assert_eq!(result, Err(CmsError::OtherSigner), "{name}");
    }
}

#[test]
fn attached_content_is_refused() {
    assert_eq!(
        verify_detached(&file("attached"), &content()),
        Err(CmsError::Attached)
    );
    let result = verify_detached_by(&file("attached"), &content(), &certificate("client"));
    assert_eq!(result, Err(CmsError::Attached));
}

#[test]
fn an_unsupported_curve_is_refused_by_name() {
    let result = verify_detached(&octets("cms/tc26-a.noattr.der"), &content());
    let tc26_a = CertificateError::Key(PublicKeyError::Tc26A);
    assert_eq!(result, Err(CmsError::Certificate(tc26_a)));
}

#[test]
fn rsa_signatures_are_refused() {
    for form in ["attr", "noattr"] {
        let result = verify_detached(&octets(&format!("rsa/rsa.{form}.der")), &content());
        assert!(matches!(result, Err(CmsError::OtherDigest { .. })));
    }
}

#[test]
fn other_octets_than_cms_are_refused() {
    let whole = file("noattr");
    let longer = [whole.as_slice(), &[0]].concat();
    for octets in [
        &[][..],
        &whole[..whole.len() - 1],
        &longer,
        &octets("certs/client.crt.der"),
    ] {
        assert_eq!(
            verify_detached(octets, &content()),
            Err(CmsError::Malformed)
        );
    }
}

/// The older form of a client secret is the base64url of this DER.
#[test]
fn base64url_of_the_file_is_the_client_secret() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let decoded = URL_SAFE_NO_PAD
        .decode(text("cms/client.noattr.b64url"))
        .unwrap();
    assert_eq!(decoded, file("noattr"));
}

#[test]
fn own_signatures_are_accepted_with_and_without_attributes() {
    for name in PAIRS {
        for form in FORMS {
            let certificate = certificate(name);
            let der = sign_detached(&content(), &key(name), &certificate, form, &[9; 32]).unwrap();
            assert_eq!(verify_detached(&der, &content()).unwrap(), certificate);
            verify_detached_by(&der, &content(), &certificate).unwrap();
            verify_detached(&der, b"another content").unwrap_err();
        }
    }
}

/// Without attributes the CMS carries the raw signature of the content, so a raw signer can make
/// the older form as well.
#[test]
fn a_raw_signature_from_elsewhere_is_wrapped() {
    let certificate = certificate("client");
    let raw = Signature::from_slice(&octets("raw/client.secret-v1.sig")).unwrap();
    let prepared = ToBeSigned::new(&certificate, &content(), SignedAttributes::None).unwrap();
    assert_eq!(prepared.message(), content());
    let der = prepared.finish(&raw).unwrap();
    assert_eq!(verify_detached(&der, &content()).unwrap(), certificate);
}

#[test]
fn a_signature_that_does_not_fit_is_not_wrapped() {
    for form in FORMS {
        let certificate = certificate("client");
        let prepared = ToBeSigned::new(&certificate, &content(), form).unwrap();
        let raw = Signature::from_slice(&octets("raw/client.secret-v2.sig")).unwrap();
        assert_eq!(prepared.finish(&raw), Err(CmsError::NotValid));
        let wrong_key = sign_detached(&content(), &key("idp"), &certificate, form, &[0; 32]);
        assert_eq!(wrong_key, Err(CmsError::NotValid));
    }
}

#[test]
fn a_signing_time_that_der_cannot_hold_is_refused() {
    for signing_time in [-1, i64::MAX] {
        let form = SignedAttributes::Present { signing_time };
        let result = ToBeSigned::new(&certificate("client"), &content(), form).map(drop);
        assert_eq!(result, Err(CmsError::SigningTime));
    }
}

/// The certificate inside proves nothing by itself: two parties' signatures give two certificates.
#[test]
fn the_certificate_found_is_the_one_inside() {
    let signed_by = |name: &str| -> Certificate {
        let form = SignedAttributes::None;
        let der = sign_detached(b"x", &key(name), &certificate(name), form, &[0; 32]).unwrap();
        verify_detached(&der, b"x").unwrap()
    };
    assert_eq!(signed_by("client"), certificate("client"));
    assert_eq!(signed_by("idp"), certificate("idp"));
}
