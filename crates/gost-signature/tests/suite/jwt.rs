//! Tokens: the files of `testdata/jwt`, own ones, and the splitter.

use gost_signature::{
    Certificate,
    jws::{
        GOST3410_2012_256, JwsError, MAX_LENGTH, RS256, UnverifiedJws, VerifiedPayload, sign_gost,
        verify_gost, verify_rs256,
    },
};

use crate::testdata::{NOW, certificate, json, key, octets, text};

const HEADER: &str = r#"{"ver":1,"typ":"JWT","sbt":"id","alg":"GOST3410_2012_256"}"#;

fn verify(token: &str, certificates: &[Certificate]) -> Result<VerifiedPayload, JwsError> {
    verify_gost(UnverifiedJws::parse(token)?, certificates, NOW)
}

fn verify_file(file: &str) -> Result<VerifiedPayload, JwsError> {
    verify(&text(&format!("jwt/{file}.jwt")), &[certificate("idp")])
}

/// A token with this header and an honest signature over it.
fn with_header(header: &str) -> String {
    sign_gost(header, "{}", &key("idp"), &[0; 32])
}

#[test]
fn tokens_of_openssl_are_accepted_and_give_their_payload() {
    for kind in ["id", "access"] {
        let verified = verify_file(&format!("{kind}.gost")).unwrap();
        assert_eq!(
            verified.payload(),
            octets(&format!("jwt/{kind}.payload.json"))
        );
        let header: serde_json::Value = verified.header().unwrap();
        assert_eq!(header["sbt"], kind);
        assert_eq!(verified.certificate(), Some(0));
    }
}

/// Every file that is to be refused, with the reason for which it has to be.
#[test]
fn bad_tokens_are_refused_each_for_its_reason() {
    let gost = JwsError::Algorithm {
        expected: GOST3410_2012_256,
    };
    let expected = [
        ("other-key", JwsError::NotValid),
        ("tampered-payload", JwsError::NotValid),
        ("r-s-order", JwsError::NotValid),
        ("reversed-bytes", JwsError::NotValid),
        ("zero-signature", JwsError::NotValid),
        ("short-signature", JwsError::SignatureLength),
        ("long-signature", JwsError::SignatureLength),
        ("empty-signature", JwsError::SignatureLength),
        ("padded-base64", JwsError::Encoding),
        ("standard-base64", JwsError::Encoding),
        ("trailing-bits", JwsError::Encoding),
        ("no-alg", JwsError::Header),
        ("alg-none", gost),
        ("alg-rs256-gost-signature", gost),
        ("alg-hs256-keyed-by-certificate", gost),
        ("alg-gost-rsa-signature", JwsError::SignatureLength),
    ];
    for (name, error) in expected {
        assert_eq!(
            verify_file(&format!("bad-{name}")).unwrap_err(),
            error,
            "{name}"
        );
    }
    let folder = format!("{}/testdata/jwt", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("bad-")
    });
    assert_eq!(
        files.count(),
        expected.len(),
        "every bad file has its reason"
    );
}

#[test]
fn each_certificate_in_force_is_tried_and_the_match_is_told() {
    let next = text("jwt/id.gost-next.jwt");
    assert_eq!(
        verify(&next, &[certificate("idp")]).unwrap_err(),
        JwsError::NotValid
    );
    let both = [
        certificate("idp-expired"),
        certificate("idp"),
        certificate("idp-next"),
    ];
    assert_eq!(verify(&next, &both).unwrap().certificate(), Some(2));
    assert_eq!(
        verify(&text("jwt/id.gost.jwt"), &both)
            .unwrap()
            .certificate(),
        Some(1)
    );
}

#[test]
fn a_certificate_counts_within_its_validity_only() {
    let token = text("jwt/id.gost.jwt");
    let expired = [certificate("idp-expired")];
    assert_eq!(
        verify(&token, &expired).unwrap_err(),
        JwsError::NoCertificateInForce
    );
    assert_eq!(
        verify(&token, &[]).unwrap_err(),
        JwsError::NoCertificateInForce
    );
    let in_2020 = 1_600_000_000;
    let jws = UnverifiedJws::parse(&token).unwrap();
    verify_gost(jws.clone(), &expired, in_2020).unwrap();
    let early = verify_gost(jws, &[certificate("idp")], in_2020);
    assert_eq!(early.unwrap_err(), JwsError::NoCertificateInForce);
}

#[test]
fn a_token_of_the_protocol_reference_is_accepted() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let request = json("vectors/request.json");
    let field = |name: &str| request[name].as_str().unwrap();
    let der = STANDARD.decode(field("certificate_base64")).unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    let jws = UnverifiedJws::parse(field("token")).unwrap();
    let digest = gost_signature::streebog256(jws.signing_input());
    assert_eq!(hex::encode(digest), field("token_digest"));
    let claims: serde_json::Value = verify_gost(jws, &[certificate], NOW)
        .unwrap()
        .claims()
        .unwrap();
    assert_eq!(claims["client_id"], "SIM001");
}

#[test]
fn own_tokens_are_accepted_and_have_the_octets_that_were_given() {
    let payload = r#"{"iss":"http:\/\/idp.example.test\/","sub":1000000001}"#;
    let token = sign_gost(HEADER, payload, &key("idp"), &[3; 32]);
    assert_eq!(token.rsplit_once('.').unwrap().1.len(), 86);
    let verified = verify(&token, &[certificate("idp")]).unwrap();
    assert_eq!(verified.payload(), payload.as_bytes());
}

