//! Private keys in PKCS#8 and public keys in `SubjectPublicKeyInfo`.

use gost_signature::{ParamSet, PrivateKeyError, PublicKeyError, SigningKey, VerifyingKey};

use crate::testdata::{PAIRS, certificate, key, octets, text};

fn refusal(pem: &str) -> PrivateKeyError {
    SigningKey::from_pkcs8_pem(pem).unwrap_err()
}

/// The PKCS#8 of the `client` key with other octets in place of the key's own.
fn pkcs8_with_key_octets(private_key: &[u8]) -> Vec<u8> {
    use der::{Encode, asn1::AnyRef};
    let der = der::Document::from_pem(&text("keys/client.key.pem"))
        .unwrap()
        .1;
    let info = der.decode_msg::<pkcs8::PrivateKeyInfoRef<'_>>().unwrap();
    let parts = [
        0_u8.to_der().unwrap(),
        info.algorithm.to_der().unwrap(),
        der::asn1::OctetStringRef::new(private_key)
            .unwrap()
            .to_der()
            .unwrap(),
    ];
    AnyRef::new(der::Tag::Sequence, &parts.concat())
        .unwrap()
        .to_der()
        .unwrap()
}

#[test]
fn every_key_file_gives_the_public_key_of_its_certificate() {
    for name in PAIRS {
        let key = key(name);
        let spki = octets(&format!("keys/{name}.spki.der"));
        assert_eq!(
            VerifyingKey::from_spki_der(&spki).unwrap(),
            *key.verifying_key(),
            "{name}"
        );
        assert_eq!(
            certificate(name).verifying_key(),
            key.verifying_key(),
            "{name}"
        );
        assert_eq!(key.verifying_key().to_spki_der().unwrap(), spki, "{name}");
    }
}

#[test]
fn names_of_the_curve_survive_reading() {
    let sets = [
        ("idp", ParamSet::CryptoProXchA),
        ("cp-a", ParamSet::CryptoProA),
        ("cp-b", ParamSet::CryptoProB),
        ("cp-c", ParamSet::CryptoProC),
        ("xch-b", ParamSet::CryptoProXchB),
        ("tc26-b", ParamSet::Tc26B),
        ("tc26-c", ParamSet::Tc26C),
        ("tc26-d", ParamSet::Tc26D),
    ];
    for (name, set) in sets {
        assert_eq!(key(name).verifying_key().param_set(), set);
    }
}

#[test]
fn the_wrapped_form_is_the_same_key() {
    assert_eq!(
        key("client-wrapped").verifying_key(),
        key("client").verifying_key()
    );
}

#[test]
fn a_written_key_is_what_openssl_wrote() {
    for name in PAIRS {
        let written = key(name).to_pkcs8_pem().unwrap();
        assert_eq!(*written, text(&format!("keys/{name}.key.pem")), "{name}");
    }
}

#[test]
fn unsupported_curves_are_refused_by_name() {
    for (name, error) in [
        ("tc26-a", PublicKeyError::Tc26A),
        ("test", PublicKeyError::ExampleCurve),
    ] {
        let spki = octets(&format!("keys/{name}.spki.der"));
        assert_eq!(VerifyingKey::from_spki_der(&spki), Err(error));
        assert_eq!(
            refusal(&text(&format!("keys/{name}.key.pem"))),
            PrivateKeyError::Algorithm(error)
        );
    }
}

#[test]
fn other_algorithms_are_refused_by_name() {
    // The identifier of the algorithm stands at one place of this structure.
    let spki = octets("keys/client.spki.der");
    let with_algorithm = |last: &[u8]| {
        let mut changed = spki.clone();
        changed[6..14].copy_from_slice(last);
        VerifyingKey::from_spki_der(&changed).unwrap_err()
    };
    let gost_512 = [0x2a, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x02];
    assert_eq!(with_algorithm(&gost_512), PublicKeyError::Bits512);
    let signature_algorithm = [0x2a, 0x85, 0x03, 0x07, 0x01, 0x01, 0x03, 0x02];
    assert!(matches!(
        with_algorithm(&signature_algorithm),
        PublicKeyError::OtherAlgorithm { .. }
    ));

    // 1.2.643.2.2.19 is two octets shorter, in two nested structures.
    let mut gost_2001 = spki[..4].to_vec();
    gost_2001.extend([0x06, 0x06, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x13]);
    gost_2001.extend(&spki[14..]);
    gost_2001[1] -= 2;
    gost_2001[3] -= 2;
    assert_eq!(
        VerifyingKey::from_spki_der(&gost_2001),
        Err(PublicKeyError::Gost2001)
    );

    assert!(matches!(
        refusal(&text("rsa/rsa.key.pem")),
        PrivateKeyError::Algorithm(PublicKeyError::OtherAlgorithm { .. })
    ));
}

