//! Streebog-256, raw signatures and the self-check.

use gost_signature::{
    Certificate, SelfCheck, Signature, SignatureError, VerifyingKey, diagnose, streebog256,
};

use crate::testdata::{PAIRS, certificate, json, key, octets, text};

const MESSAGES: [(&str, &str); 5] = [
    ("secret-v1", "msg/secret-v1.txt"),
    ("secret-v2", "msg/secret-v2.txt"),
    ("empty", "msg/empty.bin"),
    ("bytes", "msg/bytes.bin"),
    ("cyrillic", "msg/cyrillic.txt"),
];

fn signature(name: &str) -> Signature {
    Signature::from_slice(&octets(&format!("raw/{name}"))).unwrap()
}

#[test]
fn streebog_gives_the_published_digests() {
    let table = json("vectors/streebog256.json");
    let vectors = table["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let message = hex::decode(vector["message_hex"].as_str().unwrap()).unwrap();
        assert_eq!(
            hex::encode(streebog256(&message)),
            vector["streebog256"].as_str().unwrap()
        );
    }
    for (file, digest) in json("vectors/messages.json").as_object().unwrap() {
        let message = octets(&format!("msg/{file}"));
        assert_eq!(hex::encode(streebog256(&message)), digest.as_str().unwrap());
    }
}

#[test]
fn signatures_of_openssl_are_accepted_on_every_supported_set() {
    let message = octets("msg/secret-v2.txt");
    for name in PAIRS {
        let signature = signature(&format!("{name}.secret-v2.sig"));
        certificate(name)
            .verifying_key()
            .verify(&message, &signature)
            .unwrap();
    }
}

#[test]
fn signatures_of_openssl_are_accepted_over_every_message_and_over_no_other() {
    let key = *certificate("client").verifying_key();
    for (name, _) in MESSAGES {
        for (other, path) in MESSAGES {
            let result = key.verify(&octets(path), &signature(&format!("client.{name}.sig")));
            assert_eq!(result.is_ok(), name == other, "{name} over {other}");
        }
    }
}

#[test]
fn a_signature_of_bouncy_castle_is_accepted() {
    let key = *certificate("client").verifying_key();
    key.verify(
        &octets("msg/secret-v2.txt"),
        &signature("client.secret-v2.bc.sig"),
    )
    .unwrap();
}

#[test]
fn base64url_is_that_of_the_client_secret_and_is_read_strictly() {
    let secret = text("raw/client.secret-v2.b64url");
    let signature = signature("client.secret-v2.sig");
    assert_eq!(signature.to_base64url(), secret);
    assert_eq!(Signature::from_base64url(&secret), Ok(signature));
    let encoding = Err(SignatureError::Encoding);
    assert_eq!(Signature::from_base64url(&format!("{secret}==")), encoding);
    assert_eq!(Signature::from_base64url(&format!("{secret}\n")), encoding);
    assert_eq!(
        Signature::from_base64url(&secret.replace('-', "+").replace('_', "/")),
        encoding
    );
    assert_eq!(
        Signature::from_base64url("AAAA"),
        Err(SignatureError::Length { got: 3 })
    );
}

#[test]
fn signatures_of_another_key_or_length_are_refused() {
    let message = octets("msg/secret-v2.txt");
    let raw = octets("raw/client.secret-v2.sig");
    let wrong = certificate("idp")
        .verifying_key()
        .verify(&message, &signature("client.secret-v2.sig"));
    assert_eq!(wrong, Err(SignatureError::NotValid));
    for octets in [&raw[..63], &[raw.as_slice(), &[0]].concat(), &[]] {
        let error = Err(SignatureError::Length { got: octets.len() });
        assert_eq!(Signature::from_slice(octets), error);
    }
}

#[test]
fn the_self_check_names_each_mistake() {
    let key = certificate("client");
    let key = key.verifying_key();
    let message = octets("msg/secret-v2.txt");
    let good = octets("raw/client.secret-v2.sig");
    let exchanged = [&good[32..], &good[..32]].concat();
    let csp = octets("raw/client.secret-v2.csp-order.bin");
    let check = |octets: &[u8]| diagnose(&message, octets, key);
    let valid = Signature::from_slice(&good).unwrap();
    assert_eq!(check(&good), SelfCheck::Valid(valid));
    assert_eq!(check(&good).signature(), Some(valid));
    assert_eq!(check(&csp), SelfCheck::ReversedOctets);
    assert_eq!(check(&csp).signature(), None);
    assert_eq!(check(&exchanged), SelfCheck::ExchangedHalves);
    assert_eq!(check(&good[..63]), SelfCheck::Length { got: 63 });
    assert_eq!(
        check(&octets("cms/client.noattr.der")),
        SelfCheck::Length { got: 1184 }
    );
    assert_eq!(check(&octets("raw/idp.secret-v2.sig")), SelfCheck::NotValid);
    assert_eq!(
        diagnose(b"another message", &good, key),
        SelfCheck::NotValid
    );
    assert!(check(&csp).to_string().contains("raw-reversed"));
}

/// A signature in another order is refused, not put right.
#[test]
fn verification_tries_one_order_only() {
    let certificate = certificate("client");
    let message = octets("msg/secret-v2.txt");
    let good = octets("raw/client.secret-v2.sig");
    for wrong in [
        octets("raw/client.secret-v2.csp-order.bin"),
        [&good[32..], &good[..32]].concat(),
    ] {
        let signature = Signature::from_slice(&wrong).unwrap();
        let result = certificate.verifying_key().verify(&message, &signature);
        assert_eq!(result, Err(SignatureError::NotValid));
    }
}

#[test]
fn own_signatures_repeat_with_the_same_extra_and_differ_with_another() {
    let key = key("client");
    let sign = |message: &[u8], extra| key.sign(message, &[extra; 32]);
    assert_eq!(sign(b"message", 1), sign(b"message", 1));
    assert_ne!(sign(b"message", 1), sign(b"message", 2));
    assert_ne!(sign(b"message", 1), sign(b"messagf", 1));
}

#[test]
fn the_request_of_the_protocol_reference_is_accepted() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let request = json("vectors/request.json");
    let field = |name: &str| request[name].as_str().unwrap();
    let der = STANDARD.decode(field("certificate_base64")).unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.hash_hex(), field("certificate_hash"));
    let spki = hex::decode(field("spki")).unwrap();
    assert_eq!(
        VerifyingKey::from_spki_der(&spki).unwrap(),
        *certificate.verifying_key()
    );

    let secret = Signature::from_base64url(field("client_secret")).unwrap();
    let message = field("message").as_bytes();
    certificate
        .verifying_key()
        .verify(message, &secret)
        .unwrap();
    let reversed = hex::decode(field("reversed")).unwrap();
    assert_eq!(
        diagnose(message, &reversed, certificate.verifying_key()),
        SelfCheck::ReversedOctets
    );
}