/// Nothing but the exact name will do, and nothing else in the header changes the key.
#[test]
fn the_header_decides_nothing() {
    let idp = [certificate("idp")];
    let gost = JwsError::Algorithm {
        expected: GOST3410_2012_256,
    };
    for name in [
        "none",
        "None",
        "HS256",
        "ES256",
        "gost3410_2012_256",
        "GOST3410_2012_512",
        "",
    ] {
        let token = with_header(&format!(r#"{{"alg":"{name}"}}"#));
        assert_eq!(verify(&token, &idp).unwrap_err(), gost, "{name}");
    }
    for header in [
        r#"{"alg":null}"#,
        r#"{"alg":["GOST3410_2012_256"]}"#,
        "[]",
        "{}",
        "",
        "\u{1}",
    ] {
        assert_eq!(
            verify(&with_header(header), &idp).unwrap_err(),
            JwsError::Header,
            "{header}"
        );
    }
    let twice = r#"{"alg":"none","alg":"GOST3410_2012_256"}"#;
    assert_eq!(
        verify(&with_header(twice), &idp).unwrap_err(),
        JwsError::Header
    );
    for extension in [
        r#"{"alg":"GOST3410_2012_256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"GOST3410_2012_256","crit":[]}"#,
        r#"{"alg":"GOST3410_2012_256","crit":null}"#,
    ] {
        assert_eq!(
            verify(&with_header(extension), &idp).unwrap_err(),
            JwsError::Critical
        );
    }
    // A key that the token brings along is not looked at.
    let header = r#"{"alg":"GOST3410_2012_256","jku":"https://evil.example.test","x5c":["AA=="]}"#;
    let theirs = sign_gost(header, "{}", &key("client"), &[0; 32]);
    assert_eq!(verify(&theirs, &idp).unwrap_err(), JwsError::NotValid);
}

#[test]
fn tokens_of_another_shape_are_refused() {
    let good = text("jwt/id.gost.jwt");
    let parse = |token: &str| UnverifiedJws::parse(token).unwrap_err();
    assert_eq!(parse(""), JwsError::Parts);
    assert_eq!(parse("a.b"), JwsError::Parts);
    assert_eq!(parse(&format!("{good}.")), JwsError::Parts);
    assert_eq!(parse(&format!("{good}.AAAA")), JwsError::Parts);
    assert_eq!(parse(&format!(" {good}")), JwsError::Encoding);
    assert_eq!(parse(&format!("{good}\n")), JwsError::Encoding);
    assert_eq!(parse(".."), JwsError::Header);
}

#[test]
fn tokens_beyond_the_size_limit_are_refused_before_decoding() {
    let token_of = |payload: usize| {
        let filler = format!(r#"{{"f":"{}"}}"#, "x".repeat(payload));
        sign_gost(HEADER, &filler, &key("idp"), &[0; 32])
    };
    let (fits, too_long) = (token_of(12_000), token_of(12_400));
    assert!(fits.len() <= MAX_LENGTH && too_long.len() > MAX_LENGTH);
    verify(&fits, &[certificate("idp")]).unwrap();
    assert_eq!(
        verify(&too_long, &[certificate("idp")]).unwrap_err(),
        JwsError::TooLong
    );
    assert_eq!(
        UnverifiedJws::parse(&"=".repeat(MAX_LENGTH + 1)).unwrap_err(),
        JwsError::TooLong
    );
}

#[test]
fn rs256_tokens_reach_the_other_library_and_never_a_gost_certificate() {
    let token = text("jwt/id.rs256.jwt");
    let jws = UnverifiedJws::parse(&token).unwrap();
    assert_eq!(jws.algorithm(), RS256);
    let gost = JwsError::Algorithm {
        expected: GOST3410_2012_256,
    };
    assert_eq!(
        verify_gost(jws.clone(), &[certificate("idp")], NOW).unwrap_err(),
        gost
    );

    let (input, _) = token.rsplit_once('.').unwrap();
    let accepted = verify_rs256(jws.clone(), |signed, signature| {
        assert_eq!(signed, input.as_bytes());
        assert_eq!(signature.len(), 256);
        true
    });
    let accepted = accepted.unwrap();
    assert_eq!(accepted.payload(), octets("jwt/id.payload.json"));
    assert_eq!(accepted.certificate(), None);
    assert_eq!(
        verify_rs256(jws, |_, _| false).unwrap_err(),
        JwsError::NotValid
    );
}

#[test]
fn other_algorithms_never_reach_the_other_library() {
    let rs256 = JwsError::Algorithm { expected: RS256 };
    for file in [
        "id.gost",
        "bad-alg-none",
        "bad-alg-hs256-keyed-by-certificate",
    ] {
        let token = text(&format!("jwt/{file}.jwt"));
        let jws = UnverifiedJws::parse(&token).unwrap();
        let result = verify_rs256(jws, |_, _| panic!("{file} reached the RSA check"));
        assert_eq!(result.unwrap_err(), rs256);
    }
}

/// Neither the text of an error nor a debug text repeats what a token says of a person.
#[test]
fn no_text_repeats_the_token() {
    #[derive(Debug, serde::Deserialize)]
    struct Number {
        #[expect(dead_code, reason = "only its shape matters")]
        name: u64,
    }
    let token = sign_gost(HEADER, r#"{"name":"Мария"}"#, &key("idp"), &[0; 32]);
    let jws = UnverifiedJws::parse(&token).unwrap();
    assert_eq!(format!("{jws:?}"), "UnverifiedJws(..)");
    let verified = verify_gost(jws, &[certificate("idp")], NOW).unwrap();
    assert_eq!(format!("{verified:?}"), "VerifiedPayload(..)");
    let error = verified.claims::<Number>().unwrap_err();
    assert_eq!(error, JwsError::Payload);
    assert!(!error.to_string().contains("Мария"));
}
