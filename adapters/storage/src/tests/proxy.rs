//! A network between the store and PostgreSQL that can be cut.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What a client says when it commits: a query of this text.
const COMMIT: &[u8] = b"COMMIT";

#[derive(Debug, Default)]
struct Switches {
    /// The next commit reaches the server, and its answer does not come back.
    lose_next_answer: AtomicBool,
    /// The next commit does not reach the server.
    lose_next_commit: AtomicBool,
    lost: AtomicU64,
}

/// Forwards to a server until it is cut.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    cut: watch::Sender<bool>,
    switches: Arc<Switches>,
}

impl Proxy {
    pub(super) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, watched) = watch::channel(false);
        let switches = Arc::new(Switches::default());
        let shared = Arc::clone(&switches);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *watched.borrow() {
                    continue;
                }
                let (watched, shared) = (watched.clone(), Arc::clone(&shared));
                tokio::spawn(forward(client, server, watched, shared));
            }
        });
        Self {
            address,
            cut,
            switches,
        }
    }

    /// Ends every connection and takes none, until [`Self::mend`].
    pub(super) fn cut(&self) {
        self.cut.send_replace(true);
    }

    pub(super) fn mend(&self) {
        self.cut.send_replace(false);
    }

    pub(super) fn lose_next_answer(&self) {
        self.switches.lose_next_answer.store(true, Ordering::SeqCst);
    }

    pub(super) fn lose_next_commit(&self) {
        self.switches.lose_next_commit.store(true, Ordering::SeqCst);
    }

    pub(super) fn lost(&self) -> u64 {
        self.switches.lost.load(Ordering::SeqCst)
    }
}

async fn forward(
    mut client: TcpStream,
    server: SocketAddr,
    mut cut: watch::Receiver<bool>,
    switches: Arc<Switches>,
) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            () = until_cut(&mut cut) => return,
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let said = &asked[..length];
                let commits = said.windows(COMMIT.len()).any(|window| window == COMMIT);
                if commits && switches.lose_next_commit.swap(false, Ordering::SeqCst) {
                    switches.lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if server.write_all(said).await.is_err() {
                    return;
                }
                if commits && switches.lose_next_answer.swap(false, Ordering::SeqCst) {
                    // The server has done it once it answers.
                    let _ = server.read(&mut answered).await;
                    switches.lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn until_cut(cut: &mut watch::Receiver<bool>) {
    let _ = cut.wait_for(|cut| *cut).await;
}