#[test]
fn other_parameter_sets_and_digests_are_refused_by_name() {
    let spki = octets("keys/client.spki.der");
    let with = |place: usize, octet: u8| {
        let mut changed = spki.clone();
        changed[place] = octet;
        VerifyingKey::from_spki_der(&changed).unwrap_err()
    };
    // The last arcs of 1.2.643.2.2.36.0 and 1.2.643.7.1.1.2.2.
    assert!(matches!(
        with(24, 0x05),
        PublicKeyError::UnknownParamSet { .. }
    ));
    assert!(matches!(with(34, 0x03), PublicKeyError::OtherDigest { .. }));
}

#[test]
fn key_octets_of_another_length_are_refused() {
    let good = key("client").verifying_key().to_octets();
    for octets in [&good[..63], &[good.as_slice(), &[0]].concat(), &[]] {
        assert_eq!(
            VerifyingKey::from_octets(ParamSet::CryptoProXchA, octets),
            Err(PublicKeyError::Length { got: octets.len() })
        );
    }
}

#[test]
fn masked_keys_are_refused_as_such() {
    let refusal =
        |octets: &[u8]| SigningKey::from_pkcs8_der(&pkcs8_with_key_octets(octets)).unwrap_err();
    assert_eq!(refusal(&[1; 64]), PrivateKeyError::Masked);
    assert_eq!(refusal(&[1; 96]), PrivateKeyError::Masked);
    assert_eq!(
        refusal(&[&[0x04, 0x40], [1; 64].as_slice()].concat()),
        PrivateKeyError::Masked
    );
    let sequence = [&[0x30, 0x22, 0x04, 0x20], [1; 32].as_slice()].concat();
    assert_eq!(refusal(&sequence), PrivateKeyError::Masked);
}

#[test]
fn other_forms_and_lengths_of_private_keys_are_refused() {
    let refusal =
        |octets: &[u8]| SigningKey::from_pkcs8_der(&pkcs8_with_key_octets(octets)).unwrap_err();
    let integer = [&[0x02, 0x20], [1; 32].as_slice()].concat();
    assert_eq!(refusal(&integer), PrivateKeyError::Integer);
    assert_eq!(refusal(&[]), PrivateKeyError::Length { got: 0 });
    assert_eq!(refusal(&[1; 31]), PrivateKeyError::Length { got: 31 });
    assert_eq!(refusal(&[1; 33]), PrivateKeyError::Length { got: 33 });
    assert_eq!(refusal(&[0; 32]), PrivateKeyError::OutOfRange);
    assert_eq!(refusal(&[0xff; 32]), PrivateKeyError::OutOfRange);
    SigningKey::from_pkcs8_der(&pkcs8_with_key_octets(&[1; 32])).unwrap();
}

#[test]
fn other_text_than_a_private_key_is_refused() {
    assert_eq!(refusal(""), PrivateKeyError::Pem);
    assert_eq!(refusal("no PEM at all"), PrivateKeyError::Pem);
    assert_eq!(
        refusal(&text("certs/client.crt.pem")),
        PrivateKeyError::OtherPemBlock
    );
    let encrypted = text("keys/client.key.pem").replace("PRIVATE", "ENCRYPTED PRIVATE");
    assert_eq!(refusal(&encrypted), PrivateKeyError::Encrypted);
    assert_eq!(
        SigningKey::from_pkcs8_der(&octets("certs/client.crt.der")).unwrap_err(),
        PrivateKeyError::Der
    );
}

#[test]
fn generated_keys_follow_from_entropy_and_differ_with_it() {
    for set in ParamSet::ALL {
        let key = |entropy| *SigningKey::generate(&[entropy; 32], set).verifying_key();
        assert_eq!(key(7), key(7));
        assert_ne!(key(7), key(8));
        assert_eq!(key(7).param_set(), set);
    }
}

/// Neither a key nor a signature is in the text that ends up in logs.
#[test]
fn debug_texts_hold_no_secret() {
    let key = key("client");
    let secret = key.to_pkcs8_pem().unwrap();
    let der = der::SecretDocument::from_pem(&secret).unwrap().1;
    let octets = hex::encode(&der.as_bytes()[der.as_bytes().len() - 32..]);
    for text in [format!("{key:?}"), format!("{key:#?}")] {
        assert_eq!(text, "SigningKey(CryptoPro-XchA, ..)");
        assert!(!text.contains(&octets));
    }
    assert_eq!(format!("{:?}", key.sign(b"", &[0; 32])), "Signature(..)");
}

/// On CryptoPro-A the generator's x is 1, so that 1 + p fits into 256 bits too: the same point to
/// whoever reduces it, and refused here.
#[test]
fn a_coordinate_of_cryptopro_a_that_is_not_reduced_is_refused() {
    let mut y =
        hex::decode("8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14").unwrap();
    y.reverse();
    let mut x = [0; 32];
    x[0] = 1;
    for set in [ParamSet::CryptoProA, ParamSet::CryptoProXchA] {
        let generator = [&x[..], &y].concat();
        assert!(VerifyingKey::from_octets(set, &generator).is_ok());
        // p is 2^256 - 617.
        let mut above = [0xff; 32];
        above[0] = 0x98;
        above[1] = 0xfd;
        let same_point = [&above[..], &y].concat();
        assert_eq!(
            VerifyingKey::from_octets(set, &same_point),
            Err(PublicKeyError::NotOnCurve)
        );
    }
}
