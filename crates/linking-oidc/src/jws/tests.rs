use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use linking_core::provider::Issuer;
use serde_json::{Value, json};

use super::*;
use crate::{AudienceRule, ClaimRules, Leeway, Rs256Key, Rs256Keys, Verified};

/// A throw-away key that is public by being here; making one takes a second.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let pem = include_str!("../../testdata/rsa.key.pem");
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap()
});
static OTHER_KEY: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

fn now() -> Timestamp {
    "2026-01-15T09:30:45Z".parse().unwrap()
}

fn public(key: &KeyPair, not_before: Timestamp, not_after: Timestamp) -> Rs256Key {
    let public = key.public_key();
    let modulus = public.modulus().big_endian_without_leading_zero();
    let exponent = public.exponent().big_endian_without_leading_zero();
    Rs256Key::new(modulus, exponent, not_before, not_after).unwrap()
}

fn in_force(key: &KeyPair) -> Rs256Key {
    public(key, now() - TimeDelta::days(1), now() + TimeDelta::days(1))
}

fn keys() -> Rs256Keys {
    Rs256Keys::new(vec![in_force(&KEY)])
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn sign(key: &KeyPair, input: &str) -> String {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn token_with(key: &KeyPair, header: &Value, claims: &Value) -> String {
    sign(key, &format!("{}.{}", part(header), part(claims)))
}

fn token(claims: &Value) -> String {
    token_with(&KEY, &json!({"alg": "RS256", "typ": "JWT"}), claims)
}

/// Good claims, with some of them replaced, or removed by null.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": "http://esia.example/", "aud": "SIM001", "sub": "1",
        "iat": now().timestamp(), "exp": now().timestamp() + 3600,
    });
    let map = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    claims
}

fn judge_by(rule: AudienceRule<'_>, changes: &Value) -> Result<Verified<Value>, TokenError> {
    let issuers: [Issuer; 2] =
        ["http://esia.example/", "http://test.example/"].map(|text| text.parse().unwrap());
    let rules = ClaimRules {
        issuers: &issuers,
        audience: rule,
        now: now(),
        begun_at: now() - TimeDelta::minutes(15),
        leeway: Leeway::default(),
    };
    verify(&token(&claims(changes)), &keys(), now())
        .unwrap()
        .judge(&rules)
}

fn judge(changes: &Value) -> Result<Verified<Value>, TokenError> {
    judge_by(AudienceRule::Audience("SIM001"), changes)
}

#[test]
fn good_claims_come_out_of_a_good_token() {
    let verified = judge(&json!({})).unwrap();
    assert_eq!(verified.claims()["sub"], "1");
    assert!(judge(&json!({"iss": "http://test.example/"})).is_ok());
    assert_eq!(format!("{verified:?}"), "[verified claims]");
}

#[test]
fn b1_only_our_audience_and_nothing_beside_it() {
    for good in [json!("SIM001"), json!(["SIM001"])] {
        assert!(judge(&json!({"aud": good})).is_ok(), "{good}");
    }
    assert!(judge(&json!({"azp": "SIM001"})).is_ok());
    for (changes, error) in [
        (json!({"aud": "OTHER"}), TokenError::Audience),
        (json!({"aud": ["OTHER"]}), TokenError::Audience),
        (json!({"aud": ["SIM001", "OTHER"]}), TokenError::Audience),
        (
            json!({"aud": ["SIM001", "OTHER"], "azp": "SIM001"}),
            TokenError::Audience,
        ),
        (json!({"aud": "sim001"}), TokenError::Audience),
        (json!({"aud": "SIM001 "}), TokenError::Audience),
        (json!({"aud": []}), TokenError::Audience),
        (json!({"aud": 1}), TokenError::Claims),
        (json!({"aud": null}), TokenError::Audience),
        (
            json!({"aud": null, "client_id": "SIM001"}),
            TokenError::Audience,
        ),
        (json!({"azp": "OTHER"}), TokenError::Audience),
        (json!({"iss": "https://esia.example/"}), TokenError::Issuer),
        (json!({"iss": "http://esia.example"}), TokenError::Issuer),
        (json!({"iss": null}), TokenError::Claims),
    ] {
        assert_eq!(judge(&changes).err(), Some(error), "{changes}");
    }
}

#[test]
fn b1_a_client_id_claim_must_be_ours() {
    let judge = |changes| judge_by(AudienceRule::ClientId("SIM001"), &changes).err();
    assert_eq!(judge(json!({"aud": null, "client_id": "SIM001"})), None);
    assert_eq!(judge(json!({"client_id": "SIM001"})), None);
    for changes in [
        json!({"aud": null}),
        json!({"aud": null, "client_id": "OTHER"}),
        json!({"aud": "OTHER", "client_id": "SIM001"}),
    ] {
        assert_eq!(
            judge(changes.clone()),
            Some(TokenError::Audience),
            "{changes}"
        );
    }
}

