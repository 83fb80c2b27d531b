//! The program sends traces to a collector: here one that takes them in and reads them.
//!
//! ```sh
//! cargo nextest run --workspace --features linking-school/otlp --test otlp
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "what a test stands on may fail by a panic, in helpers as in tests"
)]

use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message as _;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What a span of ours may hold.
const ATTRIBUTES: [&str; 7] = [
    "request", "method", "route", "status", "refusal", "busy_ns", "idle_ns",
];

/// Every request that the collector got, as it came.
type Taken = Arc<Mutex<Vec<Bytes>>>;

/// A collector that takes what comes.
async fn collector() -> (SocketAddr, Taken) {
    async fn take(State(taken): State<Taken>, body: Bytes) {
        taken.lock().unwrap().push(body);
    }
    let taken = Taken::default();
    let router = Router::new()
        .route("/v1/traces", post(take))
        .with_state(Arc::clone(&taken));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, taken)
}

/// The program in a folder, serving.
struct Program {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(collector: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let file = folder.path().join("school.toml");
        fs::write(&file, settings(&folder, port, collector)).unwrap();
        let svyazka = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_svyazka"));
            command.arg("--config").arg(&file).env_clear();
            command
        };
        assert!(svyazka().args(["keys", "make"]).status().unwrap().success());
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = svyazka()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let program = Self {
            folder,
            port,
            child,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{}",
                program.log()
            );
            std::thread::yield_now();
        }
        program
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Sends a request and reads the whole answer; gives its status.
    fn ask(&self, head: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let port = self.port;
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
             cookie: __Host-session=SECRET-COOKIE\r\nauthorization: Bearer SECRET-TOKEN\r\n\
             user-agent: SECRET-AGENT\r\n\
             traceparent: 00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Tells the program to stop, as a service manager does, and waits until it has.
    fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{}", self.log());
        self.log()
    }
}

fn settings(folder: &TempDir, port: u16, collector: SocketAddr) -> String {
    let at = folder.path().display();
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../adapters/gosuslugi/testdata");
    let data = data.display();
    format!(
        "preset = 'setevoy-gorod'\nprofile = 'demo'\n\
         public-address = 'http://localhost:{port}'\nlisten = '127.0.0.1:{port}'\n\
         trusted-proxies = []\n[diary]\noperator = 'Стенд'\n\
         [providers.gosuslugi]\nstand = 'demo'\nclient-id = 'SVYAZKA'\n\
         client-certificate = '{data}/client.crt.pem'\n\
         token-certificates = ['{data}/rsa.crt.pem']\n\
         front-base = 'http://127.0.0.1:9'\nissuers = ['http://esia.stand.test/']\n\
         signer = {{ kind = 'command', argv = ['/bin/true'] }}\n\
         [database]\npath = '{at}/svyazka.db'\n[vault]\nkey-file = '{at}/vault.keys'\n\
         [traces]\naddress = 'http://{collector}/v1/traces'\n"
    )
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn number(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

/// The spans that came, and of which service they say they are.
fn spans(taken: &Taken) -> Vec<Span> {
    let mut spans = Vec::new();
    for body in taken.lock().unwrap().iter() {
        let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
        for group in request.resource_spans {
            let resource = group.resource.unwrap().attributes;
            assert_eq!(text(&resource, "service.name"), Some("svyazka"));
            assert_eq!(resource.len(), 2, "name and version alone: {resource:?}");
            spans.extend(group.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    spans
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_traces_hold_what_the_log_holds_and_a_stop_sends_them() {
    let (address, taken) = collector().await;
    let program = Program::start(address);
    assert_eq!(program.ask("GET /sign-in?next=SECRET-QUERY", ""), 200);
    assert_eq!(program.ask("GET /SECRET-PATH", ""), 404);
    assert_eq!(program.ask("SECRETVERB /sign-in", ""), 405);
    let foreign = program.ask(
        "POST /sign-in",
        "login=SECRET-LOGIN&password=SECRET-PASSWORD",
    );
    let callback = "GET /auth/gosuslugi/callback?code=SECRET-CODE&state=SECRET-STATE";
    let unasked = program.ask(callback, "");
    let log = program.stop();

    let spans = spans(&taken);
    let of = |name: &str| {
        let found: Vec<&Span> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(
            found.len(),
            1,
            "{name}: {:?}",
            spans.iter().map(|s| &s.name).collect::<Vec<_>>()
        );
        found[0]
    };
    for (name, status) in [
        ("GET /sign-in", 200),
        ("GET unknown", 404),
        ("other /sign-in", 405),
        ("POST /sign-in", foreign),
        ("GET /auth/{provider}/callback", unasked),
    ] {
        let span = of(name);
        assert_eq!(span.kind, i32::from(SpanKind::Server), "{name}");
        assert_eq!(
            number(&span.attributes, "status"),
            Some(status.into()),
            "{name}"
        );
        assert!(
            span.end_time_unix_nano > span.start_time_unix_nano,
            "{name}"
        );
        // Nobody's word for the trace that it belongs to.
        assert!(span.parent_span_id.is_empty(), "{name}");
        let request = text(&span.attributes, "request").unwrap();
        assert!(
            log.contains(request),
            "{name}: the log has no request {request}"
        );
        assert_ne!(
            span.status.as_ref().map(|status| status.code),
            Some(StatusCode::Error.into()),
            "{name}: a refusal is no fault"
        );
    }
    // Lines that were written on the way come with the span.
    let lines = |span: &Span| {
        span.events
            .iter()
            .map(|e| e.name.clone())
            .collect::<Vec<_>>()
    };
    let told = lines(of("POST /sign-in"));
    assert_eq!(told, ["a form from elsewhere was refused"]);

    let allowed = BTreeSet::from(ATTRIBUTES);
    for span in &spans {
        for attribute in &span.attributes {
            assert!(
                allowed.contains(attribute.key.as_str()),
                "{}",
                attribute.key
            );
        }
    }
    for body in taken.lock().unwrap().iter() {
        let whole = String::from_utf8_lossy(body);
        assert!(!whole.contains("SECRET"), "{whole}");
        assert!(!whole.contains("127.0.0.1"), "nobody's address: {whole}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_holds_nobody_up() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    let program = Program::start(nobody);
    for _ in 0..3 {
        assert_eq!(program.ask("GET /sign-in", ""), 200);
    }
    let log = program.stop();
    let told = log.matches("traces cannot be sent").count();
    assert_eq!(told, 1, "{log}");
}
