mod answers;
mod clocks;
mod deadline;
mod own_keys;
mod stand;
mod v1;

use linking_core::provider::{Answer, Decline, ProviderErrorKind as Kind, Step};
use linking_http::{TransportError, TransportErrorKind};
use serde_json::json;

use self::stand::{Esia, MARK, Play, STATE_TEXT, params, settings};
use super::*;
use crate::{Stand, settings::TokenAlgorithm};

fn query(step: &Step) -> Vec<(String, String)> {
    let Step::Ask {
        prompt: Prompt::Redirect { to },
        ..
    } = step
    else {
        panic!("{step:?}")
    };
    let url = url::Url::parse(to.as_str()).unwrap();
    assert!(
        ["/aas/oauth2/v2/ac", "/aas/oauth2/ac"].contains(&url.path()),
        "{url}"
    );
    url.query_pairs().into_owned().collect()
}

fn value<'q>(query: &'q [(String, String)], name: &str) -> Option<&'q str> {
    let mut found = query.iter().filter(|(known, _)| known == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} stands twice");
    value
}

#[tokio::test]
async fn begin_asks_as_esia_wants_it_with_a_signature_that_fits() {
    let esia = Esia::new(Play::default());
    let step = esia
        .adapter()
        .begin(stand::begin(Switch::Off))
        .await
        .unwrap();
    let query = query(&step);
    for (name, expected) in [
        ("client_id", "TESTSYS"),
        ("scope", "openid fullname birthdate snils"),
        ("response_type", "code"),
        ("access_type", "online"),
        ("state", STATE_TEXT),
        ("redirect_uri", "https://school.example/callback/gosuslugi"),
        ("timestamp", "2027.01.15 09:30:45 +0000"),
        (
            "client_certificate_hash",
            stand::certificate().hash_hex().as_str(),
        ),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(value(&query, name), Some(expected), "{name}");
    }
    let text = format!(
        "TESTSYSopenid fullname birthdate snils2027.01.15 09:30:45 +0000{STATE_TEXT}\
         https://school.example/callback/gosuslugi"
    );
    let secret = value(&query, "client_secret").unwrap();
    let signature = gost_signature::Signature::from_base64url(secret).unwrap();
    stand::certificate()
        .verifying_key()
        .verify(text.as_bytes(), &signature)
        .unwrap();
    assert!(esia.requests().is_empty(), "nobody is called");
}

#[tokio::test]
async fn h6_contacts_are_asked_for_only_when_wanted() {
    let esia = Esia::new(Play::default());
    let step = esia
        .adapter()
        .begin(stand::begin(Switch::On))
        .await
        .unwrap();
    let scope = "openid fullname birthdate snils contacts";
    assert_eq!(value(&query(&step), "scope"), Some(scope));
    let Ok(Step::Verified(identity)) = esia.sign_in(Switch::On).await else {
        panic!()
    };
    assert_eq!(identity.claims.contacts.unwrap().len(), 1);
    let Ok(Step::Verified(identity)) = esia.sign_in(Switch::Off).await else {
        panic!()
    };
    assert!(identity.claims.contacts.is_none());
    let paths: Vec<_> = esia
        .requests()
        .iter()
        .map(|r| r.uri().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "https://esia.example/aas/oauth2/v3/te",
            "https://esia.example/rs/prns/1000000001?embed=(contacts.elements)",
            "https://esia.example/aas/oauth2/v3/te",
            "https://esia.example/rs/prns/1000000001",
        ]
    );
}

#[tokio::test]
async fn a_sign_in_gives_the_verified_identity() {
    for algorithm in [TokenAlgorithm::Gost, TokenAlgorithm::Rs256] {
        let esia = Esia::new(Play {
            algorithm,
            ..Play::default()
        });
        let Ok(Step::Verified(identity)) = esia.sign_in(Switch::Off).await else {
            panic!()
        };
        assert_eq!(identity.key.issuer.as_str(), "http://esia.example/");
        assert_eq!(identity.key.subject.as_str(), "1000000001");
        assert_eq!(identity.assurance, AssuranceLevel::Verified);
        assert_eq!(identity.masked_name(), "Марина И. С.");
        assert_eq!(identity.claims.snils.unwrap().digits(), "11223344595");
        assert_eq!(identity.authenticated_at, Some(stand::now()));
        assert_eq!(
            identity.methods,
            [linking_core::provider::AuthenticationMethod::Password]
        );
    }
}

