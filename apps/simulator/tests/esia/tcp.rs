//! Over a real connection: resets, half answers, bodies without end, the shutdown.

use std::io::ErrorKind;
use std::net::SocketAddr;

use linking_simulator::{Fault, Place, Transport, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::stand::Stand;

struct Served {
    stand: Stand,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn served() -> Served {
    let stand = Stand::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(serve(listener, stand.simulator.clone(), async {
        drop(stopped.await);
    }));
    Served {
        stand,
        address,
        stop,
        task,
    }
}

impl Served {
    async fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: stand\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    fn set(&self, transport: Transport) {
        self.stand
            .control
            .set_fault_times(Fault::Transport(Place::Keys, transport), 1);
    }
}

const PATH: &str = "/public/keys/rsa-1.pem";

#[tokio::test]
async fn a_reset_ends_the_connection_without_an_answer() {
    let served = served().await;
    served.set(Transport::Reset);
    let mut answer = Vec::new();
    let end = served.ask(PATH).await.read_to_end(&mut answer).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(answer.is_empty());
    let mut whole = String::new();
    served
        .ask(PATH)
        .await
        .read_to_string(&mut whole)
        .await
        .unwrap();
    assert!(whole.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn half_an_answer_promises_more_than_comes() {
    let served = served().await;
    served.set(Transport::Half);
    let mut answer = Vec::new();
    drop(served.ask(PATH).await.read_to_end(&mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised: usize = head
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        })
        .unwrap();
    assert_eq!(body.len(), promised / 2);
    assert!(body.starts_with("-----BEGIN"));
}

#[tokio::test]
async fn an_endless_body_goes_on_until_the_reader_stops() {
    let served = served().await;
    served.set(Transport::Endless);
    let mut stream = served.ask(PATH).await;
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    while total < 32 * 1024 * 1024 {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0);
        total += read;
    }
}

#[tokio::test]
async fn the_stand_stops_when_told() {
    let served = served().await;
    let mut answer = String::new();
    served
        .ask("/")
        .await
        .read_to_string(&mut answer)
        .await
        .unwrap();
    assert!(answer.contains("Учебный стенд"));
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}
