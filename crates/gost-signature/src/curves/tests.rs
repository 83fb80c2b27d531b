//! The published and the computed examples, those on the example curve included.

use serde::Deserialize;

use super::{Halves, KeyPair};
use crate::{ParamSet, PublicKeyError, Signature, VerifyingKey};

fn json<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let path = format!("{}/testdata/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn octets<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn joined(halves: Halves) -> String {
    hex::encode(Signature::from(halves).as_bytes())
}

#[derive(Deserialize)]
struct Vectors {
    valid: Vec<Entry>,
    invalid: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    curve: String,
    d: Option<String>,
    k: Option<String>,
    public_key_octets: String,
    digest_octets: String,
    signature_octets: String,
}

impl Entry {
    /// None for TC26-256-A, which no parameter set stands for.
    fn set(&self) -> Option<ParamSet> {
        match self.curve.as_str() {
            "cryptopro-a" => Some(ParamSet::CryptoProA),
            "cryptopro-b" => Some(ParamSet::CryptoProB),
            "cryptopro-c" => Some(ParamSet::CryptoProC),
            "test" => Some(ParamSet::Example),
            "tc26-a" => None,
            other => panic!("unknown curve {other}"),
        }
    }

    fn is_accepted(&self, set: ParamSet) -> bool {
        let Ok(key) =
            VerifyingKey::from_octets(set, &hex::decode(&self.public_key_octets).unwrap())
        else {
            return false;
        };
        let Ok(signature) = Signature::from_slice(&hex::decode(&self.signature_octets).unwrap())
        else {
            return false;
        };
        key.verify_digest(&octets(&self.digest_octets), &signature)
            .is_ok()
    }
}

#[test]
fn valid_vectors_are_accepted_and_reproduced_with_their_nonce() {
    let vectors: Vectors = json("verify.json");
    let mut checked = 0;
    for entry in &vectors.valid {
        let Some(set) = entry.set() else { continue };
        assert!(entry.is_accepted(set), "{}", entry.name);
        let pair = KeyPair::from_private(set, &octets(entry.d.as_ref().unwrap())).unwrap();
        let made = pair
            .sign_with_nonce(
                &octets(&entry.digest_octets),
                &octets(entry.k.as_ref().unwrap()),
            )
            .unwrap();
        assert_eq!(joined(made), entry.signature_octets, "{}", entry.name);
        let public = VerifyingKey::new(set, pair.point());
        assert_eq!(
            hex::encode(public.to_octets()),
            entry.public_key_octets,
            "{}",
            entry.name
        );
        checked += 1;
    }
    assert_eq!(checked, 16);
}

/// Among them the signatures of 65 octets and the keys with a coordinate that is not reduced,
/// which OpenSSL's engine accepts.
#[test]
fn invalid_vectors_are_refused() {
    let vectors: Vectors = json("verify.json");
    let mut refused = 0;
    for entry in &vectors.invalid {
        let Some(set) = entry.set() else { continue };
        assert!(!entry.is_accepted(set), "{}", entry.name);
        refused += 1;
    }
    assert_eq!(refused, 77);
}

/// What is off the curve or not reduced is refused when the key is read, not when it is used.
#[test]
fn keys_off_the_curve_or_not_reduced_are_refused_when_read() {
    let vectors: Vectors = json("verify.json");
    let mut refused = 0;
    for entry in vectors.invalid.iter().filter(|entry| {
        entry.name.contains("not on the curve") || entry.name.contains("not reduced")
    }) {
        let Some(set) = entry.set() else { continue };
        let key = VerifyingKey::from_octets(set, &hex::decode(&entry.public_key_octets).unwrap());
        assert_eq!(key, Err(PublicKeyError::NotOnCurve), "{}", entry.name);
        refused += 1;
    }
    assert_eq!(refused, 7);
}

#[derive(Deserialize)]
struct StandardExample {
    d: String,
    k: String,
    digest_octets: String,
    public_key_octets: String,
    signature_octets: String,
}

