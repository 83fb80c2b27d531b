mod tls;

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::*;
use crate::{LoopbackHttp, TransportErrorKind as Kind};

/// A peer that plays a script to every connection and counts them.
struct Peer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    async fn start<F>(play: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start_at("127.0.0.1", play).await
    }

    async fn start_at<F>(ip: &str, play: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(play(stream));
            }
        });
        Self {
            address,
            connections,
        }
    }

    /// A peer that reads one request and writes these octets.
    async fn answering(octets: impl Into<Vec<u8>>) -> Self {
        let octets = octets.into();
        Self::start(move |mut stream| {
            let octets = octets.clone();
            async move {
                read_head(&mut stream).await;
                stream.write_all(&octets).await.ok();
            }
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn settings(&self) -> ClientSettings {
        let rules = EgressRules::new([self.address.to_string().parse().unwrap()])
            .with_loopback_http(LoopbackHttp::Allowed);
        let mut settings = ClientSettings::new(rules);
        settings.connect_timeout = Duration::from_mins(1);
        settings.total_timeout = Duration::from_mins(1);
        settings.max_body_bytes = 10_000;
        settings
    }

    /// For calls that must end by their time limit; for all others it is long enough on any
    /// machine.
    fn quick(&self) -> ClientSettings {
        ClientSettings {
            total_timeout: Duration::from_millis(200),
            ..self.settings()
        }
    }

    fn client(&self) -> HttpClient {
        client(self.settings())
    }
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(octet) => head.push(octet),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

fn client(settings: ClientSettings) -> HttpClient {
    install_crypto_provider();
    HttpClient::new(settings).unwrap()
}

async fn get(client: &HttpClient, url: &str) -> Result<http::Response<Vec<u8>>, TransportError> {
    client
        .send(http::Request::get(url).body(Vec::new()).unwrap())
        .await
}

/// Answers of a name service, one for each question.
#[derive(Debug)]
struct ScriptedResolver {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    questions: AtomicUsize,
}

impl ScriptedResolver {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |set: &&[&str]| set.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            questions: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolver for ScriptedResolver {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers.lock().unwrap().pop_front().unwrap_or_default())
    }
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_status_and_headers() {
    let peer = Peer::answering(
        "HTTP/1.1 400 Bad Request\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-length: 2\r\n\r\n{}",
    )
    .await;
    let answer = get(&peer.client(), &peer.url("/te")).await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.body(), b"{}");
    assert_eq!(answer.headers()["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
}

#[tokio::test]
async fn g12_a_redirect_is_handed_back_and_not_followed() {
    let inner = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let peer = Peer::answering(format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        inner.url("/")
    ))
    .await;
    let answer = get(&peer.client(), &peer.url("/")).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn g12_a_forbidden_address_gets_no_packet() {
    let inner = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let port = inner.address.port();
    // The listener's own address is allowed as a host, but private addresses are not.
    let rules = EgressRules::new([inner.address.to_string().parse().unwrap()]);
    let strict = client(ClientSettings::new(rules));
    let demo = inner.client();
    for (client, url, reason) in [
        (
            &strict,
            format!("https://127.0.0.1:{port}/"),
            ForbiddenReason::NetworkAddress,
        ),
        (
            &strict,
            format!("http://127.0.0.1:{port}/"),
            ForbiddenReason::Scheme,
        ),
        (
            &strict,
            format!("https://0x7f000001:{port}/"),
            ForbiddenReason::Address,
        ),
        (
            &strict,
            format!("https://2130706433:{port}/"),
            ForbiddenReason::Address,
        ),
        (
            &strict,
            format!("https://127.1:{port}/"),
            ForbiddenReason::Address,
        ),
        (
            &strict,
            format!("https://[::1]:{port}/"),
            ForbiddenReason::Host,
        ),
        (
            &strict,
            format!("https://[::ffff:10.0.0.1]:{port}/"),
            ForbiddenReason::Address,
        ),
        (
            &strict,
            format!("https://[::ffff:a00:1]:{port}/"),
            ForbiddenReason::Host,
        ),
        (
            &strict,
            "https://169.254.169.254/latest/meta-data".to_owned(),
            ForbiddenReason::Host,
        ),
        (
            &strict,
            "ftp://127.0.0.1/".to_owned(),
            ForbiddenReason::Scheme,
        ),
        (
            &demo,
            format!("http://0x7f000001:{port}/"),
            ForbiddenReason::Address,
        ),
    ] {
        let error = get(client, &url).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Forbidden(reason), "{url}");
        assert!(!error.is_retryable());
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn g12_a_name_with_any_private_address_is_refused_whole() {
    install_crypto_provider();
    for answer in [
        &["8.8.8.8", "10.0.0.1"][..],
        &["10.0.0.1", "8.8.8.8"],
        &["2a00:1450::1", "::1"],
        &["127.0.0.1"],
        &["::ffff:8.8.8.8"],
        &["169.254.169.254"],
        &["100.64.0.1"],
    ] {
        let rules = EgressRules::new(["esia.example".parse().unwrap()]);
        let resolver = ScriptedResolver::new(&[answer]);
        let client = HttpClient::with_resolver(ClientSettings::new(rules), resolver).unwrap();
        let error = get(&client, "https://esia.example/").await.unwrap_err();
        assert_eq!(
            error.kind(),
            Kind::Forbidden(ForbiddenReason::NetworkAddress),
            "{answer:?}: {error}"
        );
    }
}

#[tokio::test]
async fn g12_a_name_is_resolved_once_and_that_address_is_called() {
    let first = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst").await;
    let host = format!("localhost:{}", first.address.port());
    let rules = EgressRules::new([host.parse().unwrap()]).with_loopback_http(LoopbackHttp::Allowed);
    // A second question would be answered with metadata's address.
    let resolver = ScriptedResolver::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
    install_crypto_provider();
    let asked: Arc<dyn Resolver> = resolver.clone();
    let client = HttpClient::with_resolver(ClientSettings::new(rules), asked).unwrap();
    let answer = get(&client, &format!("http://{host}/")).await.unwrap();
    assert_eq!(answer.body(), b"first");
    assert_eq!(resolver.questions.load(Ordering::SeqCst), 1);
    let error = get(&client, &format!("http://{host}/")).await.unwrap_err();
    assert_eq!(
        error.kind(),
        Kind::Forbidden(ForbiddenReason::NetworkAddress)
    );
}

#[tokio::test]
async fn i2_a_peer_that_never_answers_costs_the_time_limit_and_no_more() {
    let peer = Peer::start(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let error = get(&client(peer.quick()), &peer.url("/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn i2_a_dripping_answer_ends_at_the_time_limit() {
    let peer = Peer::start(|mut stream| async move {
        read_head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n")
            .await
            .ok();
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while stream.write_all(b"x").await.is_ok() {
            tick.tick().await;
        }
    })
    .await;
    let error = get(&client(peer.quick()), &peer.url("/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
}

#[tokio::test]
async fn i2_a_call_has_a_place_as_long_as_it_lasts() {
    let reached = Arc::new(Notify::new());
    let notify = Arc::clone(&reached);
    let peer = Peer::start(move |mut stream| {
        let notify = Arc::clone(&notify);
        async move {
            read_head(&mut stream).await;
            notify.notify_one();
            std::future::pending::<()>().await;
        }
    })
    .await;
    let client = client(ClientSettings {
        max_in_flight: 2,
        ..peer.settings()
    });
    let (calling, url) = (client.clone(), peer.url("/"));
    let call = tokio::spawn(async move { get(&calling, &url).await });
    reached.notified().await;
    assert_eq!(client.places.available_permits(), 1);
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(client.places.available_permits(), 2);
}

#[tokio::test]
async fn i2_a_call_beyond_the_limit_waits_and_then_ends() {
    let peer = Peer::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let taken = |client: &HttpClient| Arc::clone(&client.places).try_acquire_owned().unwrap();
    let impatient = client(ClientSettings {
        max_in_flight: 1,
        ..peer.quick()
    });
    let place = taken(&impatient);
    let error = get(&impatient, &peer.url("/")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert_eq!(peer.connections(), 0, "nothing was sent");
    drop(place);
    // Who waits within the time gets the place that becomes free.
    let patient = client(ClientSettings {
        max_in_flight: 1,
        ..peer.settings()
    });
    let place = taken(&patient);
    let url = peer.url("/");
    let mut call = std::pin::pin!(get(&patient, &url));
    let waits = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    assert!(waits);
    drop(place);
    assert_eq!(call.await.unwrap().status(), 204);
}

#[tokio::test]
async fn g12_an_endless_body_is_cut() {
    let peer = Peer::start(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let error = get(&peer.client(), &peer.url("/")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::BodyTooLarge);
    let declared = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await;
    let error = get(&declared.client(), &declared.url("/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::BodyTooLarge);
}

#[tokio::test]
async fn g12_a_compressed_body_is_never_inflated() {
    let peer = Peer::answering(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x08\x00",
    )
    .await;
    let error = get(&peer.client(), &peer.url("/")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
}

#[tokio::test]
async fn i1_half_an_answer_is_no_answer() {
    for half in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf",
        "HTTP/1.1 200",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "",
    ] {
        let peer = Peer::answering(half).await;
        let error = get(&peer.client(), &peer.url("/")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol, "{half:?}: {error}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn i1_a_closed_port_is_no_connection() {
    let peer = Peer::answering("").await;
    let settings = peer.settings();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let rules = EgressRules::new([closed.to_string().parse().unwrap()])
        .with_loopback_http(LoopbackHttp::Allowed);
    let client = client(ClientSettings {
        egress: rules,
        ..settings
    });
    let error = get(&client, &format!("http://{closed}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
}

#[tokio::test]
async fn i1_a_name_without_an_address_is_no_connection() {
    #[derive(Debug)]
    struct NoService;
    #[async_trait]
    impl Resolver for NoService {
        async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Err(io::Error::other("the name service is away"))
        }
    }
    install_crypto_provider();
    let nobody: Arc<dyn Resolver> = ScriptedResolver::new(&[&[]]);
    for resolver in [nobody, Arc::new(NoService)] {
        let rules = EgressRules::new(["esia.example".parse().unwrap()]);
        let client = HttpClient::with_resolver(ClientSettings::new(rules), resolver).unwrap();
        let error = get(&client, "https://esia.example/MARKED")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Connect, "{error}");
        assert!(error.is_retryable());
        assert!(!error.to_string().contains("MARKED"), "{error}");
    }
}

#[tokio::test]
async fn h1_no_path_query_or_answer_in_the_text_of_an_error() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nMARKED-BODY").await;
    let closed = "http://127.0.0.1:1/MARKED-PATH?code=MARKED-CODE";
    for url in [&peer.url("/MARKED-PATH?code=MARKED-CODE"), closed] {
        let error = get(&peer.client(), url).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("MARKED"), "{text}");
        assert!(text.contains("127.0.0.1"), "{text}");
    }
}

#[tokio::test]
async fn a_proxy_is_asked_and_its_password_is_not_printed() {
    let proxy = Peer::start(|mut stream| async move {
        let head = read_head(&mut stream).await;
        let found = head.starts_with("GET http://127.0.0.1:9/x HTTP/1.1\r\n");
        let answer = if found {
            "HTTP/1.1 204 No Content\r\n\r\n"
        } else {
            "HTTP/1.1 400 No\r\n\r\n"
        };
        stream.write_all(answer.as_bytes()).await.ok();
    })
    .await;
    let rules = EgressRules::new(["127.0.0.1:9".parse().unwrap()])
        .with_loopback_http(LoopbackHttp::Allowed);
    let url: ProxyUrl = format!("http://operator:hunter2@{}", proxy.address)
        .parse()
        .unwrap();
    assert!(!format!("{url:?}").contains("hunter2"));
    assert!("ftp://proxy".parse::<ProxyUrl>().is_err());
    let client = client(ClientSettings {
        proxy: Some(url),
        ..ClientSettings::new(rules)
    });
    assert_eq!(
        get(&client, "http://127.0.0.1:9/x").await.unwrap().status(),
        204
    );
    assert!(!format!("{client:?}").contains("hunter2"));
}
