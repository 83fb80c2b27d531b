use std::{fs, net::IpAddr};

use axum::{body::Body, extract::ConnectInfo, http::Request, response::Response};
use linking_crypto::{KeyVault, SystemRandom};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::settings::Sources;

/// The whole program with Госуслуги connected, in a folder.
async fn app() -> (TempDir, App) {
    app_with("").await
}

/// The same with more settings.
async fn app_with(more: &str) -> (TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    KeyVault::create(&folder.path().join("vault.keys"), &SystemRandom).unwrap();
    let at = folder.path().display();
    let data = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../adapters/gosuslugi/testdata"
    );
    let text = format!(
        "preset = 'setevoy-gorod'\nprofile = 'demo'\n\
         public-address = 'http://localhost:8080'\nlisten = '127.0.0.1:0'\n\
         trusted-proxies = []\n[diary]\noperator = 'Стенд'\n\
         [providers.gosuslugi]\nstand = 'demo'\nclient-id = 'SVYAZKA'\n\
         client-certificate = '{data}/client.crt.pem'\n\
         token-certificates = ['{data}/rsa.crt.pem']\n\
         front-base = 'http://127.0.0.1:8081'\nissuers = ['http://esia.stand.test/']\n\
         signer = {{ kind = 'command', argv = ['/bin/true'] }}\n\
         [database]\npath = '{at}/svyazka.db'\n[vault]\nkey-file = '{at}/vault.keys'\n{more}"
    );
    let file = folder.path().join("school.toml");
    fs::write(&file, text).unwrap();
    let sources = Sources {
        file: Some(file),
        ..Sources::default()
    };
    let settings = Settings::load(&sources).unwrap();
    let app = App::build(&settings).await.unwrap();
    (folder, app)
}

async fn get(app: &App, path: &str) -> Response {
    let address = SocketAddr::from((IpAddr::from([127, 0, 0, 1]), 50_000));
    let request = Request::get(path)
        .header("host", "localhost:8080")
        .extension(ConnectInfo(address))
        .body(Body::empty())
        .unwrap();
    app.router.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn the_program_is_assembled_whole() {
    let (_folder, app) = app().await;
    for path in ["/healthz", "/readyz", "/sign-in", "/help", "/privacy"] {
        let answer = get(&app, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        for header in ["x-content-type-options", "content-security-policy"] {
            assert!(answer.headers().contains_key(header), "{path}: {header}");
        }
    }
    assert_eq!(get(&app, "/nowhere").await.status(), 404);
    assert!(
        app.linking
            .provider(&"gosuslugi".parse().unwrap())
            .is_some()
    );
}

async fn text_of(answer: Response) -> String {
    let octets = axum::body::to_bytes(answer.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8(octets.to_vec()).unwrap()
}

/// An answer of the operator's own listener.
async fn private(app: &App, path: &str) -> (u16, String) {
    let router = app.private.as_ref().unwrap().router.clone();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    (answer.status().as_u16(), text_of(answer).await)
}

#[tokio::test]
async fn j7_strangers_find_no_metrics_and_hear_one_word() {
    let (_folder, app) = app_with("[metrics]\nlisten = '127.0.0.1:0'\n").await;
    for path in [
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/api/docs",
        "/openapi.json",
        "/.env",
    ] {
        assert_eq!(get(&app, path).await.status(), 404, "{path}");
    }
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        assert_eq!(text_of(get(&app, path).await).await, word);
    }
    let without = app_with("").await.1;
    assert!(
        without.private.is_none(),
        "metrics are off until they are asked for"
    );
}

#[tokio::test]
async fn j7_the_private_listener_tells_counts_and_checks_by_fixed_names() {
    let (_folder, app) = app_with("[metrics]\nlisten = '127.0.0.1:0'\n").await;
    get(&app, "/sign-in").await;
    get(&app, "/flow/SECRET-PATH?code=SECRET-QUERY").await;
    get(&app, "/SECRET-ADDRESS").await;
    let (status, text) = private(&app, "/metrics").await;
    assert_eq!(status, 200);
    assert!(!text.contains("SECRET"), "{text}");
    let told = crate::metrics::tests::hold_to_schema(&text, &["gosuslugi"]);
    for name in [
        "svyazka_requests_total",
        "svyazka_request_seconds",
        "svyazka_acts_total",
        "svyazka_password_hashes_waiting",
        "svyazka_database_commits_total",
        "svyazka_outbox_waiting",
        "svyazka_ready",
        "svyazka_certificate_days_left",
        "svyazka_process_memory_bytes",
    ] {
        assert!(told.contains(name), "{name}: {text}");
    }
    assert!(
        text.contains("svyazka_requests_total{route=\"/sign-in\",status=\"200\"} 1"),
        "{text}"
    );
    let (status, text) = private(&app, "/readyz").await;
    assert_eq!(status, 200, "{text}");
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["ready"], true);
    assert_eq!(told["checks"]["installation"], "ok");
    assert!(told["providers"]["gosuslugi"].is_array(), "{text}");
}

#[tokio::test]
async fn i5_a_server_that_lacks_a_new_key_stops_being_ready_and_says_which() {
    let (_folder, app) = app_with("[metrics]\nlisten = '127.0.0.1:0'\n").await;
    let mut keys = (*app.installation.keys).clone();
    keys.insert(2, "0011223344556677".to_owned());
    // Another server has a key more.
    app.installation.storage.register_keys(&keys).await.unwrap();
    let (status, text) = private(&app, "/readyz").await;
    assert_eq!(status, 503);
    assert!(
        text.contains(
            "vault key 2 (fingerprint 0011223344556677) is not in this server's key file"
        ),
        "{text}"
    );
    let answer = get(&app, "/readyz").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(text_of(answer).await, "not ready", "strangers hear no more");
    let (_, text) = private(&app, "/metrics").await;
    assert!(
        text.contains("svyazka_ready{check=\"installation\"} 0"),
        "{text}"
    );
}

#[tokio::test]
async fn i14_a_server_starts_while_a_provider_is_away_and_says_so() {
    // Nobody listens at the provider's address.
    let (_folder, app) = app_with("[metrics]\nlisten = '127.0.0.1:0'\n").await;
    assert_eq!(get(&app, "/readyz").await.status(), 200);
    assert_eq!(get(&app, "/sign-in").await.status(), 200);
    let (_, text) = private(&app, "/readyz").await;
    // The signer of this installation signs nothing: that is the operator's to know, and local
    // sign-in goes on.
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_ne!(told["providers"]["gosuslugi"][0], "ok", "{text}");
}

#[tokio::test]
async fn serving_ends_when_it_is_told_to() {
    let (_folder, app) = app().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(app.serve(listener, async move {
        let _ = stopped.await;
    }));
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