#[test]
fn the_example_of_the_standard_is_reproduced() {
    let example: StandardExample = json("rfc7091.json");
    let digest = octets(&example.digest_octets);
    let pair = KeyPair::from_private(ParamSet::Example, &octets(&example.d)).unwrap();
    let key = VerifyingKey::new(ParamSet::Example, pair.point());
    assert_eq!(hex::encode(key.to_octets()), example.public_key_octets);
    let halves = pair.sign_with_nonce(&digest, &octets(&example.k)).unwrap();
    assert_eq!(joined(halves), example.signature_octets);

    let good: [u8; 64] = octets(&example.signature_octets);
    key.verify_digest(&digest, &Signature::from_bytes(good))
        .unwrap();
    for bit in 0..512 {
        let mut bad = good;
        bad[bit / 8] ^= 1 << (bit % 8);
        key.verify_digest(&digest, &Signature::from_bytes(bad))
            .unwrap_err();
    }
}

#[derive(Deserialize)]
struct Curves {
    curves: Vec<CurveEntry>,
}

#[derive(Deserialize)]
struct CurveEntry {
    name: String,
    oids: Vec<String>,
    q: String,
    gx: String,
    gy: String,
}

/// One times the generator is the generator, and q − 1 times it is its negative: generator,
/// order and equation belong together. Every identifier leads to its curve.
#[test]
fn generator_order_and_names_are_those_of_the_published_tables() {
    let table: Curves = json("curves.json");
    let mut names = 0;
    for entry in table.curves.iter().filter(|entry| entry.name != "tc26-a") {
        for oid in &entry.oids {
            let set = if entry.name == "test" {
                ParamSet::Example
            } else {
                ParamSet::from_oid(oid.parse().unwrap()).unwrap()
            };
            assert_eq!(set.oid().to_string(), *oid);
            let mut one = [0; 32];
            one[31] = 1;
            let generator = KeyPair::from_private(set, &one)
                .unwrap()
                .point()
                .coordinates();
            assert_eq!(hex::encode(generator.0), entry.gx);
            assert_eq!(hex::encode(generator.1), entry.gy);

            let order: [u8; 32] = octets(&entry.q);
            assert!(
                KeyPair::from_private(set, &order).is_none(),
                "d = q is out of range"
            );
            let mut last = order;
            last[31] -= 1;
            let negative = KeyPair::from_private(set, &last)
                .unwrap()
                .point()
                .coordinates();
            assert_eq!(negative.0, generator.0);
            assert_ne!(negative.1, generator.1);
            names += 1;
        }
    }
    assert_eq!(names, 9);
    assert!(
        KeyPair::from_private(ParamSet::CryptoProA, &[0; 32]).is_none(),
        "d = 0"
    );
}

/// No identifier of an encoding leads to the example curve, not even in these tests.
#[test]
fn the_example_curve_has_no_encoding() {
    assert_eq!(ParamSet::from_oid(ParamSet::Example.oid()), None);
}

#[test]
fn nonces_differ_with_message_and_with_extra_entropy() {
    let pair = KeyPair::generate(ParamSet::CryptoProXchA, &[1; 32]);
    let r = |digest: u8, extra: u8| pair.sign(&[digest; 32], &[extra; 32]).r;
    assert_eq!(r(1, 1), r(1, 1));
    assert_ne!(r(1, 1), r(2, 1));
    assert_ne!(r(1, 1), r(1, 2));
}

#[derive(Deserialize)]
struct Request {
    d: String,
    qx: String,
    qy: String,
    message: String,
    digest: String,
    k: String,
    client_secret: String,
}

#[test]
fn the_request_of_the_protocol_reference_is_reproduced_with_its_nonce() {
    let request: Request = json("request.json");
    let digest = crate::streebog256(request.message.as_bytes());
    assert_eq!(hex::encode(digest), request.digest);
    let pair = KeyPair::from_private(ParamSet::CryptoProXchA, &octets(&request.d)).unwrap();
    let (x, y) = pair.point().coordinates();
    assert_eq!(hex::encode_upper(x), request.qx);
    assert_eq!(hex::encode_upper(y), request.qy);
    let halves = pair.sign_with_nonce(&digest, &octets(&request.k)).unwrap();
    assert_eq!(
        Signature::from(halves).to_base64url(),
        request.client_secret
    );
}
