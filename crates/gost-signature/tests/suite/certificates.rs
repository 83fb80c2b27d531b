//! Reading certificates and making self-signed ones.

use std::num::NonZeroU64;

use gost_signature::{
    Certificate, CertificateError, ParamSet, PublicKeyError, SelfSignedError, SigningKey,
    self_signed_certificate,
};

use crate::testdata::{NOW, PAIRS, certificate, json, key, octets, text};

/// 2026-11-22 and 2046-11-17, the days on which the files' validity begins and ends.
const FIRST_DAY: i64 = 1_795_305_600;
const LAST_DAY: i64 = 2_426_025_600;
const DAY: i64 = 86_400;

#[test]
fn hashes_are_those_of_openssl() {
    for (path, hash) in json("vectors/certificate-hash.json").as_object().unwrap() {
        let certificate = Certificate::from_der(&octets(path)).unwrap();
        assert_eq!(certificate.hash_hex(), hash.as_str().unwrap());
    }
}

/// The hash is of the DER, whichever form the file has.
#[test]
fn pem_and_der_are_the_same_certificate() {
    for name in ["client", "idp"] {
        let der = octets(&format!("certs/{name}.crt.der"));
        assert_eq!(certificate(name).der(), der);
        assert_eq!(certificate(name), Certificate::from_der(&der).unwrap());
        let pem = text(&format!("certs/{name}.crt.pem"));
        assert_eq!(certificate(name).to_pem().unwrap(), pem);
    }
}

#[test]
fn pem_is_read_in_the_shapes_that_tools_give_it() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let whole = certificate("client");
    let body = STANDARD.encode(whole.der());
    let wrapped = |width: usize, end: &str| {
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(width)
            .map(|line| str::from_utf8(line).unwrap())
            .collect();
        let (begin, lines) = ("-----BEGIN CERTIFICATE-----", lines.join(end));
        format!("{begin}{end}{lines}{end}-----END CERTIFICATE-----{end}")
    };
    let shapes = [
        wrapped(64, "\n"),
        wrapped(64, "\r\n"),
        wrapped(76, "\r\n"),
        wrapped(body.len(), "\n"),
        format!(
            "subject=CN = test\nissuer=CN = test\n{}\n\n",
            wrapped(64, "\n")
        ),
        format!("\u{feff}{}", wrapped(64, "\r\n")),
    ];
    for shape in shapes {
        assert_eq!(Certificate::from_pem(&shape), Ok(whole.clone()), "{shape}");
    }
    let two = format!("{0}{0}", wrapped(64, "\n"));
    assert_eq!(Certificate::from_pem(&two), Err(CertificateError::Pem));
}

#[test]
fn validity_is_read_and_both_ends_belong_to_it() {
    for name in PAIRS {
        let certificate = certificate(name);
        assert!(
            (FIRST_DAY..FIRST_DAY + DAY).contains(&certificate.not_before()),
            "{name}"
        );
        assert!(
            (LAST_DAY..LAST_DAY + DAY).contains(&certificate.not_after()),
            "{name}"
        );
        assert!(!certificate.is_valid_at(certificate.not_before() - 1));
        assert!(certificate.is_valid_at(certificate.not_before()));
        assert!(certificate.is_valid_at(NOW));
        assert!(certificate.is_valid_at(certificate.not_after()));
        assert!(!certificate.is_valid_at(certificate.not_after() + 1));
    }
    let expired = certificate("idp-expired");
    assert_eq!(
        (expired.not_before(), expired.not_after()),
        (1_577_836_800, 1_609_459_200)
    );
    assert!(!expired.is_valid_at(NOW));
}

#[test]
fn certificates_of_unsupported_keys_are_refused_by_name() {
    let refusal = |path| Certificate::from_pem(&text(path)).unwrap_err();
    assert_eq!(
        refusal("certs/tc26-a.crt.pem"),
        CertificateError::Key(PublicKeyError::Tc26A)
    );
    assert_eq!(
        refusal("certs/test.crt.pem"),
        CertificateError::Key(PublicKeyError::ExampleCurve)
    );
    assert!(matches!(
        refusal("rsa/rsa.crt.pem"),
        CertificateError::Key(PublicKeyError::OtherAlgorithm { .. })
    ));
}

#[test]
fn other_octets_than_a_certificate_are_refused() {
    assert_eq!(Certificate::from_pem(""), Err(CertificateError::Pem));
    assert_eq!(
        Certificate::from_pem(&text("keys/client.key.pem")),
        Err(CertificateError::Pem)
    );
    assert_eq!(Certificate::from_der(&[]), Err(CertificateError::Der));
    let mut longer = octets("certs/client.crt.der");
    longer.push(0);
    assert_eq!(Certificate::from_der(&longer), Err(CertificateError::Der));
}

/// Names may be a person's.
#[test]
fn debug_text_holds_the_hash_alone() {
    let certificate = certificate("client");
    assert_eq!(
        format!("{certificate:?}"),
        format!("Certificate({})", certificate.hash_hex())
    );
}

#[test]
fn a_self_signed_certificate_is_what_was_asked_for_and_follows_from_the_arguments() {
    for set in ParamSet::ALL {
        let key = SigningKey::generate(&[5; 32], set);
        let make = || {
            let serial = NonZeroU64::new(0x80).unwrap();
            self_signed_certificate(&key, "Стенд ESIA", serial, NOW, NOW + DAY, &[0; 32]).unwrap()
        };
        let certificate = make();
        assert_eq!(certificate.verifying_key(), key.verifying_key());
        assert_eq!(certificate.verifying_key().param_set(), set);
        assert_eq!(
            (certificate.not_before(), certificate.not_after()),
            (NOW, NOW + DAY)
        );
        assert_eq!(certificate, make());
        assert_eq!(
            Certificate::from_pem(&certificate.to_pem().unwrap()),
            Ok(certificate)
        );
    }
}

/// Years from 2050 on are written in another form.
#[test]
fn a_self_signed_certificate_may_last_beyond_2050() {
    let end = 4_102_444_800;
    let certificate =
        self_signed_certificate(&key("idp"), "CN", NonZeroU64::MIN, NOW, end, &[0; 32]).unwrap();
    assert_eq!(certificate.not_after(), end);
}

#[test]
fn names_and_validities_that_a_certificate_cannot_hold_are_refused() {
    let key = key("idp");
    let make = |name: &str, from, to| {
        self_signed_certificate(&key, name, NonZeroU64::MIN, from, to, &[0; 32])
    };
    assert_eq!(make("", 0, 1), Err(SelfSignedError::CommonName { got: 0 }));
    assert_eq!(
        make(&"я".repeat(65), 0, 1),
        Err(SelfSignedError::CommonName { got: 65 })
    );
    make(&"я".repeat(64), 0, 1).unwrap();
    assert_eq!(make("name", 1, 0), Err(SelfSignedError::Validity));
    assert_eq!(make("name", -1, 0), Err(SelfSignedError::Validity));
    assert_eq!(make("name", 0, i64::MAX), Err(SelfSignedError::Validity));
}
