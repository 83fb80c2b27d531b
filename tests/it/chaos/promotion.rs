//! The database's first server goes away for good under load, and its synchronous standby is
//! promoted: no change that a page has told of is lost, and the servers go on by themselves.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use tokio::time::{Instant, sleep};

use super::{RECOVERY, Tally, begin, records, to_database};
use crate::stand::{Kind, Stand};

/// So many walks end well before the promotion, and as many after it.
const WALKS: u64 = 12;

async fn until(tally: &Tally, walks: u64) -> Result<()> {
    let begun = Instant::now();
    while tally.done.load(Ordering::SeqCst) < walks {
        if begun.elapsed() > RECOVERY {
            bail!("{walks} walks never ended well: {tally:?}");
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "whoever runs it by hand reads how it went"
)]
#[ignore = "`tools/chaos/run promotion`, which ./test calls, makes its pair of servers"]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i3_a_promoted_standby_has_every_change_that_was_told_of() -> Result<()> {
    let stand = Arc::new(Stand::start_two(&Kind::of_tests().named("promotion")).await?);
    let records = stand.records().await?;
    let before = records.dump().await?;
    let (stop, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
    let walks = begin(&stand, &stop, &tally);
    until(&tally, WALKS).await?;

    let told = tally
        .acknowledged
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let at = Instant::now();
    ensure!(
        to_database("fail-over").await?,
        "the pair is this test's own"
    );
    // Nobody restarts a server of ours or tells it anything.
    let dump = records.dump().await?;
    let away = at.elapsed();
    for (login, links) in &told {
        let account = records.account(login).await?.account().id;
        let found = records::told_of(&dump, account.uuid(), "linked");
        ensure!(
            found >= *links,
            "{login}: {links} links were told of, {found} are there"
        );
    }
    until(&tally, tally.done.load(Ordering::SeqCst) + WALKS).await?;
    stop.store(true, Ordering::SeqCst);
    for walk in walks {
        walk.await??;
    }
    let found = records::hold(&before, &records.dump().await?)?;
    println!(
        "promoted within {} ms; {} links were told of before, none is lost; {found}",
        away.as_millis(),
        told.values().sum::<usize>()
    );
    Ok(())
}
