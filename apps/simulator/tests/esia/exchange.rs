//! The token endpoint: one use, lifetimes, what must repeat, PKCE, refresh (`esia.md 5.1`, `13.1`
//! points 5, 6, 9).

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linking_simulator::{EsiaCode, RefreshSigning, RepeatedState};

use crate::stand::{Form, Stand, System, timestamp, uuid};

async fn code(stand: &Stand, system: &System) -> String {
    let mut browser = stand.browser();
    browser
        .walk(&system.start(), "sokolova")
        .await
        .callback()
        .remove("code")
        .unwrap()
}

async fn refused(stand: &Stand, form: &Form) -> EsiaCode {
    let answer = stand.exchange(form).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["state"], form.get("state"));
    assert!(body["error"].is_string());
    answer.esia_code().unwrap()
}

#[tokio::test]
async fn a_code_is_good_once() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    assert_eq!(
        stand
            .exchange(&system.signed_code_request(&code))
            .await
            .status,
        StatusCode::OK
    );
    for _ in 0..2 {
        let form = system.signed_code_request(&code);
        assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
        assert!(stand.last_cause().contains("used before"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_exchanges_at_once_one_wins() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (stand, form) = (stand.clone(), system.signed_code_request(&code));
            tokio::spawn(async move { stand.exchange(&form).await.status })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap() == StatusCode::OK);
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_code_lives_240_seconds() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let (early, late) = (code(&stand, &system).await, code(&stand, &system).await);
    stand.advance(239);
    assert_eq!(
        stand
            .exchange(&system.signed_code_request(&early))
            .await
            .status,
        StatusCode::OK
    );
    stand.advance(1);
    let form = system.signed_code_request(&late);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    assert!(stand.last_cause().contains("expired"));
}

#[tokio::test]
async fn a_code_is_bound_to_client_address_and_scope() {
    let stand = Stand::with(|settings| {
        settings.clients[0]
            .redirect_uris
            .push("https://diary.test/second".to_owned());
    });
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    let mut form = system.code_request(&code);
    form.set("redirect_uri", "https://diary.test/second");
    system.sign(&mut form);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    assert!(stand.last_cause().contains("redirect_uri"));
    for scope in [
        "openid fullname",
        "fullname openid snils birthdate gender email mobile contacts",
    ] {
        let mut form = system.code_request(&code);
        form.set("scope", scope);
        system.sign(&mut form);
        assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
        assert!(stand.last_cause().contains("scope"));
    }
    let form = System::other(&stand).signed_code_request(&code);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    assert!(stand.last_cause().contains("another client"));
    let form = system.signed_code_request("never.issued.code");
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    // After all these it is still good for its own client.
    assert_eq!(
        stand
            .exchange(&system.signed_code_request(&code))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_signature_covers_the_code() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    let mut form = system.code_request("");
    system.sign(&mut form);
    form.set("code", code);
    assert_eq!(refused(&stand, &form).await, EsiaCode::WrongSignature);
    assert!(stand.last_cause().contains("without the code"));
}

#[tokio::test]
async fn every_fault_of_a_token_request_has_its_code() {
    type Break = fn(&System, &mut Form);
    let faults: &[(&str, Break, EsiaCode)] = &[
        (
            "no client",
            |_, form| form.remove("client_id"),
            EsiaCode::MissingParameter,
        ),
        (
            "unknown client",
            |_, form| form.set("client_id", "NOBODY"),
            EsiaCode::UnauthorizedClient,
        ),
        (
            "no secret",
            |_, form| form.remove("client_secret"),
            EsiaCode::MissingParameter,
        ),
        (
            "no hash",
            |_, form| form.remove("client_certificate_hash"),
            EsiaCode::MissingParameter,
        ),
        (
            "grant",
            |_, form| form.set("grant_type", "password"),
            EsiaCode::UnsupportedGrantType,
        ),
        (
            "no code",
            |_, form| form.remove("code"),
            EsiaCode::MissingParameter,
        ),
        (
            "no state",
            |_, form| form.remove("state"),
            EsiaCode::MissingParameter,
        ),
        (
            "no type",
            |_, form| form.remove("token_type"),
            EsiaCode::MissingParameter,
        ),
        (
            "no address",
            |_, form| form.remove("redirect_uri"),
            EsiaCode::MissingParameter,
        ),
        (
            "twice",
            |_, form| form.0.push(("state".into(), uuid())),
            EsiaCode::WrongParameter,
        ),
        (
            "type",
            |_, form| form.set("token_type", "mac"),
            EsiaCode::WrongParameter,
        ),
        (
            "state",
            |_, form| form.set("state", "1"),
            EsiaCode::WrongParameter,
        ),
        (
            "time",
            |_, form| form.set("timestamp", timestamp(0)),
            EsiaCode::WrongTime,
        ),
        (
            "scope",
            |_, form| form.set("scope", "x"),
            EsiaCode::WrongScope,
        ),
        (
            "grants",
            |_, form| form.set("scope", "inn"),
            EsiaCode::NoGrants,
        ),
        (
            "hash",
            |_, form| form.set("client_certificate_hash", "00"),
            EsiaCode::WrongSignature,
        ),
        (
            "signature",
            |_, form| form.set("client_secret", "AA"),
            EsiaCode::WrongSignature,
        ),
    ];
    let stand = Stand::new();
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    for (first, (name, spoil, expected)) in faults.iter().enumerate() {
        for (_, spoil_later, _) in faults.iter().skip(first) {
            let mut form = system.signed_code_request(&code);
            spoil_later(&system, &mut form);
            spoil(&system, &mut form);
            assert_eq!(
                stand.exchange(&form).await.esia_code(),
                Some(*expected),
                "{name}"
            );
        }
    }
    let answer = stand
        .post(
            "/aas/oauth2/v3/te?x=%zz",
            &system.signed_code_request(&code),
        )
        .await;
    assert_eq!(answer.esia_code(), Some(EsiaCode::Unreadable));
}

#[tokio::test]
async fn pkce_s256_is_checked() {
    // The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut ask = system.signed_request(&uuid());
    ask.set("code_challenge", CHALLENGE);
    ask.set("code_challenge_method", "S256");
    let code_of = async |ask: &Form| {
        let end = stand
            .browser()
            .walk(&System::address(ask), "sokolova")
            .await;
        end.callback().remove("code").unwrap()
    };
    let code = code_of(&ask).await;
    let form = system.signed_code_request(&code);
    assert_eq!(refused(&stand, &form).await, EsiaCode::WrongVerifier);
    let mut form = system.signed_code_request(&code);
    form.set("code_verifier", "x".repeat(43));
    assert_eq!(refused(&stand, &form).await, EsiaCode::WrongVerifier);
    form.set("code_verifier", VERIFIER);
    assert_eq!(stand.exchange(&form).await.status, StatusCode::OK);

    let plain = self::code(&stand, &system).await;
    let mut form = system.signed_code_request(&plain);
    form.set("code_verifier", VERIFIER);
    assert_eq!(refused(&stand, &form).await, EsiaCode::NoChallenge);
    // A provider that ignores PKCE (threats.md A7).
    stand
        .control
        .set_knob(|knobs| knobs.pkce = linking_simulator::Pkce::Ignored);
    assert_eq!(stand.exchange(&form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_brings_the_next() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let tokens = system.sign_in(&mut stand.browser(), "sokolova").await;
    let first = tokens["refresh_token"].as_str().unwrap().to_owned();
    stand.advance(3601);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        stand.get("/rs/prns/1000000001", access).await.esia_code(),
        Some(EsiaCode::ExpiredToken)
    );
    let next = stand.exchange(&system.refresh_request(&first)).await.json();
    let access = next["access_token"].as_str().unwrap();
    assert_eq!(
        stand.get("/rs/prns/1000000001", access).await.status,
        StatusCode::OK
    );
    let form = system.refresh_request(&first);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    let second = next["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    let form = System::other(&stand)
        .asking(&system.scope)
        .refresh_request(second);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    let form = system.clone().asking("openid").refresh_request(second);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    stand.advance(30 * 24 * 3600);
    let form = system.refresh_request(second);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    assert!(stand.last_cause().contains("expired"));
}

#[tokio::test]
async fn the_other_refresh_text_is_a_knob() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let tokens = system.sign_in(&mut stand.browser(), "sokolova").await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let mut form = system.refresh_request(token);
    let parts = ["client_id", "scope", "timestamp", "state", "refresh_token"];
    let text: String = parts.iter().map(|name| form.get(name)).collect();
    form.set("client_secret", URL_SAFE_NO_PAD.encode(system.raw(&text)));
    assert_eq!(refused(&stand, &form).await, EsiaCode::WrongSignature);
    assert!(stand.last_cause().contains("with the refresh token"));
    stand
        .control
        .set_knob(|knobs| knobs.refresh_signing = RefreshSigning::WithToken);
    assert_eq!(stand.exchange(&form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_state_of_the_authorisation_may_be_repeated_unless_set_otherwise() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let state = uuid();
    let address = System::address(&system.signed_request(&state));
    let end = stand.browser().walk(&address, "sokolova").await;
    let mut form = system.code_request(&end.callback()["code"]);
    form.set("state", state);
    system.sign(&mut form);
    stand
        .control
        .set_knob(|knobs| knobs.repeated_state = RepeatedState::Refused);
    assert_eq!(refused(&stand, &form).await, EsiaCode::WrongParameter);
    stand
        .control
        .set_knob(|knobs| knobs.repeated_state = RepeatedState::Allowed);
    assert_eq!(stand.exchange(&form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn lifetimes_are_knobs() {
    let stand = Stand::new();
    stand.control.set_knob(|knobs| {
        knobs.code_lifetime = 10;
        knobs.access_lifetime = 20;
    });
    let system = System::new(&stand);
    let code = code(&stand, &system).await;
    stand.advance(10);
    let form = system.signed_code_request(&code);
    assert_eq!(refused(&stand, &form).await, EsiaCode::InvalidGrant);
    let tokens = system.sign_in(&mut stand.browser(), "sokolova").await;
    assert_eq!(tokens["expires_in"], 20);
}

#[tokio::test]
async fn client_credentials_extend_a_consent_of_the_digital_profile() {
    let stand = Stand::with(|settings| settings.clients[0].scopes.push("prm_chg".to_owned()));
    let system = System::new(&stand).asking("openid");
    let permissions = r#"[{"sysname":"SIM_CONSENT","expire":60,"actions":[{"sysname":"USE_DATA"}],"purposes":[{"sysname":"SIM"}],"scopes":[{"sysname":"fullname"}]}]"#;
    let mut ask = system.signed_request(&uuid());
    ask.set("permissions", URL_SAFE_NO_PAD.encode(permissions));
    let mut browser = stand.browser();
    let end = browser.walk(&System::address(&ask), "sokolova").await;
    let code = end.callback().remove("code").unwrap();
    let tokens = stand
        .exchange(&system.signed_code_request(&code))
        .await
        .json();
    let token = tokens["access_token"].as_str().unwrap();
    let (_, claims) = crate::stand::decoded(token);
    assert_eq!(claims["permissions"][0]["sysname"], "SIM_CONSENT");
    let person = stand.get("/rs/prns/1000000001", token).await.json();
    assert_eq!(person["lastName"], "Соколова");

    let extending = system.clone().asking("prm_chg?oid=1000000001");
    let mut form = extending.code_request("");
    form.remove("code");
    form.set("grant_type", "client_credentials");
    extending.sign(&mut form);
    let answer = stand.exchange(&form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // The consent would have ended after an hour.
    stand.advance(2 * 3600);
    let mut again = system.signed_request(&uuid());
    again.set("permissions", URL_SAFE_NO_PAD.encode(permissions));
    let address = System::address(&again);
    assert!(browser.get(&address).await.callback().contains_key("code"));

    let nobody = system.clone().asking("prm_chg?oid=1000000002");
    let mut form = nobody.code_request("");
    form.remove("code");
    form.set("grant_type", "client_credentials");
    nobody.sign(&mut form);
    assert_eq!(refused(&stand, &form).await, EsiaCode::NoGrants);
}