#[test]
fn b2_no_algorithm_but_the_configured_one() {
    let good = claims(&json!({}));
    for alg in [
        "none", "None", "NONE", "nOnE", "HS256", "ES256", "RS512", "PS256", "rs256", "",
    ] {
        let token = token_with(&KEY, &json!({"alg": alg}), &good);
        assert_eq!(
            verify(&token, &keys(), now()).err(),
            Some(TokenError::Algorithm),
            "{alg}"
        );
    }
    let unsigned = format!("{}.{}.", part(&json!({"alg": "none"})), part(&good));
    assert_eq!(
        verify(&unsigned, &keys(), now()).err(),
        Some(TokenError::Algorithm)
    );
}

#[test]
fn b2_hs256_keyed_with_the_public_key_is_refused() {
    let public = KEY.public_key();
    let modulus = public.modulus().big_endian_without_leading_zero();
    for alg in ["HS256", "RS256"] {
        let input = format!(
            "{}.{}",
            part(&json!({"alg": alg})),
            part(&claims(&json!({})))
        );
        for secret in [public.as_ref(), modulus] {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
            let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert!(verify(&token, &keys(), now()).is_err(), "{alg}");
        }
    }
}

/// Counts how often the keys are tried on a signature.
struct Counted(Rs256Keys, AtomicU32);

impl KeySet for Counted {
    fn algorithm(&self) -> &'static str {
        self.0.algorithm()
    }

    fn check(&self, jws: &CompactJws<'_>, now: Timestamp) -> Result<(), KeyFault> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.check(jws, now)
    }
}

#[test]
fn b2_odd_forms_are_refused_before_any_key_is_tried() {
    let good = token(&claims(&json!({})));
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    let jwe = format!("{header}.{payload}.{signature}.{payload}.{signature}");
    let general = json!({
        "payload": payload,
        "signatures": [{"protected": header, "signature": signature}, {"signature": signature}],
    });
    let huge = token(&claims(&json!({"junk": "x".repeat(1_000_000)})));
    let crit = token_with(
        &KEY,
        &json!({"alg": "RS256", "crit": ["b64"]}),
        &claims(&json!({})),
    );
    let twice = sign(
        &KEY,
        &format!(
            "{}.{payload}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none","alg":"RS256"}"#)
        ),
    );
    let null_crit = token_with(
        &KEY,
        &json!({"alg": "RS256", "crit": null}),
        &claims(&json!({})),
    );
    let no_crit = token_with(
        &KEY,
        &json!({"alg": "RS256", "crit": []}),
        &claims(&json!({})),
    );
    let keys = Counted(keys(), AtomicU32::new(0));
    let unsigned = format!("{input}.");
    let refusal = verify(&unsigned, &keys, now()).err();
    assert_eq!(refusal, Some(TokenError::Keys(KeyFault::NotGenuine)));
    assert_eq!(keys.1.swap(0, Ordering::SeqCst), 1);
    for (token, error) in [
        (format!("{input}.{signature}="), TokenError::Malformed),
        (format!("{input}.{signature}\n"), TokenError::Malformed),
        (format!(" {good}"), TokenError::Malformed),
        (input.to_owned(), TokenError::Malformed),
        (String::new(), TokenError::Malformed),
        (jwe, TokenError::Malformed),
        (general.to_string(), TokenError::Malformed),
        (huge, TokenError::Malformed),
        (crit, TokenError::Critical),
        (null_crit, TokenError::Critical),
        (no_crit, TokenError::Critical),
        (twice, TokenError::Malformed),
    ] {
        assert_eq!(verify(&token, &keys, now()).err(), Some(error));
    }
    assert_eq!(keys.1.load(Ordering::SeqCst), 0);
}

#[test]
fn b2_a_changed_or_foreign_token_is_refused() {
    let good = token(&claims(&json!({})));
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = input.split_once('.').unwrap();
    let changed = format!(
        "{header}.{}.{signature}",
        part(&claims(&json!({"sub": "2"})))
    );
    let foreign = token_with(&OTHER_KEY, &json!({"alg": "RS256"}), &claims(&json!({})));
    for token in [changed, foreign] {
        assert_eq!(
            verify(&token, &keys(), now()).err(),
            Some(TokenError::Keys(KeyFault::NotGenuine))
        );
    }
}

#[test]
fn b3_keys_in_the_header_are_not_believed() {
    let public = OTHER_KEY.public_key();
    let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let jwk = json!({"kty": "RSA", "n": n, "e": "AQAB"});
    for more in [
        json!({"kid": "../../dev/null", "jku": "https://evil.example/jwks", "jwk": jwk}),
        json!({"kid": "../../dev/null"}),
        json!({"kid": "' OR 1=1 --"}),
        json!({"kid": 1}),
        json!({"kid": ["a"]}),
        json!({"kid": null}),
        json!({"jwk": jwk}),
        json!({"jku": "https://evil.example/jwks"}),
        json!({"x5u": "file:///etc/passwd"}),
        json!({"x5c": [STANDARD.encode(public.as_ref())], "x5t": "AAAA"}),
    ] {
        let mut header = json!({"alg": "RS256"});
        let members = more.as_object().unwrap().clone();
        header.as_object_mut().unwrap().extend(members);
        let foreign = token_with(&OTHER_KEY, &header, &claims(&json!({})));
        assert_eq!(
            verify(&foreign, &keys(), now()).err(),
            Some(TokenError::Keys(KeyFault::NotGenuine)),
            "{more}"
        );
        // The same header over our own signature is passed over: it decides nothing.
        let genuine = token_with(&KEY, &header, &claims(&json!({})));
        assert!(verify(&genuine, &keys(), now()).is_ok(), "{more}");
    }
    let long = json!({"alg": "RS256", "kid": "x".repeat(100_000)});
    let long = token_with(&KEY, &long, &claims(&json!({})));
    assert_eq!(
        verify(&long, &keys(), now()).err(),
        Some(TokenError::Malformed)
    );
}