#[tokio::test]
async fn the_token_call_is_signed_over_the_code_and_carries_everything_once() {
    let esia = Esia::new(Play::default());
    esia.sign_in(Switch::Off).await.unwrap();
    let requests = esia.requests();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(requests[0].body())
        .into_owned()
        .collect();
    let code = value(&form, "code").unwrap();
    let state = value(&form, "state").unwrap();
    assert_ne!(state, STATE_TEXT, "a new state");
    assert!(state.parse::<Uuid>().is_ok());
    let scope = "openid fullname birthdate snils";
    let redirect = "https://school.example/callback/gosuslugi";
    for (name, expected) in [
        ("grant_type", "authorization_code"),
        ("token_type", "Bearer"),
        ("client_id", "TESTSYS"),
        ("scope", scope),
        ("redirect_uri", redirect),
        ("timestamp", "2027.01.15 09:30:45 +0000"),
    ] {
        assert_eq!(value(&form, name), Some(expected), "{name}");
    }
    assert_eq!(value(&form, "code_verifier").map(str::len), Some(43));
    let text = format!("TESTSYS{scope}2027.01.15 09:30:45 +0000{state}{redirect}{code}");
    let secret = value(&form, "client_secret").unwrap();
    let signature = gost_signature::Signature::from_base64url(secret).unwrap();
    stand::certificate()
        .verifying_key()
        .verify(text.as_bytes(), &signature)
        .unwrap();
}

#[tokio::test]
async fn pkce_is_a_switch_of_the_settings() {
    let mut settings = settings(TokenAlgorithm::Gost);
    settings.pkce = Some(Switch::Off);
    let esia = Esia::with_settings(Play::default(), settings);
    let adapter = esia.adapter();
    assert_eq!(adapter.manifest().code_bindings, [CodeBinding::StateInCode]);
    let step = adapter.begin(stand::begin(Switch::Off)).await.unwrap();
    assert_eq!(value(&query(&step), "code_challenge"), None);
    assert!(matches!(
        esia.sign_in(Switch::Off).await,
        Ok(Step::Verified(_))
    ));
    let body = String::from_utf8(esia.requests()[0].body().clone()).unwrap();
    assert!(!body.contains("code_verifier"), "{body}");
}

#[tokio::test]
async fn a7_a_code_of_another_flow_is_refused_before_it_is_redeemed() {
    let esia = Esia::new(Play::default());
    let foreign = esia.code(&json!({"urn:esia:client:state": Uuid::from_u128(9).to_string()}));
    let error = esia.come_back_with(&foreign).await.unwrap_err();
    assert_eq!(error.kind, Kind::AnswerInvalid);
    assert!(esia.requests().is_empty(), "the code is not spent");
}

