use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response as Answer},
    routing::post,
};
use gost_signature::Certificate;
use linking_core::{
    provider::{ProviderError, ProviderErrorKind, Switch},
    time::Timestamp,
};
use linking_http::{ClientSettings, EgressRules, HostRule, HttpClient, LoopbackHttp};
use tokio::{io::AsyncWriteExt, net::TcpListener, process::Command};

use super::*;
use crate::{ClientSigner, SecretForm};

fn data(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn now() -> Timestamp {
    "2027-01-15T09:30:45Z".parse().unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

/// Signs with OpenSSL and its GOST engine (Debian's `libengine-gost-openssl`).
async fn openssl(arguments: &[&str], message: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .env("OPENSSL_CONF", data("openssl-gost.cnf"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(message).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    output.stdout
}

async fn raw(message: &[u8]) -> Vec<u8> {
    let key = data("client.key.pem");
    openssl(&["dgst", "-md_gost12_256", "-sign", &key], message).await
}

async fn cms(message: &[u8]) -> Vec<u8> {
    let (key, certificate) = (data("client.key.pem"), data("client.crt.pem"));
    let arguments = [
        "cms",
        "-sign",
        "-binary",
        "-signer",
        &certificate,
        "-inkey",
        &key,
        "-md",
        "md_gost12_256",
        "-outform",
        "DER",
    ];
    openssl(&arguments, message).await
}

/// How the service under test behaves.
#[derive(Default)]
struct Play {
    /// Answers that come before a signature: status, body.
    faults: Mutex<Vec<(u16, String)>>,
    /// Only this token is let in.
    token: Mutex<Option<String>>,
    /// The fingerprint that it names.
    certificate: Mutex<String>,
    calls: AtomicUsize,
    /// Waits for ever.
    hangs: bool,
}

async fn sign(State(play): State<Arc<Play>>, headers: HeaderMap, body: Bytes) -> Answer {
    play.calls.fetch_add(1, Ordering::SeqCst);
    if play.hangs {
        std::future::pending::<()>().await;
    }
    let token = play.token.lock().unwrap().clone();
    if let Some(token) = token {
        let given = headers.get("authorization").map(HeaderValue::as_bytes);
        if given != Some(format!("Bearer {token}").as_bytes()) {
            return (StatusCode::UNAUTHORIZED, "no").into_response();
        }
    }
    let fault = play.faults.lock().unwrap().pop();
    if let Some((status, body)) = fault {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    if headers.get("content-type").unwrap() == "application/octet-stream" {
        return STANDARD.encode(raw(&body).await).into_response();
    }
    let asked: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(asked["key"], "esia");
    let message = STANDARD.decode(asked["data"].as_str().unwrap()).unwrap();
    let octets = match asked["kind"].as_str().unwrap() {
        "raw" => raw(&message).await,
        "reversed" => raw(&message).await.into_iter().rev().collect(),
        _ => cms(&message).await,
    };
    let certificate = play.certificate.lock().unwrap().clone();
    let answer = serde_json::json!({"sig": hex::encode(octets), "certificate": certificate});
    ([("content-type", "application/json")], answer.to_string()).into_response()
}

struct Service {
    play: Arc<Play>,
    settings: ServiceSettings,
}

impl Service {
    async fn start(play: Play) -> Self {
        linking_http::install_crypto_provider();
        *play.certificate.lock().unwrap() = certificate("client.crt.pem").hash_hex().to_lowercase();
        let play = Arc::new(play);
        let app = Router::new()
            .route("/sign", post(sign))
            .with_state(Arc::clone(&play));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings =
            ServiceSettings::new(format!("http://{}/sign", listener.local_addr().unwrap()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { play, settings }
    }

    /// By JSON, with fields of a made-up product.
    fn by_json(&self, kind: &str) -> ServiceSettings {
        ServiceSettings {
            message_field: Some("data".to_owned()),
            fields: [("key", "esia"), ("kind", kind)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            signature_field: Some("sig".to_owned()),
            certificate_field: Some("certificate".to_owned()),
            encoding: OutputEncoding::Hex,
            ..self.settings.clone()
        }
    }
}

fn signer(settings: &ServiceSettings, form: SecretForm) -> ClientSigner {
    signer_within(settings, form, Duration::from_mins(1))
}

fn signer_within(settings: &ServiceSettings, form: SecretForm, time: Duration) -> ClientSigner {
    let url = Url::parse(&settings.url).unwrap();
    let egress = EgressRules::new(HostRule::of(&url)).with_loopback_http(LoopbackHttp::Allowed);
    let mut client = ClientSettings::new(egress);
    client.total_timeout = time;
    client.max_body_bytes = 64 * 1024;
    let transport = Arc::new(HttpClient::new(client).unwrap());
    let certificate = certificate("client.crt.pem");
    let hash = certificate.hash_hex();
    let service = HttpSigner::new(settings.clone(), url, transport, hash);
    ClientSigner::new(Arc::new(service), certificate, form)
}

const MESSAGE: &[u8] = b"SIM001openid fullname";

async fn fault(settings: &ServiceSettings) -> SignError {
    let signer = signer(settings, SecretForm::Raw);
    signer.client_secret(MESSAGE, now()).await.unwrap_err()
}

#[tokio::test]
async fn a_signing_service_with_openssls_engine_signs_for_us() {
    let service = Service::start(Play::default()).await;
    let attributes = SecretForm::Cms {
        attributes: Switch::On,
    };
    let mut reversed = service.by_json("reversed");
    reversed.output = SignatureOrder::RawReversed;
    let mut finished = service.by_json("cms");
    finished.output = SignatureOrder::Cms;
    for (settings, form) in [
        (service.settings.clone(), SecretForm::Raw),
        (service.by_json("raw"), SecretForm::Raw),
        (reversed, SecretForm::Raw),
        (service.by_json("raw"), attributes),
        (finished, SecretForm::FinishedCms),
    ] {
        let signer = signer(&settings, form);
        let secret = signer.client_secret(MESSAGE, now()).await.unwrap();
        match form {
            SecretForm::Raw => assert_eq!(secret.expose().len(), 86),
            _ => assert!(secret.expose().len() > 500, "a CMS"),
        }
    }
    let error = fault(&service.by_json("reversed")).await;
    assert!(matches!(error, SignError::SelfCheck(_)), "{error}");
}

#[tokio::test]
async fn b10_the_token_is_read_anew_and_stands_nowhere() {
    let token = "s3cret-token-of-the-service";
    let service = Service::start(Play {
        token: Mutex::new(Some(token.to_owned())),
        ..Play::default()
    })
    .await;
    assert_eq!(fault(&service.settings).await, SignError::Denied);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let settings = ServiceSettings {
        token_file: Some(path.clone()),
        ..service.settings.clone()
    };
    let signer = signer(&settings, SecretForm::Raw);
    let mut said = vec![format!("{signer:?} {settings:?}")];
    let gone = signer.client_secret(MESSAGE, now()).await.unwrap_err();
    assert!(matches!(gone, SignError::Secret(_)), "{gone}");
    for (text, mode, works) in [
        ("another-token\n", 0o600, false),
        ("s3cret-token-of-the-service\n", 0o600, true),
        ("s3cret-token-of-the-service", 0o644, false),
        ("s3cret-token\nof-the-service", 0o600, false),
        ("", 0o600, false),
    ] {
        write(&path, text, mode);
        let found = signer.client_secret(MESSAGE, now()).await;
        assert_eq!(found.is_ok(), works, "{text:?} {mode:o} {found:?}");
        said.push(format!("{found:?}"));
        let refused = check_token(&path);
        said.push(format!("{refused:?}"));
    }
    write(&path, "x", 0o644);
    let refused = check_token(&path).unwrap_err().to_string();
    assert!(
        refused.contains("0644") && refused.contains("token"),
        "{refused}"
    );
    assert!(!said.concat().contains("s3cret"), "{said:?}");
}

fn write(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn i1_each_fault_of_a_signing_service_has_its_kind_and_repeats_nothing() {
    use ProviderErrorKind::{Configuration, Unavailable};
    let mark = "MARKED";
    let json = |text: &str| text.replace("MARK", mark);
    for (status, body, kind, error) in [
        (500, mark.to_owned(), Unavailable, SignError::Away(500)),
        (503, mark.to_owned(), Unavailable, SignError::Away(503)),
        (429, mark.to_owned(), Unavailable, SignError::Away(429)),
        (403, mark.to_owned(), Configuration, SignError::Denied),
        (
            404,
            mark.to_owned(),
            Configuration,
            SignError::Rejected("status 404 Not Found".to_owned()),
        ),
        (
            302,
            mark.to_owned(),
            Configuration,
            SignError::Rejected("status 302 Found".to_owned()),
        ),
        (
            200,
            json("<p>MARK"),
            Configuration,
            SignError::Answer("no JSON"),
        ),
        (
            200,
            json("{\"MARK\": 1}"),
            Configuration,
            SignError::Answer("no signature-field"),
        ),
        (
            200,
            json("{\"sig\": \"MARK\"}"),
            Configuration,
            SignError::Answer("no certificate-field"),
        ),
        (
            200,
            json("{\"sig\": \"MARK\", \"certificate\": \"00\"}"),
            Configuration,
            SignError::OtherCertificate,
        ),
    ] {
        let service = Service::start(Play {
            faults: Mutex::new(vec![(status, body)]),
            ..Play::default()
        })
        .await;
        let found = fault(&service.by_json("raw")).await;
        assert_eq!(found, error);
        let told = ProviderError::from(found);
        assert_eq!(told.kind, kind, "{told}");
        assert!(!format!("{told:?}").contains(mark), "{told}");
        assert_eq!(service.play.calls.load(Ordering::SeqCst), 1, "asked once");
    }
    let service = Service::start(Play {
        faults: Mutex::new(vec![(200, "x".repeat(100_000))]),
        ..Play::default()
    })
    .await;
    let error = fault(&service.settings).await;
    assert!(matches!(error, SignError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn i1_a_signing_service_that_is_slow_or_away_is_a_passing_fault() {
    let service = Service::start(Play {
        hangs: true,
        ..Play::default()
    })
    .await;
    let signer = signer_within(
        &service.settings,
        SecretForm::Raw,
        Duration::from_millis(200),
    );
    let error = signer.client_secret(MESSAGE, now()).await.unwrap_err();
    assert_eq!(
        ProviderError::from(error).kind,
        ProviderErrorKind::Unavailable
    );
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = ServiceSettings::new(format!("http://{}/sign", closed.local_addr().unwrap()));
    drop(closed);
    let error = fault(&settings).await;
    assert!(error.to_string().contains("no connection"), "{error}");
    assert_eq!(
        ProviderError::from(error).kind,
        ProviderErrorKind::Unavailable
    );
}
