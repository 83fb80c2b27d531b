//! Wrong claims and wrong signatures (`threats.md` B1, B2, B3, B5, B7, B8).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Claims, Mint, input, signed};
use crate::fault::{Claim, Forgery};
use crate::keys::KeyError;
use crate::settings::TokenAlgorithm;

/// Changes the claims as the fault says.
pub(super) fn claims(claims: &mut Claims, fault: &Claim, now: i64) {
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match fault {
        Claim::Issuer => set("iss", json!("http://other.stand.test/")),
        Claim::IssuerHttps => {
            let https = claims
                .get("iss")
                .and_then(Value::as_str)
                .map(|issuer| issuer.replacen("http:", "https:", 1));
            claims.insert("iss".to_owned(), json!(https));
        }
        Claim::NoIssuer => drop(claims.remove("iss")),
        Claim::AudienceOther => set("aud", json!("OTHER01")),
        Claim::AudienceOtherList => set("aud", json!(["OTHER01"])),
        Claim::AudienceBoth => {
            let ours = claims.get("aud").cloned();
            claims.insert("aud".to_owned(), json!([ours, "OTHER01"]));
        }
        Claim::AudienceNumber => set("aud", json!(1)),
        Claim::AudienceCase => {
            let ours = claims
                .get("aud")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let turned = if ours.chars().any(char::is_uppercase) {
                ours.to_lowercase()
            } else {
                ours.to_uppercase()
            };
            claims.insert("aud".to_owned(), json!(turned));
        }
        Claim::NoAudience => drop(claims.remove("aud")),
        Claim::ClientOther => set("client_id", json!("OTHER01")),
        Claim::ExpiresIn(offset) => set("exp", json!(now + offset)),
        Claim::ExpiryText => set("exp", json!((now + 3_600).to_string())),
        Claim::NoExpiry => drop(claims.remove("exp")),
        Claim::IssuedIn(offset) => set("iat", json!(now + offset)),
        Claim::NoIssuedAt => drop(claims.remove("iat")),
        Claim::NotBeforeIn(offset) => set("nbf", json!(now + offset)),
        Claim::Subject(oid) => subject(claims, &json!(oid)),
        Claim::NoSubject => {
            for name in ["sub", "urn:esia:sbj", "urn:esia:sbj_id"] {
                claims.remove(name);
            }
        }
        Claim::State => set("urn:esia:client:state", json!(crate::random::uuid())),
        Claim::AuthTimeIn(offset) => set("auth_time", json!(now + offset)),
        Claim::NoAuthTime => drop(claims.remove("auth_time")),
    }
}

fn subject(claims: &mut Claims, oid: &Value) {
    for name in ["sub", "urn:esia:sbj_id"] {
        if let Some(value) = claims.get_mut(name) {
            *value = oid.clone();
        }
    }
    if let Some(value) = claims
        .get_mut("urn:esia:sbj")
        .and_then(|subject| subject.get_mut("urn:esia:sbj:oid"))
    {
        *value = oid.clone();
    }
}

/// Makes a token whose header or signature is wrong.
pub(super) fn forge(
    mint: &Mint<'_>,
    forgery: Forgery,
    mut header: Value,
    mut claims: Claims,
) -> Result<String, KeyError> {
    let algorithm = mint.algorithm;
    let other = match algorithm {
        TokenAlgorithm::Rs256 => TokenAlgorithm::Gost,
        TokenAlgorithm::Gost => TokenAlgorithm::Rs256,
    };
    let foreign = mint.foreign.unwrap_or(mint.keys);
    let mut set = |name: &str, value: Value| {
        if let Some(header) = header.as_object_mut() {
            header.insert(name.to_owned(), value);
        }
    };
    match forgery {
        Forgery::UnknownKey => signed(foreign, algorithm, &header, &claims),
        Forgery::None => {
            set("alg", json!("none"));
            Ok(format!("{}.", input(&header, &claims)))
        }
        Forgery::NoneOddCase => {
            set("alg", json!("nOnE"));
            Ok(format!("{}.", input(&header, &claims)))
        }
        Forgery::EmptySignature => Ok(format!("{}.", input(&header, &claims))),
        Forgery::Hs256ByCertificate => {
            set("alg", json!("HS256"));
            let text = mint.keys.certificate(algorithm);
            let key = hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes());
            let input = input(&header, &claims);
            let tag = hmac::sign(&key, input.as_bytes());
            Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag)))
        }
        Forgery::OtherAlgorithm => {
            set("alg", json!(other.name()));
            signed(mint.keys, other, &header, &claims)
        }
        Forgery::OtherSignature => signed(mint.keys, other, &header, &claims),
        Forgery::Tampered => {
            let token = signed(mint.keys, algorithm, &header, &claims)?;
            let signature = token
                .rsplit_once('.')
                .map_or("", |(_, signature)| signature);
            claims.insert("urn:esia:stand:tampered".to_owned(), json!(true));
            Ok(format!("{}.{signature}", input(&header, &claims)))
        }
        Forgery::OtherKind => {
            let kind = header.get("sbt").and_then(Value::as_str);
            let turned = if kind == Some("id") { "access" } else { "id" };
            if let Some(header) = header.as_object_mut() {
                header.insert("sbt".to_owned(), json!(turned));
            }
            signed(mint.keys, algorithm, &header, &claims)
        }
        Forgery::NoAlgorithm => {
            if let Some(header) = header.as_object_mut() {
                header.remove("alg");
            }
            signed(mint.keys, algorithm, &header, &claims)
        }
        Forgery::KeyInHeader => {
            set("kid", json!("../../dev/null"));
            set("jku", json!("http://attacker.stand.test/keys"));
            set("jwk", json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }));
            set("x5c", json!([foreign.certificate(algorithm)]));
            signed(foreign, algorithm, &header, &claims)
        }
        Forgery::Huge | Forgery::TooLong => {
            let octets = if forgery == Forgery::Huge {
                1024 * 1024
            } else {
                15 * 1024
            };
            let filler = json!("x".repeat(octets));
            claims.insert("urn:esia:stand:filler".to_owned(), filler);
            signed(mint.keys, algorithm, &header, &claims)
        }
    }
}
