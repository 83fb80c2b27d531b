//! The controls, over HTTP and in settings.

use std::path::Path;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use linking_simulator::{Client, ControlToken, EsiaCode, Settings, Simulator};
use serde_json::{Value, json};

use crate::stand::{Answer, CLIENT_CERTIFICATE, Stand, System};

const TOKEN: &str = "control-of-the-tests";

fn stand() -> Stand {
    Stand::with(|settings| settings.control_token = Some(ControlToken(TOKEN.to_owned())))
}

async fn call(stand: &Stand, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/control{path}"))
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    stand.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn without_a_token_there_are_no_controls() {
    let closed = Stand::new();
    assert_eq!(
        call(&closed, Method::GET, "/knobs", None).await.status,
        StatusCode::NOT_FOUND
    );
    let stand = stand();
    assert_eq!(
        stand.get("/control/knobs", "wrong").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        stand.browser().get("/control/knobs").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        stand.get("/control/knobs", TOKEN).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn everything_can_be_set_over_http() {
    let stand = stand();
    let system = System::new(&stand);
    let mut browser = stand.browser();
    system.sign_in(&mut browser, "sokolova").await;

    let fault = json!({ "fault": { "authorization-error": "ESIA-007008" }, "times": 1 });
    assert_eq!(
        call(&stand, Method::POST, "/faults", Some(fault))
            .await
            .status,
        204
    );
    assert_eq!(
        browser.get(&system.start()).await.esia_code(),
        Some(EsiaCode::Unavailable)
    );
    let fault = json!({ "fault": { "transport": ["authorization", { "html": 502 }] } });
    assert_eq!(
        call(&stand, Method::POST, "/faults", Some(fault))
            .await
            .status,
        204
    );
    assert_eq!(
        browser.get(&system.start()).await.status,
        StatusCode::BAD_GATEWAY
    );
    assert_eq!(
        call(&stand, Method::DELETE, "/faults", None).await.status,
        204
    );
    assert_eq!(browser.get(&system.start()).await.status, StatusCode::FOUND);

    let knobs = json!({ "code-lifetime": 10, "pkce": "ignored" });
    assert_eq!(
        call(&stand, Method::PATCH, "/knobs", Some(knobs))
            .await
            .status,
        204
    );
    let knobs = call(&stand, Method::GET, "/knobs", None).await.json();
    assert_eq!(
        (&knobs["code-lifetime"], &knobs["access-lifetime"]),
        (&json!(10), &json!(3600))
    );
    for wrong in [
        json!({ "no-such-knob": 1 }),
        json!({ "pkce": "plain" }),
        json!([]),
    ] {
        assert_eq!(
            call(&stand, Method::PATCH, "/knobs", Some(wrong))
                .await
                .status,
            422
        );
    }

    let change = json!({ "last_name": "Новая" });
    assert_eq!(
        call(&stand, Method::PATCH, "/people/sokolova", Some(change))
            .await
            .status,
        204
    );
    let person = call(&stand, Method::GET, "/people/sokolova", None)
        .await
        .json();
    assert_eq!(
        (&person["last_name"], &person["first_name"]),
        (&json!("Новая"), &json!("Марина"))
    );
    let unknown = json!({ "shoe_size": 1 });
    assert_eq!(
        call(&stand, Method::PATCH, "/people/sokolova", Some(unknown))
            .await
            .status,
        422
    );
    assert_eq!(
        call(&stand, Method::GET, "/people/nobody", None)
            .await
            .status,
        404
    );

    let sms = call(&stand, Method::GET, "/sms/sokolova", None)
        .await
        .json();
    assert_eq!(
        sms["code"],
        stand.control.last_sms_code("sokolova").unwrap()
    );
    assert_eq!(
        call(&stand, Method::GET, "/sms/orlov", None).await.status,
        404
    );
    let consent = "/consents/1000000001/DIARY01";
    assert_eq!(
        call(&stand, Method::DELETE, consent, None).await.status,
        204
    );
    assert_eq!(
        call(&stand, Method::DELETE, consent, None).await.status,
        404
    );

    let clock = json!({ "offset_seconds": 600 });
    assert_eq!(
        call(&stand, Method::PUT, "/clock", Some(clock))
            .await
            .status,
        204
    );
    assert_eq!(
        browser.get(&system.start()).await.esia_code(),
        Some(EsiaCode::WrongTime)
    );
    let clock = json!({ "offset_seconds": i64::MAX });
    assert_eq!(
        call(&stand, Method::PUT, "/clock", Some(clock))
            .await
            .status,
        422
    );

    for (path, count) in [("prepare", 2), ("rotate", 2), ("retire", 1)] {
        assert_eq!(
            call(&stand, Method::POST, &format!("/keys/{path}"), None)
                .await
                .status,
            204
        );
        let keys = call(&stand, Method::GET, "/keys", None).await.json();
        assert_eq!(keys["RS256"].as_array().unwrap().len(), count, "{path}");
        assert_eq!(
            keys["GOST3410_2012_256"].as_array().unwrap().len(),
            count,
            "{path}"
        );
    }
}

#[tokio::test]
async fn requests_are_recorded_without_what_they_carried() {
    let stand = stand();
    let system = System::new(&stand);
    stand.control.clear_requests();
    let tokens = system.sign_in(&mut stand.browser(), "sokolova").await;
    let again = system.refresh_request("unknown");
    stand.exchange(&again).await;
    let requests = stand.control.requests();
    let exchanges: Vec<_> = requests
        .iter()
        .filter(|request| request.path == "/aas/oauth2/v3/te")
        .collect();
    assert_eq!(exchanges.len(), 2);
    assert_eq!(exchanges[0].grant.as_deref(), Some("authorization_code"));
    assert_eq!((exchanges[0].status, exchanges[0].code), (200, None));
    assert_eq!(exchanges[0].client.as_deref(), Some("DIARY01"));
    assert!(
        exchanges[0]
            .parameters
            .contains(&"client_secret".to_owned())
    );
    assert_eq!(
        (exchanges[1].status, exchanges[1].code),
        (400, Some(EsiaCode::InvalidGrant))
    );
    assert_eq!(requests[0].path, "/aas/oauth2/v2/ac");
    let text = call(&stand, Method::GET, "/requests", None).await.body;
    for secret in [
        tokens["access_token"].as_str().unwrap(),
        again.get("client_secret"),
        again.get("state"),
        "Соколова",
        "9000000001",
        "stend\"",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn all_that_is_wrong_with_the_settings_is_told_at_once() {
    let mut settings = Settings::new(vec![
        Client::new("A B", "", "no address", "no certificate"),
        Client::new("C", "", "https://c.test/", CLIENT_CERTIFICATE),
        Client::new("C", "", "https://c.test/", CLIENT_CERTIFICATE),
    ]);
    settings.clients[1].redirect_uris.clear();
    settings.clients[1].scopes.push("shoe_size".to_owned());
    settings.issuer = "nothing".to_owned();
    settings.control_token = Some(ControlToken("short".to_owned()));
    let twin = settings.personas[0].clone();
    settings.personas.push(twin);
    let text = Simulator::new(settings).unwrap_err().to_string();
    for part in [
        "issuer:",
        "control-token:",
        "people.sokolova:",
        "clients.A B.mnemonic:",
        "clients.A B.redirect-uris:",
        "clients.A B.certificates:",
        "clients.C.mnemonic: stands twice",
        "clients.C.redirect-uris: is empty",
        "clients.C.scopes: «shoe_size»",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn the_file_of_the_program_is_read_and_unknown_keys_are_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let text = r#"
        listen = "127.0.0.1:8091"
        base-url = "http://127.0.0.1:8091"
        builtin-people = false

        [[clients]]
        mnemonic = "DIARY01"
        name = "Дневник"
        redirect-uris = ["https://diary.test/cb"]
        certificates = ["client.crt.pem"]
        algorithm = "GOST3410_2012_256"

        [knobs]
        v1 = false
    "#;
    let (listen, settings) = Settings::from_toml(text, &folder).unwrap();
    assert_eq!(listen, "127.0.0.1:8091");
    let example = include_str!("../../simulator.example.toml");
    let (_, shipped) = Settings::from_toml(example, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(shipped.knobs, linking_simulator::Knobs::default());
    Simulator::new(shipped).unwrap();
    assert!(settings.personas.is_empty() && !settings.knobs.v1);
    assert_eq!(settings.clients[0].certificates, [CLIENT_CERTIFICATE]);
    assert!(settings.clients[0].scopes.contains(&"snils".to_owned()));
    for (old, new, told) in [
        ("v1 = false", "v2 = false", "v2"),
        ("listen =", "lisen =", "lisen"),
        ("client.crt.pem", "missing.pem", "missing.pem"),
        ("GOST3410_2012_256", "HS256", "HS256"),
    ] {
        let error = Settings::from_toml(&text.replace(old, new), &folder).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
