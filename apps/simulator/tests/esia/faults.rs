//! Every fault does what its name says (`esia.md 13.3`): a client's tests stand on this.

use aws_lc_rs::hmac;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linking_simulator::personas::Oid;
use linking_simulator::{Callback, Claim, EsiaCode, Fault, Forgery, TokenAlgorithm, TokenKind};
use serde_json::{Value, json};
use url::Url;

use crate::stand::{Answer, Browser, CALLBACK, Stand, System, decoded, uuid};

pub(crate) struct Signed {
    pub(crate) stand: Stand,
    pub(crate) system: System,
    pub(crate) browser: Browser,
}

/// A person who has consented before: the next authorisation is one request.
pub(crate) async fn signed_in(stand: Stand) -> Signed {
    let system = System::new(&stand);
    let mut browser = stand.browser();
    system.sign_in(&mut browser, "sokolova").await;
    Signed {
        stand,
        system,
        browser,
    }
}

impl Signed {
    pub(crate) async fn ask(&mut self) -> Answer {
        self.browser.get(&self.system.start()).await
    }

    pub(crate) async fn exchange(&mut self) -> Answer {
        let code = self.ask().await.callback().remove("code").unwrap();
        self.stand
            .exchange(&self.system.signed_code_request(&code))
            .await
    }

