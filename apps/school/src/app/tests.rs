use std::{fs, net::IpAddr};

use axum::{body::Body, extract::ConnectInfo, http::Request, response::Response};
use linking_crypto::{KeyVault, SystemRandom};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::settings::Sources;

/// The whole program with Госуслуги connected, in a folder.
async fn app() -> (TempDir, App) {
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
         [database]\npath = '{at}/svyazka.db'\n[vault]\nkey-file = '{at}/vault.keys'\n"
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
