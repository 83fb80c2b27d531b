//! What holds for any input.

use gost_signature::{
    Certificate, ParamSet, SelfCheck, Signature, SigningKey, VerifyingKey,
    cms::{SignedAttributes, sign_detached, verify_detached, verify_detached_by},
    diagnose,
    jws::{UnverifiedJws, sign_gost, verify_gost},
};
use proptest::prelude::*;

use crate::testdata::{NOW, certificate, key, octets, text};

fn any_set() -> impl Strategy<Value = ParamSet> {
    prop::sample::select(ParamSet::ALL.to_vec())
}

fn any_message() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

/// Octets of a real file with some of them changed, or cut off, or nothing like it.
fn damaged(path: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let whole = octets(path);
    let length = whole.len();
    let places = prop::collection::vec((0..length, any::<u8>()), 1..4);
    let changed = (Just(whole), places, 0..length * 2).prop_map(|(mut octets, places, cut)| {
        for (place, octet) in places {
            octets[place] = octet;
        }
        octets.truncate(cut);
        octets
    });
    prop_oneof![3 => changed, 1 => prop::collection::vec(any::<u8>(), 0..100)]
}

fn flipped(octets: &[u8], bit: usize) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let bit = bit % (octets.len() * 8);
    octets[bit / 8] ^= 1 << (bit % 8);
    octets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_accepted_and_any_changed_bit_is_not(
        set in any_set(), entropy: [u8; 32], extra: [u8; 32], message in any_message(), bit: usize,
    ) {
        let key = SigningKey::generate(&entropy, set);
        let signature = key.sign(&message, &extra);
        prop_assert!(key.verifying_key().verify(&message, &signature).is_ok());

        let changed = Signature::from_slice(&flipped(signature.as_bytes(), bit)).unwrap();
        prop_assert!(key.verifying_key().verify(&message, &changed).is_err());
        if !message.is_empty() {
            let other = flipped(&message, bit);
            prop_assert!(key.verifying_key().verify(&other, &signature).is_err());
        }
    }

    #[test]
    fn keys_survive_being_written_and_read(set in any_set(), entropy: [u8; 32]) {
        let key = SigningKey::generate(&entropy, set);
        let read = SigningKey::from_pkcs8_pem(&key.to_pkcs8_pem().unwrap()).unwrap();
        prop_assert_eq!(read.verifying_key(), key.verifying_key());
        prop_assert_eq!(read.verifying_key().param_set(), set);
        prop_assert_eq!(read.sign(b"m", &[0; 32]), key.sign(b"m", &[0; 32]));
        let spki = key.verifying_key().to_spki_der().unwrap();
        prop_assert_eq!(&VerifyingKey::from_spki_der(&spki).unwrap(), key.verifying_key());
    }

    /// Only the very octets are valid; each of the two known mistakes is told from the other.
    #[test]
    fn the_self_check_tells_orders_apart(set in any_set(), entropy: [u8; 32], message in any_message()) {
        let key = SigningKey::generate(&entropy, set);
        let key_of = key.verifying_key();
        let signature = key.sign(&message, &[0; 32]);
        let mut reversed = *signature.as_bytes();
        reversed.reverse();
        let mut exchanged = *signature.as_bytes();
        exchanged.rotate_left(32);
        prop_assert_eq!(diagnose(&message, signature.as_bytes(), key_of), SelfCheck::Valid(signature));
        prop_assert_eq!(diagnose(&message, &reversed, key_of), SelfCheck::ReversedOctets);
        prop_assert_eq!(diagnose(&message, &exchanged, key_of), SelfCheck::ExchangedHalves);
    }

    #[test]
    fn detached_signatures_hold_for_their_content_alone(
        content in any_message(), other in any_message(), extra: [u8; 32], with_attributes: bool,
    ) {
        let form = if with_attributes {
            SignedAttributes::Present { signing_time: NOW }
        } else {
            SignedAttributes::None
        };
        let der = sign_detached(&content, &key("client"), &certificate("client"), form, &extra).unwrap();
        prop_assert!(verify_detached(&der, &content).is_ok());
        prop_assert_eq!(verify_detached(&der, &other).is_ok(), content == other);
    }

    #[test]
    fn tokens_give_back_what_was_signed(payload in "\\PC*", extra: [u8; 32]) {
        let token = sign_gost(r#"{"alg":"GOST3410_2012_256"}"#, &payload, &key("idp"), &extra);
        let jws = UnverifiedJws::parse(&token).unwrap();
        let verified = verify_gost(jws, &[certificate("idp")], NOW).unwrap();
        prop_assert_eq!(verified.payload(), payload.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_one_changed_character_of_a_token_is_refused(place: prop::sample::Index, character in "[ -~]") {
        let good = text("jwt/id.gost.jwt");
        let at = place.index(good.len());
        let mut bad = good.clone();
        bad.replace_range(at..=at, &character);
        prop_assume!(bad != good);
        let verified = UnverifiedJws::parse(&bad)
            .and_then(|jws| verify_gost(jws, &[certificate("idp")], NOW));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn the_token_reader_takes_any_text(token in "\\PC{0,200}|([A-Za-z0-9_-]{0,40}\\.){0,4}[A-Za-z0-9_-]{0,90}") {
        let _ = UnverifiedJws::parse(&token).and_then(|jws| verify_gost(jws, &[certificate("idp")], NOW));
    }

    #[test]
    fn the_certificate_reader_takes_any_octets(der in damaged("certs/client.crt.der")) {
        let _ = Certificate::from_der(&der);
    }

    #[test]
    fn the_key_readers_take_any_octets(
        spki in damaged("keys/client.spki.der"), private in damaged("keys/client.key.der"),
    ) {
        let _ = VerifyingKey::from_spki_der(&spki);
        let _ = SigningKey::from_pkcs8_der(&private);
    }

    #[test]
    fn the_pem_readers_take_any_text(label in "[A-Z ]{0,20}", body in "[A-Za-z0-9+/=\n]{0,200}", line in "\\PC*") {
        let pem = format!("{line}\n-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        let _ = Certificate::from_pem(&pem);
        let _ = SigningKey::from_pkcs8_pem(&pem);
        let known = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let _ = SigningKey::from_pkcs8_pem(&known);
    }

    /// Whatever is accepted in the name of a certificate holds its key's signature of the content.
    #[test]
    fn the_cms_reader_takes_any_octets(
        plain in damaged("cms/client.noattr.der"), attributes in damaged("cms/client.cades.der"),
    ) {
        let content = octets("msg/secret-v1.txt");
        for der in [&plain, &attributes] {
            let _ = verify_detached(der, &content);
            let _ = verify_detached_by(der, &content, &certificate("client"));
            prop_assert!(verify_detached_by(der, b"another content", &certificate("client")).is_err());
        }
    }
}