    pub(crate) async fn token(&mut self, name: &str) -> String {
        self.exchange().await.json()[name]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[tokio::test]
async fn authorisation_is_refused_by_redirect_or_on_the_own_page_as_often_as_set() {
    let mut signed = signed_in(Stand::new()).await;
    let control = signed.stand.control.clone();
    for code in [
        EsiaCode::Denied,
        EsiaCode::Internal,
        EsiaCode::Unavailable,
        EsiaCode::NotVerified,
    ] {
        control.set_fault_times(Fault::AuthorizationError(code), 1);
        let callback = signed.ask().await.callback();
        assert!(callback["error_description"].starts_with(&code.to_string()));
        assert_eq!(callback["error"], code.oauth_error());
    }
    control.set_fault_times(Fault::AuthorizationPage(EsiaCode::Internal), 1);
    let page = signed.ask().await;
    assert_eq!(
        (page.status, page.esia_code()),
        (StatusCode::BAD_REQUEST, Some(EsiaCode::Internal))
    );
    assert!(signed.ask().await.callback().contains_key("code"));
    control.set_fault(Fault::AuthorizationError(EsiaCode::Denied));
    for _ in 0..3 {
        assert_eq!(signed.ask().await.esia_code(), Some(EsiaCode::Denied));
    }
    control.clear_faults();
    assert!(signed.ask().await.callback().contains_key("code"));
}

#[tokio::test]
async fn the_way_back_is_spoiled_as_set() {
    let mut signed = signed_in(Stand::new()).await;
    let names = async |signed: &mut Signed, how| -> (Vec<String>, String, String) {
        let state = uuid();
        let address = System::address(&signed.system.signed_request(&state));
        signed
            .stand
            .control
            .set_fault_times(Fault::Callback(how), 1);
        let location = signed.browser.get(&address).await.location();
        let names = Url::parse(&location)
            .unwrap()
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect();
        (names, location, state)
    };
    let (found, location, state) = names(&mut signed, Callback::OtherState).await;
    assert_eq!(found, ["code", "state"]);
    assert!(!location.contains(&state));
    assert_eq!(names(&mut signed, Callback::NoState).await.0, ["code"]);
    assert_eq!(
        names(&mut signed, Callback::StateTwice).await.0,
        ["code", "state", "state"]
    );
    assert_eq!(
        names(&mut signed, Callback::CodeTwice).await.0,
        ["code", "code", "state"]
    );
    assert_eq!(
        names(&mut signed, Callback::CodeAndError).await.0,
        ["code", "error", "state"]
    );
    assert_eq!(names(&mut signed, Callback::Bare).await.0, ["state"]);

    let code = signed.ask().await.callback().remove("code").unwrap();
    signed
        .stand
        .control
        .set_fault_times(Fault::Callback(Callback::CodeOfEarlierFlow), 1);
    assert_eq!(signed.ask().await.callback()["code"], code);

    signed
        .stand
        .control
        .set_fault_times(Fault::Callback(Callback::Stays), 1);
    let page = signed.ask().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(&format!("href=\"{CALLBACK}?code=")));
    let address = signed.stand.control.last_callback().unwrap();
    assert!(address.starts_with(CALLBACK));
}

#[tokio::test]
async fn the_token_request_is_refused_with_any_code_and_the_code_stays_good() {
    let mut signed = signed_in(Stand::new()).await;
    let code = signed.ask().await.callback().remove("code").unwrap();
    for wanted in EsiaCode::ALL {
        signed
            .stand
            .control
            .set_fault_times(Fault::TokenError(*wanted), 1);
        let answer = signed
            .stand
            .exchange(&signed.system.signed_code_request(&code))
            .await;
        assert_eq!(
            (answer.status, answer.esia_code()),
            (StatusCode::BAD_REQUEST, Some(*wanted))
        );
    }
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn forged_tokens_fail_a_right_check() {
    for (stand, algorithm, other) in [
        (Stand::new(), TokenAlgorithm::Rs256, TokenAlgorithm::Gost),
        (Stand::gost(), TokenAlgorithm::Gost, TokenAlgorithm::Rs256),
    ] {
        let mut signed = signed_in(stand).await;
        let keys = signed.stand.control.certificates_pem(algorithm);
        let forged = async |signed: &mut Signed, how: Forgery| -> String {
            signed
                .stand
                .control
                .set_fault_times(Fault::Forged(TokenKind::Id, how), 1);
            signed.token("id_token").await
        };
        for (how, alg) in [
            (Forgery::UnknownKey, json!(algorithm.name())),
            (Forgery::None, json!("none")),
            (Forgery::NoneOddCase, json!("nOnE")),
            (Forgery::EmptySignature, json!(algorithm.name())),
            (Forgery::Hs256ByCertificate, json!("HS256")),
            (Forgery::OtherSignature, json!(algorithm.name())),
            (Forgery::OtherAlgorithm, json!(other.name())),
            (Forgery::Tampered, json!(algorithm.name())),
            (Forgery::KeyInHeader, json!(algorithm.name())),
        ] {
            let token = forged(&mut signed, how).await;
            let (header, _) = decoded(&token);
            assert_eq!(header["alg"], alg, "{how:?}");
            assert!(!signed.stand.verifies(&token, algorithm, &keys), "{how:?}");
            let is_empty = token.ends_with('.');
            let unsigned = [Forgery::None, Forgery::NoneOddCase, Forgery::EmptySignature];
            assert_eq!(is_empty, unsigned.contains(&how), "{how:?}");
        }
        // A verifier that takes the certificate's text for a secret would believe this one.
        let token = forged(&mut signed, Forgery::Hs256ByCertificate).await;
        let (input, tag) = token.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, keys[0].as_bytes());
        let tag = URL_SAFE_NO_PAD.decode(tag).unwrap();
        assert!(hmac::verify(&key, input.as_bytes(), &tag).is_ok());
        // The signature of the other algorithm is a good one.
        let token = forged(&mut signed, Forgery::OtherAlgorithm).await;
        let other_keys = signed.stand.control.certificates_pem(other);
        assert!(signed.stand.verifies(&token, other, &other_keys));
        // Good signatures, wrong header or size.
        let token = forged(&mut signed, Forgery::OtherKind).await;
        assert_eq!(decoded(&token).0["sbt"], "access");
        let token = forged(&mut signed, Forgery::NoAlgorithm).await;
        assert!(decoded(&token).0.get("alg").is_none());
        let token = forged(&mut signed, Forgery::KeyInHeader).await;
        for name in ["kid", "jku", "jwk", "x5c"] {
            assert!(decoded(&token).0.get(name).is_some(), "{name}");
        }
        assert!(forged(&mut signed, Forgery::Huge).await.len() > 1_000_000);
        let long = forged(&mut signed, Forgery::TooLong).await;
        assert!((20_000..30_000).contains(&long.len()), "{}", long.len());
        // And after all that, an honest one.
        let token = signed.token("id_token").await;
        assert!(signed.stand.verifies(&token, algorithm, &keys));
    }
}

#[tokio::test]
async fn wrong_claims_are_signed_by_the_right_key() {
    let mut signed = signed_in(Stand::new()).await;
    let now = signed.stand.now();
    let other = Oid(1_000_000_002);
    for (kind, name, claim, field, expected) in [
        (
            TokenKind::Id,
            "id_token",
            Claim::Issuer,
            "iss",
            json!("http://other.stand.test/"),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::IssuerHttps,
            "iss",
            json!("https://esia.stand.test/"),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoIssuer,
            "iss",
            Value::Null,
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AudienceOther,
            "aud",
            json!("OTHER01"),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AudienceOtherList,
            "aud",
            json!(["OTHER01"]),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AudienceBoth,
            "aud",
            json!(["DIARY01", "OTHER01"]),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AudienceNumber,
            "aud",
            json!(1),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AudienceCase,
            "aud",
            json!("diary01"),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoAudience,
            "aud",
            Value::Null,
        ),
        (
            TokenKind::Access,
            "access_token",
            Claim::ClientOther,
            "client_id",
            json!("OTHER01"),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::ExpiresIn(-61),
            "exp",
            json!(now - 61),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::ExpiryText,
            "exp",
            json!((now + 3600).to_string()),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoExpiry,
            "exp",
            Value::Null,
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::IssuedIn(61),
            "iat",
            json!(now + 61),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoIssuedAt,
            "iat",
            Value::Null,
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NotBeforeIn(61),
            "nbf",
            json!(now + 61),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::Subject(other),
            "sub",
            json!(other),
        ),
        (
            TokenKind::Access,
            "access_token",
            Claim::Subject(other),
            "urn:esia:sbj_id",
            json!(other),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoSubject,
            "sub",
            Value::Null,
        ),
        (
            TokenKind::Access,
            "access_token",
            Claim::NoSubject,
            "urn:esia:sbj_id",
            Value::Null,
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::AuthTimeIn(-7200),
            "auth_time",
            json!(now - 7200),
        ),
        (
            TokenKind::Id,
            "id_token",
            Claim::NoAuthTime,
            "auth_time",
            Value::Null,
        ),
    ] {
        signed
            .stand
            .control
            .set_fault_times(Fault::Claim(kind, claim.clone()), 1);
        let tokens = signed.exchange().await.json();
        let token = tokens[name].as_str().unwrap();
        let (_, claims) = signed.stand.verified(token, TokenAlgorithm::Rs256);
        assert_eq!(
            claims.get(field).unwrap_or(&Value::Null),
            &expected,
            "{claim:?}"
        );
        if claim == Claim::Subject(other) {
            let access = decoded(tokens["access_token"].as_str().unwrap()).1;
            let id = decoded(tokens["id_token"].as_str().unwrap()).1;
            assert_ne!(access["urn:esia:sbj_id"], id["sub"]);
            if kind == TokenKind::Id {
                assert_eq!(id["urn:esia:sbj"]["urn:esia:sbj:oid"], id["sub"]);
            }
        }
    }
    signed
        .stand
        .control
        .set_fault_times(Fault::Claim(TokenKind::Code, Claim::State), 1);
    let mut callback = signed.ask().await.callback();
    let code = callback.remove("code").unwrap();
    let (_, claims) = signed.stand.verified(&code, TokenAlgorithm::Rs256);
    assert_ne!(claims["urn:esia:client:state"], callback["state"].as_str());
    // The stand itself takes that code.
    let answer = signed
        .stand
        .exchange(&signed.system.signed_code_request(&code))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_change_places() {
    let mut signed = signed_in(Stand::new()).await;
    let control = signed.stand.control.clone();
    let kind =
        |tokens: &Value, name: &str| decoded(tokens[name].as_str().unwrap()).0["sbt"].clone();
    control.set_fault_times(Fault::AccessAsId, 1);
    assert_eq!(kind(&signed.exchange().await.json(), "id_token"), "access");
    control.set_fault_times(Fault::IdAsAccess, 1);
    assert_eq!(kind(&signed.exchange().await.json(), "access_token"), "id");
    control.set_fault_times(Fault::NoIdToken, 1);
    assert!(signed.exchange().await.json().get("id_token").is_none());
    control.set_fault_times(Fault::TokenState, 1);
    let code = signed.ask().await.callback().remove("code").unwrap();
    let form = signed.system.signed_code_request(&code);
    assert_ne!(
        signed.stand.exchange(&form).await.json()["state"],
        form.get("state")
    );
}

#[tokio::test]
async fn person_data_are_of_somebody_else_or_refused() {
    let mut signed = signed_in(Stand::new()).await;
    let control = signed.stand.control.clone();
    let token = signed.token("access_token").await;
    let path = "/rs/prns/1000000001?embed=(contacts.elements)";
    control.set_fault_times(Fault::PersonOf(Oid(1_000_000_002)), 1);
    let person = signed.stand.get(path, &token).await.json();
    assert_eq!(person["firstName"], "Денис");
    assert_eq!(
        signed.stand.get(path, &token).await.json()["firstName"],
        "Марина"
    );
    for (code, status) in [
        (EsiaCode::ExpiredToken, 401),
        (EsiaCode::InvalidToken, 401),
        (EsiaCode::ScopeNotAllowed, 403),
    ] {
        control.set_fault_times(Fault::RestError(code), 1);
        let answer = signed.stand.get(path, &token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.esia_code()),
            (status, Some(code))
        );
    }
    control.set_fault_times(Fault::RestNotFound, 1);
    assert_eq!(
        signed.stand.get(path, &token).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_person_who_cuts_scopes_hands_over_less() {
    let mut signed = signed_in(Stand::new()).await;
    let cut = Fault::GrantedScopes(vec!["fullname".to_owned()]);
    signed.stand.control.set_fault_times(cut, 1);
    let token = signed.token("access_token").await;
    assert_eq!(decoded(&token).1["scope"], "fullname?oid=1000000001 openid");
    let person = signed.stand.get("/rs/prns/1000000001", &token).await.json();
    assert!(person.get("lastName").is_some() && person.get("snils").is_none());
}

#[tokio::test]
async fn odd_but_allowed_answers_are_knobs() {
    let mut signed = signed_in(Stand::new()).await;
    signed.stand.control.set_knob(|knobs| {
        knobs.oid_as_text = true;
        knobs.expires_in_as_text = true;
        knobs.extra_fields = true;
        knobs.reversed_callback = true;
        knobs.russian_texts = true;
        knobs.level_of_verified = "P".to_owned();
    });
    let location = signed.ask().await.location();
    let names: Vec<_> = Url::parse(&location)
        .unwrap()
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names, ["state", "code", "stand_extra"]);
    let tokens = signed.exchange().await.json();
    assert_eq!(tokens["expires_in"], "3600");
    assert!(tokens.get("stand_extra").is_some());
    let (_, id) = decoded(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["sub"], "1000000001");
    assert_eq!(id["urn:esia:sbj"]["urn:esia:sbj:oid"], "1000000001");
    assert_eq!(id["urn:esia:sbj"]["urn:esia:sbj:lvl"], "P");
    assert!(id.get("urn:esia:stand:new").is_some());
    signed
        .stand
        .control
        .set_fault_times(Fault::AuthorizationError(EsiaCode::Denied), 1);
    let callback = signed.ask().await.callback();
    assert!(callback["error_description"].contains("отклонил"));
    let answer = signed.stand.get("/rs/prns/1", "x").await;
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("недействителен")
    );
}
