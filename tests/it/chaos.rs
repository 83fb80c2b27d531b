//! Servers and the database are killed at random while people link, sign in and unlink; then the
//! records are held to the invariants (`domain.md`, Decisions; `threats.md` I3, I4, E7).
//!
//! `SVYAZKA_CHAOS_KILLS` says how often (200 of the gate), `SVYAZKA_CHAOS_SEED` by which seed;
//! `tools/chaos` runs it by hand.

mod promotion;
mod records;

use std::{
    collections::BTreeMap,
    env,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{
    client::Client,
    stand::{Kind, Stand},
};

/// Who walks: login in the diary, person at the provider.
pub(crate) const PEOPLE: [(&str, &str); 6] = [
    ("dmitrieva30", "dmitrieva"),
    ("sokolova", "sokolova"),
    ("polina", "sokolova-polina"),
    ("li", "li"),
    ("orlov", "orlov"),
    ("belova", "belova"),
];
/// How long a walk may take to end well once nobody is killed any more: what a lost server had
/// claimed is free again after half a minute.
const RECOVERY: Duration = Duration::from_secs(90);

/// Numbers that a seed repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // Steele, Lea and Flood's SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn number(variable: &str, usual: u64) -> Result<u64> {
    match env::var(variable) {
        Ok(text) => text.parse().with_context(|| format!("{variable}={text}")),
        Err(_) => Ok(usual),
    }
}

/// What became of the walks.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    done: AtomicU64,
    broken: AtomicU64,
    /// Links of which a page has told the person, by login.
    acknowledged: Mutex<BTreeMap<&'static str, usize>>,
}

impl Tally {
    fn acknowledge(&self, login: &'static str) {
        let mut all = self
            .acknowledged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *all.entry(login).or_default() += 1;
    }
}

/// From nothing to a link, in over it, and to nothing again, in a new browser.
pub(crate) async fn round(
    stand: &Stand,
    (login, persona): (&'static str, &'static str),
    tally: &Tally,
) -> Result<()> {
    let client = Client::new();
    let page = stand.come_from_provider(&client, persona).await?;
    if page.name() == "not-linked" {
        let prove = stand.agree(&client, &page).await?;
        let password = stand.password_of(login)?;
        let mut page = stand.prove_with(&client, &prove, login, password).await?;
        if page.name() == "contacts" {
            tally.acknowledge(login);
            page = client.press(&page, "Ничего не сохранять", &[]).await?;
            page.expect("linked")?;
        } else {
            page.expect("linked")?;
            tally.acknowledge(login);
        }
    } else {
        page.expect("home")?;
    }
    let address = stand.at("/settings/ways/gosuslugi/unlink");
    let mut page = client.open(&address).await?;
    if page.name() == "step-up" {
        let password = [("password", stand.password_of(login)?)];
        page = client.press(&page, "Продолжить", &password).await?;
    }
    let page = page.expect("unlink")?;
    let page = client.press(&page, "Отключить Госуслуги", &[]).await?;
    page.expect("unlinked").map(drop)
}

/// Walks until told to stop. A walk that broke begins anew, as a person would; an answer that is
/// no page of ours ends the test.
async fn walk(
    stand: Arc<Stand>,
    person: (&'static str, &'static str),
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
) -> Result<()> {
    while !stop.load(Ordering::SeqCst) {
        match round(&stand, person, &tally).await {
            Ok(()) => tally.done.fetch_add(1, Ordering::SeqCst),
            Err(error) => {
                let told = format!("{error:#}");
                ensure!(!told.contains("got 500"), "{}: {told}", person.0);
                sleep(Duration::from_millis(50)).await;
                tally.broken.fetch_add(1, Ordering::SeqCst)
            }
        };
    }
    // Nobody is killed now: every journey comes to its end.
    let begun = Instant::now();
    loop {
        match round(&stand, person, &tally).await {
            Ok(()) => return Ok(()),
            Err(error) if begun.elapsed() > RECOVERY => {
                return Err(error.context(format!("{} is stuck", person.0)));
            }
            Err(_) => sleep(Duration::from_millis(500)).await,
        }
    }
}

/// Everybody begins to walk.
fn begin(
    stand: &Arc<Stand>,
    stop: &Arc<AtomicBool>,
    tally: &Arc<Tally>,
) -> Vec<JoinHandle<Result<()>>> {
    let walk = |person| {
        walk(
            Arc::clone(stand),
            person,
            Arc::clone(stop),
            Arc::clone(tally),
        )
    };
    PEOPLE
        .into_iter()
        .map(|person| tokio::spawn(walk(person)))
        .collect()
}

/// Does something to the database server, where it is this test's own: `crash` ends it without a
/// warning and starts it anew, `fail-over` ends it and promotes the standby.
async fn to_database(what: &'static str) -> Result<bool> {
    let Ok(target) = env::var("SVYAZKA_CHAOS_POSTGRES") else {
        return Ok(false);
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres");
    let done = tokio::task::spawn_blocking(move || {
        Command::new(script)
            .arg(what)
            .env("CARGO_TARGET_DIR", target)
            .stdout(Stdio::null())
            .status()
    });
    ensure!(done.await??.success(), "the database does not come back");
    Ok(true)
}

#[expect(
    clippy::print_stdout,
    reason = "whoever runs it by hand reads how it went"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn chaos_loses_nothing_doubles_nothing_and_leaves_nothing_half_made() -> Result<()> {
    let kills = number("SVYAZKA_CHAOS_KILLS", 200)?;
    let seed = number("SVYAZKA_CHAOS_SEED", 20_261_130)?;
    let stand = Arc::new(Stand::start_two(&Kind::of_tests().named("chaos")).await?);
    let records = stand.records().await?;
    let before = records.dump().await?;
    let (stop, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
    let walks = begin(&stand, &stop, &tally);
    let mut dice = Dice(seed);
    let (mut servers, mut databases) = (0, 0);
    while servers + databases < kills {
        sleep(Duration::from_millis(150 + dice.below(450))).await;
        // One kill in eight is the database's.
        if dice.below(8) == 0 && to_database("crash").await? {
            databases += 1;
        } else {
            stand.crash_one(usize::try_from(dice.below(2))?)?;
            servers += 1;
        }
        // A walk that ended before it was told to says why below.
        if walks.iter().any(JoinHandle::is_finished) {
            break;
        }
    }
    stop.store(true, Ordering::SeqCst);
    for walk in walks {
        walk.await??;
    }
    let after = records.dump().await?;
    let found = records::hold(&before, &after)?;
    let (done, broken) = (&tally.done, &tally.broken);
    println!(
        "seed {seed}: {servers} servers and {databases} databases were killed; {} walks ended \
         well, {} were cut off; {found}",
        done.load(Ordering::SeqCst),
        broken.load(Ordering::SeqCst),
    );
    ensure!(done.load(Ordering::SeqCst) > 0, "no walk ever ended well");
    Ok(())
}
