//! The vault's key is exchanged by its commands while people link, sign in and unlink at two
//! servers that are started anew one by one (`threats.md` I6).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    chaos::{PEOPLE, Tally, round},
    client::Client,
    stand::{Kind, Stand},
};

/// So many journeys end between two steps of the exchange.
const BETWEEN: u64 = 40;
/// How long so many may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// People who walk until they are told to stop; the first failure ends it.
struct Load {
    stand: Arc<Stand>,
    stop: Arc<AtomicBool>,
    journeys: Arc<AtomicU64>,
    walks: Vec<JoinHandle<Result<()>>>,
}

impl Load {
    /// Half of the people link and unlink all the time, the others are linked and come in.
    async fn begin(stand: Arc<Stand>) -> Result<Self> {
        let (stop, journeys) = (Arc::default(), Arc::default());
        let mut load = Self {
            stand,
            stop,
            journeys,
            walks: Vec::new(),
        };
        let (linking, coming) = PEOPLE.split_at(PEOPLE.len() / 2);
        for (login, persona) in coming {
            load.stand.linked(login, persona).await?;
            load.walk(move |stand| async move {
                let client = Client::new();
                let page = stand.come_from_provider(&client, persona).await?;
                page.expect("home").map(drop).context(*login)
            });
        }
        for person in linking {
            load.walk(move |stand| async move {
                round(&stand, *person, &Tally::default())
                    .await
                    .context(person.0)
            });
        }
        Ok(load)
    }

    fn walk<F>(&mut self, journey: impl Fn(Arc<Stand>) -> F + Send + 'static)
    where
        F: Future<Output = Result<()>> + Send,
    {
        let (stand, stop) = (Arc::clone(&self.stand), Arc::clone(&self.stop));
        let journeys = Arc::clone(&self.journeys);
        self.walks.push(tokio::spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                journey(Arc::clone(&stand)).await?;
                journeys.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        }));
    }

    /// Waits until so many more journeys have ended.
    async fn goes_on(&self) -> Result<()> {
        let (begun, from) = (Instant::now(), self.journeys.load(Ordering::SeqCst));
        while self.journeys.load(Ordering::SeqCst) < from + BETWEEN {
            if self.walks.iter().any(JoinHandle::is_finished) || begun.elapsed() > PATIENCE {
                // What failed is said at the end.
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn end(self) -> Result<u64> {
        self.stop.store(true, Ordering::SeqCst);
        for walk in self.walks {
            walk.await??;
        }
        Ok(self.journeys.load(Ordering::SeqCst))
    }
}

async fn keys(stand: &Stand, words: &[&str]) -> Result<String> {
    let words = [&["keys"], words].concat();
    match stand.command(&words).await? {
        (true, told) => Ok(told),
        (false, told) => bail!("{words:?}: {told}"),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "whoever runs it by hand reads how it went"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i6_a_key_is_exchanged_under_load_and_nobody_notices() -> Result<()> {
    let stand = Arc::new(Stand::start_two(&Kind::of_tests().named("i6-load")).await?);
    let load = Load::begin(Arc::clone(&stand)).await?;
    let begun = Instant::now();
    load.goes_on().await?;
    for words in [&["add"][..], &["use", "2"]] {
        keys(&stand, words).await?;
        for server in 0..2 {
            stand.roll(server).await?;
            load.goes_on().await?;
        }
    }
    let told = keys(&stand, &["reseal"]).await?;
    ensure!(told.contains("left under key 1: 0 accounts"), "{told}");
    load.goes_on().await?;
    // Whoever came in before is still in, so the old key stays.
    let (done, told) = stand.command(&["keys", "remove", "1"]).await?;
    ensure!(
        !done && told.contains("still needed by 0 accounts"),
        "{told}"
    );
    let journeys = load.end().await?;
    println!(
        "{journeys} journeys in {} s, none failed",
        begun.elapsed().as_secs()
    );
    Ok(())
}