#[tokio::test]
async fn a7_b8_only_a_code_for_us_from_esia_is_redeemed() {
    let esia = Esia::new(Play::default());
    let at = |seconds: i64| stand::now().timestamp() + seconds;
    for (changes, kind) in [
        (json!({"client_id": "OTHER"}), Kind::AnswerInvalid),
        (json!({"client_id": null}), Kind::AnswerInvalid),
        (json!({"iss": "http://esia.test/"}), Kind::AnswerInvalid),
        (json!({"urn:esia:client:state": null}), Kind::AnswerInvalid),
        (json!({"iat": at(-1000)}), Kind::AnswerInvalid),
        (json!({"exp": at(-61)}), Kind::Restart),
    ] {
        let error = esia.come_back_with(&esia.code(&changes)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{changes}");
    }
    let access = esia.token("access", &Play::default().code);
    let unsigned = format!("{}.", esia.code(&json!({})).rsplit_once('.').unwrap().0);
    for code in [
        access.as_str(),
        unsigned.as_str(),
        "",
        "opaque",
        "a.b.c",
        &"x".repeat(20_000),
    ] {
        let error = esia.come_back_with(code).await.unwrap_err();
        assert_eq!(error.kind, Kind::AnswerInvalid);
    }
    let token_calls = esia
        .requests()
        .iter()
        .filter(|request| request.method() == http::Method::POST)
        .count();
    assert_eq!(token_calls, 0);
}

#[tokio::test]
async fn the_person_who_refuses_and_the_account_that_falls_short_are_outcomes() {
    let esia = Esia::new(Play::default());
    for (code, decline) in [
        ("ESIA-007004", Decline::ByPerson),
        ("ESIA-007055", Decline::AssuranceTooLow),
        ("ESIA-007046", Decline::AccountUnfit),
        ("ESIA-007194", Decline::AccountUnfit),
    ] {
        let Ok(Step::Declined(found)) = esia.refused_with(code).await else {
            panic!("{code}")
        };
        assert_eq!(found, decline);
    }
    for (code, kind) in [
        // `access_denied` too, and no refusal of the person (trap 20).
        ("ESIA-007053", Kind::Configuration),
        ("ESIA-007019", Kind::Configuration),
        ("ESIA-007008", Kind::Unavailable),
        ("ESIA-009999", Kind::Configuration),
    ] {
        let error = esia.refused_with(code).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        assert!(error.cause.contains(code), "{}", error.cause);
        assert!(!error.cause.contains(MARK));
    }
    assert!(esia.requests().is_empty());
}

#[tokio::test]
async fn an_answer_to_another_flow_is_refused() {
    let esia = Esia::new(Play::default());
    let state = esia.begun(Switch::Off).await;
    let code = esia.code(&json!({}));
    let other = Uuid::from_u128(9).to_string();
    for pairs in [
        vec![("code", code.as_str()), ("state", other.as_str())],
        vec![("code", code.as_str())],
        vec![
            ("code", code.as_str()),
            ("error", "x"),
            ("state", STATE_TEXT),
        ],
        vec![("state", STATE_TEXT)],
    ] {
        let resume = stand::resume(state.clone(), Answer::Callback(params(&pairs)));
        let error = esia.adapter().advance(resume).await.unwrap_err();
        assert_eq!(error.kind, Kind::AnswerInvalid, "{pairs:?}");
    }
}

#[tokio::test]
async fn i2_an_unanswered_token_call_is_not_made_again() {
    for kind in [TransportErrorKind::Timeout, TransportErrorKind::Protocol] {
        let esia = Esia::new(Play {
            no_tokens: Some(TransportError::new(kind)),
            ..Play::default()
        });
        let error = esia.sign_in(Switch::Off).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert_eq!(esia.requests().len(), 1);
    }
}

#[tokio::test]
async fn sign_out_leads_to_esia_and_back() {
    let back = "https://school.example/".parse().unwrap();
    let to = Esia::new(Play::default())
        .adapter()
        .sign_out(&back)
        .unwrap();
    assert_eq!(
        to.as_str(),
        "https://esia.example/idp/ext/Logout?client_id=TESTSYS&redirect_url=https%3A%2F%2Fschool.example%2F"
    );
}

#[test]
fn the_manifest_says_what_esia_is() {
    let esia = Esia::new(Play::default());
    let adapter = esia.adapter();
    let manifest = adapter.manifest();
    assert_eq!(manifest.id.as_str(), "gosuslugi");
    assert_eq!(manifest.issuer.as_str(), "http://esia.example/");
    assert_eq!(
        manifest.code_bindings,
        [CodeBinding::StateInCode, CodeBinding::Pkce]
    );
    for (level, vouched) in [
        (AssuranceLevel::Verified, true),
        (AssuranceLevel::Child, true),
        (AssuranceLevel::Standard, false),
        (AssuranceLevel::Simplified, false),
    ] {
        assert_eq!(
            manifest.vouches_for(VouchedAttribute::Snils, level),
            vouched
        );
    }
    let vouched: Vec<_> = manifest.vouches.iter().map(|(what, _)| *what).collect();
    assert_eq!(
        vouched,
        [
            VouchedAttribute::Name,
            VouchedAttribute::Snils,
            VouchedAttribute::BirthDate
        ],
        "what the consent's text names and a rule looks at"
    );
    assert!(!manifest.forced_sign_in.is_on());
}

#[tokio::test]
async fn ready_signs_once_and_warns_before_certificates_end() {
    let esia = Esia::new(Play::default());
    let adapter = esia.adapter();
    assert_eq!(adapter.ready(stand::now()).await, Ok(Vec::new()));
    let late: Timestamp = "2046-11-01T00:00:00Z".parse().unwrap();
    let warnings = adapter.ready(late).await.unwrap();
    assert!(matches!(
        warnings[..],
        [
            Warning::ClientCertificateEnds(_, Closeness::Days30),
            Warning::TokenCertificatesEnd(_, Closeness::Days30)
        ]
    ));
    let over = adapter
        .ready("2046-12-01T00:00:00Z".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(over.kind, Kind::Configuration);
    assert!(esia.requests().is_empty());
}

#[tokio::test]
async fn b4_ready_wants_a_certificate_of_esia_in_force_and_not_only_the_next() {
    let esia = Esia::new(Play {
        algorithm: TokenAlgorithm::Rs256,
        ..Play::default()
    });
    let adapter = esia.adapter();
    // Our certificate is in force since two seconds; ESIA's begins in two.
    let before: Timestamp = "2026-11-22T10:53:09Z".parse().unwrap();
    let error = adapter.ready(before).await.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    assert!(error.cause.contains("in force"), "{}", error.cause);
    let after = before + chrono::TimeDelta::seconds(2);
    assert_eq!(adapter.ready(after).await, Ok(Vec::new()));
}

#[tokio::test]
async fn b4_ready_tells_of_certificate_files_that_break_while_the_program_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("idp.pem");
    std::fs::copy(stand::data("idp.crt.pem"), &file).unwrap();
    let mut settings = settings(TokenAlgorithm::Gost);
    settings.token_certificates = vec![crate::Material::Path(folder.path().to_owned())];
    let adapter = Esia::with_settings(Play::default(), settings).adapter();
    assert_eq!(adapter.ready(stand::now()).await, Ok(Vec::new()));
    std::fs::write(&file, "half a certif").unwrap();
    let odd = rcgen::generate_simple_self_signed(["esia.example".to_owned()]).unwrap();
    let later = stand::now() + chrono::TimeDelta::seconds(61);
    let warnings = adapter.ready(later).await.unwrap();
    assert!(
        matches!(warnings[..], [Warning::KeyFiles(_)]),
        "{warnings:?}"
    );
    std::fs::copy(stand::data("idp.crt.pem"), &file).unwrap();
    std::fs::write(folder.path().join("odd.pem"), odd.cert.pem()).unwrap();
    let later = later + chrono::TimeDelta::seconds(61);
    let warnings = adapter.ready(later).await.unwrap();
    let [warning @ Warning::CertificatesPassedOver(_)] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!(warning.to_string().contains("odd.pem"), "{warning}");
}

#[tokio::test]
async fn a_signer_that_does_not_fit_is_found_at_the_start_and_sends_nothing() {
    let mut settings = settings(TokenAlgorithm::Gost);
    settings.stand = Stand::Test;
    settings.signer = crate::SignerSettings::Command(crate::CommandSettings::new([
        "cat".to_owned(),
        stand::data("client.secret-v2.csp-order.bin"),
    ]));
    let esia = Esia::with_settings(Play::default(), settings);
    let error = esia.adapter().ready(stand::now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    let error = esia
        .adapter()
        .begin(stand::begin(Switch::Off))
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
}
