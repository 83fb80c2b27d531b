//! The way through: authorisation, screens, code, tokens, person, sign-out.

use axum::http::StatusCode;
use linking_simulator::{TokenAlgorithm, personas};
use serde_json::json;

use crate::stand::{CALLBACK, Form, Stand, System, decoded, request_of, uuid};

#[tokio::test]
async fn a_person_signs_in_and_the_system_reads_who_it_is() {
    for (stand, algorithm) in [
        (Stand::new(), TokenAlgorithm::Rs256),
        (Stand::gost(), TokenAlgorithm::Gost),
    ] {
        let system = System::new(&stand);
        let mut browser = stand.browser();
        let state = uuid();
        let answer = browser
            .get(&System::address(&system.signed_request(&state)))
            .await;
        let login = answer.location();
        assert!(login.starts_with("/login?request="));
        let (consent, page) = browser.log_in(&login, "sokolova").await;
        assert!(consent.starts_with("/login/consent"));
        for text in [
            "Дневник школы",
            "Соколова Марина Игоревна",
            "СНИЛС",
            "Предоставить",
            "Отказать",
        ] {
            assert!(page.body.contains(text), "{text}");
        }
        let mut callback = browser.decide(&consent, "grant").await.callback();
        assert_eq!(callback.remove("state").unwrap(), state);
        let code = callback.remove("code").unwrap();

        let (header, claims) = stand.verified(&code, algorithm);
        assert_eq!(
            header,
            json!({ "ver": 1, "typ": "JWT", "sbt": "authorization_code", "alg": algorithm.name() })
        );
        assert_eq!(claims["urn:esia:client:state"], state.as_str());
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            240
        );
        assert_eq!(claims["params"]["user_agent"], "a browser");

        let request = system.signed_code_request(&code);
        let tokens = stand.exchange(&request).await.json();
        assert_eq!(tokens["state"], request.get("state"));
        assert_eq!(
            (&tokens["token_type"], &tokens["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );
        let (header, access) = stand.verified(tokens["access_token"].as_str().unwrap(), algorithm);
        assert_eq!(header["sbt"], "access");
        assert_eq!(
            access["scope"],
            "fullname?oid=1000000001 snils?oid=1000000001 birthdate?oid=1000000001 \
             gender?oid=1000000001 email?oid=1000000001 mobile?oid=1000000001 \
             contacts?oid=1000000001 openid"
        );
        assert_eq!(
            (&access["client_id"], &access["urn:esia:sbj_id"]),
            (&json!("DIARY01"), &json!(1_000_000_001))
        );
        let (header, id) = stand.verified(tokens["id_token"].as_str().unwrap(), algorithm);
        assert_eq!(header["sbt"], "id");
        assert_eq!(
            (&id["aud"], &id["sub"], &id["amr"]),
            (&json!("DIARY01"), &json!(1_000_000_001), &json!("PWD"))
        );
        assert_eq!(id["iss"], "http://esia.stand.test/");
        assert_eq!(id["urn:esia:sbj"]["urn:esia:sbj:is_tru"], true);
        assert_eq!(id["urn:esia:sbj"]["urn:esia:sbj:lvl"], "PR");
        assert_eq!(id["auth_time"], stand.now());

        let token = tokens["access_token"].as_str().unwrap();
        let person = stand.get("/rs/prns/1000000001", token).await.json();
        assert_eq!(
            (&person["lastName"], &person["snils"]),
            (&json!("Соколова"), &json!("100-200-001 22"))
        );
        assert_eq!(
            (&person["birthDate"], &person["trusted"]),
            (&json!("14.03.1988"), &json!(true))
        );
    }
}

#[tokio::test]
async fn slashes_in_answers_and_tokens_are_escaped() {
    use base64::Engine as _;
    let stand = Stand::new();
    let tokens = System::new(&stand)
        .sign_in(&mut stand.browser(), "sokolova")
        .await;
    let token = tokens["id_token"].as_str().unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    assert!(
        String::from_utf8(claims)
            .unwrap()
            .contains(r"http:\/\/esia.stand.test\/")
    );
}

#[tokio::test]
async fn login_is_phone_mail_or_snils() {
    let stand = Stand::new();
    for login in [
        "+7 (900) 000-00-01",
        "89000000001",
        "Sokolova@stend.example",
        "10020000122",
    ] {
        let mut browser = stand.browser();
        let page = browser.get(&System::new(&stand).start()).await.location();
        let request = request_of(&page);
        let form = [
            ("request", request.as_str()),
            ("login", login),
            ("password", personas::PASSWORD),
        ];
        let next = browser.post("/login", &form).await.location();
        assert!(next.starts_with("/login/code"), "{login}");
    }
}

#[tokio::test]
async fn everybody_who_may_signs_in_and_gets_their_own_number() {
    let stand = Stand::new();
    let system = System::new(&stand).asking("openid");
    for person in personas::all() {
        if person.kind == personas::AccountKind::Deleted {
            continue;
        }
        let tokens = system.sign_in(&mut stand.browser(), &person.id).await;
        let (_, id) = decoded(tokens["id_token"].as_str().unwrap());
        assert_eq!(id["sub"], person.oid.0, "{}", person.id);
        let subject = &id["urn:esia:sbj"];
        let verified = person.kind == personas::AccountKind::Verified;
        assert_eq!(
            subject.get("urn:esia:sbj:is_tru").is_some(),
            verified,
            "{}",
            person.id
        );
    }
}

#[tokio::test]
async fn a_signature_signs_in_without_password_and_code() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let page = browser.get(&system.start()).await.location();
    let request = request_of(&page);
    let form = browser
        .get(&format!("/login/signature?request={request}"))
        .await;
    assert!(form.body.contains("Архипов Павел Сергеевич"));
    assert!(!form.body.contains("Соколова"));
    let chosen = [("request", request.as_str()), ("person", "arkhipov")];
    let consent = browser.post("/login/signature", &chosen).await.location();
    let code = browser
        .decide(&consent, "grant")
        .await
        .callback()
        .remove("code")
        .unwrap();
    let tokens = stand
        .exchange(&system.signed_code_request(&code))
        .await
        .json();
    let (_, id) = decoded(tokens["id_token"].as_str().unwrap());
    assert_eq!(
        (&id["amr"], &id["urn:esia:amd"]),
        (&json!("DS"), &json!("DS"))
    );
    let foreign = [("request", request.as_str()), ("person", "sokolova")];
    assert_eq!(
        browser.post("/login/signature", &foreign).await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn an_open_session_answers_without_a_question() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    let first = system.sign_in(&mut browser, "sokolova").await;
    stand.advance(60);
    let mut callback = browser.get(&system.start()).await.callback();
    let code = callback.remove("code").expect("a code at once");
    let second = stand
        .exchange(&system.signed_code_request(&code))
        .await
        .json();
    let auth_time = |tokens: &serde_json::Value| {
        decoded(tokens["id_token"].as_str().unwrap()).1["auth_time"].clone()
    };
    assert_eq!(auth_time(&first), auth_time(&second));
    // Another browser is asked.
    let answer = stand.browser().get(&system.start()).await.location();
    assert!(answer.starts_with("/login?"));
    // So is the same one when the session is over.
    stand.advance(3 * 3600);
    assert!(
        browser
            .get(&system.start())
            .await
            .location()
            .starts_with("/login?")
    );
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_online_has_no_refresh_token() {
    let stand = Stand::new();
    let system = System::new(&stand).asking("fullname");
    let tokens = system.sign_in(&mut stand.browser(), "sokolova").await;
    assert!(tokens.get("id_token").is_none() && tokens.get("refresh_token").is_some());
    let mut online = system.request(&uuid());
    online.set("access_type", "online");
    system.sign(&mut online);
    let end = stand
        .browser()
        .walk(&System::address(&online), "sokolova")
        .await;
    let code = end.callback().remove("code").unwrap();
    let tokens = stand
        .exchange(&system.signed_code_request(&code))
        .await
        .json();
    assert!(tokens.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_token_request_may_stand_in_the_query() {
    let stand = Stand::new();
    let system = System::new(&stand);
    let end = stand.browser().walk(&system.start(), "sokolova").await;
    let code = end.callback().remove("code").unwrap();
    let request = system.signed_code_request(&code);
    let path = format!("/aas/oauth2/v3/te?{}", request.encoded());
    assert_eq!(
        stand.post(&path, &Form(Vec::new())).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn logout_ends_the_session_and_returns_to_a_registered_domain_only() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for (target, returns) in [
        ("&redirect_url=https%3A%2F%2Fdiary.test%2Fbye", true),
        ("&redirect_url=https%3A%2F%2Fother.test%2Fbye", false),
        ("&redirect_url=javascript%3Aalert(1)", false),
        ("&redirect_uri=https%3A%2F%2Fdiary.test%2Fbye", false),
        ("", false),
    ] {
        let mut browser = stand.browser();
        system.sign_in(&mut browser, "sokolova").await;
        assert!(browser.cookies.contains_key("ESIA_SESSION"));
        let answer = browser
            .get(&format!("/idp/ext/Logout?client_id=DIARY01{target}"))
            .await;
        if returns {
            assert_eq!(answer.location(), "https://diary.test/bye");
        } else {
            assert_eq!(answer.status, StatusCode::OK, "{target}");
            assert!(answer.body.contains("Вы вышли"));
        }
        assert!(!browser.cookies.contains_key("ESIA_SESSION"));
        assert!(
            browser
                .get(&system.start())
                .await
                .location()
                .starts_with("/login?")
        );
    }
    let answer = stand
        .browser()
        .get("/idp/ext/Logout?client_id=NOBODY")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_clock_of_the_stand_stands_in_its_date_header() {
    let stand = Stand::new();
    let request = axum::http::Request::head("/")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = stand.send(request).await;
    assert_eq!(answer.headers["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
    stand
        .control
        .set_clock_offset(chrono::TimeDelta::minutes(-10));
    assert_eq!(
        stand.browser().get("/").await.headers["date"],
        "Fri, 15 Jan 2027 07:50:00 GMT"
    );
    // A timestamp by the right time is now ten minutes off; one by the Date header is not.
    let system = System::new(&stand);
    let answer = stand.browser().get(&system.start()).await;
    assert_eq!(answer.esia_code().unwrap().to_string(), "ESIA-007015");
    stand.advance(-600);
    let synced = system.start();
    stand.advance(600);
    assert!(
        stand
            .browser()
            .get(&synced)
            .await
            .location()
            .starts_with("/login?")
    );
    assert_eq!(CALLBACK, system.redirect_uri);
}

#[tokio::test]
async fn logout_leaves_tokens_alone_unless_set_otherwise() {
    let stand = Stand::new();
    let system = System::new(&stand);
    for revokes in [false, true] {
        stand
            .control
            .set_knob(|knobs| knobs.logout_revokes_tokens = revokes);
        let mut browser = stand.browser();
        let tokens = system.sign_in(&mut browser, "sokolova").await;
        browser.get("/idp/ext/Logout?client_id=DIARY01").await;
        let access = tokens["access_token"].as_str().unwrap();
        let read = stand.get("/rs/prns/1000000001", access).await;
        assert_eq!(read.status == StatusCode::UNAUTHORIZED, revokes);
        let refresh = system.refresh_request(tokens["refresh_token"].as_str().unwrap());
        let refreshed = stand.exchange(&refresh).await;
        assert_eq!(refreshed.status == StatusCode::BAD_REQUEST, revokes);
    }
}