#[test]
fn b4_every_key_in_force_is_tried_and_no_other() {
    let token = token(&claims(&json!({})));
    let day = TimeDelta::days(1);
    let verify = |keys: Vec<Rs256Key>| verify(&token, &Rs256Keys::new(keys), now()).err();
    assert_eq!(verify(vec![in_force(&OTHER_KEY), in_force(&KEY)]), None);
    let over = public(&KEY, now() - day * 2, now() - day);
    let coming = public(&KEY, now() + day, now() + day * 2);
    let none = Some(TokenError::Keys(KeyFault::NoKeyInForce));
    assert_eq!(verify(vec![over.clone(), coming.clone()]), none);
    assert_eq!(verify(vec![]), none);
    let foreign = Some(TokenError::Keys(KeyFault::NotGenuine));
    assert_eq!(verify(vec![over, coming, in_force(&OTHER_KEY)]), foreign);
    assert_eq!(
        verify(vec![public(&KEY, now(), now())]),
        None,
        "both ends are included"
    );
}

#[test]
fn b5_times_with_a_leeway_of_a_minute() {
    let at = |seconds: i64| now().timestamp() + seconds;
    let flow = -15 * 60;
    for (changes, error) in [
        (json!({"exp": at(-59)}), None),
        (json!({"exp": at(-61)}), Some(TokenError::Expired)),
        (json!({"iat": at(59)}), None),
        (json!({"iat": at(61)}), Some(TokenError::NotYet)),
        (json!({"nbf": at(59)}), None),
        (json!({"nbf": at(61)}), Some(TokenError::NotYet)),
        (json!({"iat": at(flow - 59)}), None),
        (
            json!({"iat": at(flow - 61)}),
            Some(TokenError::OlderThanFlow),
        ),
        (
            json!({"iat": at(flow - 61), "exp": 253_402_300_799_i64}),
            Some(TokenError::OlderThanFlow),
        ),
        (json!({"exp": null}), Some(TokenError::Claims)),
        (json!({"iat": null}), Some(TokenError::Claims)),
        (json!({"exp": at(60).to_string()}), Some(TokenError::Claims)),
        (json!({"iat": 1.5}), Some(TokenError::Claims)),
        (json!({"exp": i64::MAX}), Some(TokenError::Claims)),
        (json!({"iat": i64::MIN}), Some(TokenError::Claims)),
    ] {
        assert_eq!(judge(&changes).err(), error, "{changes}");
    }
    assert!(Leeway::from_seconds(300).is_some());
    assert!(Leeway::from_seconds(301).is_none());
}

#[test]
fn weak_rsa_keys_are_not_taken() {
    let day = |n| now() + TimeDelta::days(n);
    let key = |modulus: &[u8], exponent: &[u8]| Rs256Key::new(modulus, exponent, day(0), day(1));
    let sound = [0xC5; 256];
    assert!(key(&sound, &[1, 0, 1]).is_ok());
    assert!(key(&[&[0], &sound[..]].concat(), &[1, 0, 1]).is_ok());
    for (modulus, exponent) in [
        (&sound[1..], &[1, 0, 1][..]),
        (&[&[0x7F], &sound[1..]].concat(), &[1, 0, 1]),
        (&sound, &[1]),
        (&sound, &[2]),
        (&sound, &[]),
        (&[], &[3]),
        (&[0xC5; 1025], &[3]),
    ] {
        assert!(key(modulus, exponent).is_err());
    }
}

#[test]
fn b11_a_key_set_that_cannot_check_lets_nothing_pass() {
    struct Broken(Option<KeyFault>);
    impl KeySet for Broken {
        fn algorithm(&self) -> &'static str {
            "RS256"
        }
        fn check(&self, _: &CompactJws<'_>, _: Timestamp) -> Result<(), KeyFault> {
            match self.0 {
                Some(fault) => Err(fault),
                None => panic!("the key set breaks"),
            }
        }
    }
    let token = token(&claims(&json!({})));
    assert!(verify(&token, &keys(), now()).is_ok());
    for fault in [KeyFault::NoKeyInForce, KeyFault::NotGenuine] {
        let found = verify(&token, &Broken(Some(fault)), now());
        assert_eq!(found.err(), Some(TokenError::Keys(fault)));
    }
    let broken = catch_unwind(AssertUnwindSafe(|| verify(&token, &Broken(None), now())));
    assert!(broken.is_err(), "no claims come out");
}
