//! I: a provider that is away or slow.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http::StatusCode;
use linking_simulator::{Fault, Place, Transport};

use crate::{attacks::Ground, client::Client};

#[tokio::test(flavor = "multi_thread")]
async fn i1_a_provider_that_is_away_is_told_at_once_and_waited_for() -> Result<()> {
    let ground = Ground::new("i1").await?;
    let control = ground.stand.control();
    let broken = [
        Transport::Reset,
        Transport::Html(500),
        Transport::Html(502),
        Transport::Html(503),
        Transport::Half,
        Transport::Garbage,
        Transport::Redirect("https://evil.example/".to_owned()),
        Transport::Endless,
    ];
    for place in [Place::Token, Place::Rest] {
        for fault in &broken {
            control.clear_faults();
            // The person's data are asked for once more, without the contacts.
            let times = if place == Place::Rest { 2 } else { 1 };
            control.set_fault_times(Fault::Transport(place, fault.clone()), times);
            let before = ground.dump().await?;
            let client = ground.stand.client();
            let begun = Instant::now();
            let page = ground
                .stand
                .come_from_provider(&client, "kuznetsova")
                .await?;
            let took = begun.elapsed();
            ensure!(
                took < Duration::from_secs(9),
                "{place:?} {fault:?}: {took:?}"
            );
            let code = page.refusal().unwrap_or_default();
            ensure!(
                ["provider-unavailable", "provider-answer-invalid"].contains(&code.as_str()),
                "{place:?} {fault:?}: {code} {}",
                page.text()
            );
            if code == "provider-unavailable" {
                ensure!(page.status == StatusCode::SERVICE_UNAVAILABLE);
                ensure!(!page.header("retry-after").is_empty());
            }
            ground.holds(&before).await?;
            // One press, and it goes on where it was.
            let button = if code == "provider-unavailable" {
                "Попробовать ещё раз"
            } else {
                "Начать заново"
            };
            client
                .press(&page, button, &[])
                .await?
                .expect("not-linked")?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_slow_provider_slows_nobody_else() -> Result<()> {
    let ground = Ground::new("i2").await?;
    let control = ground.stand.control();
    control.set_fault(Fault::Transport(Place::Token, Transport::NoAnswer));
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let client = Client::new();
        let page = ground.stand.begin_at_provider(&client).await?;
        let callback = ground
            .stand
            .callback_of(&client, page, "kuznetsova")
            .await?;
        waiting.push((client, callback));
    }
    let before = ground.dump().await?;
    let begun = Instant::now();
    let all: Vec<_> = waiting
        .into_iter()
        .map(|(client, callback)| tokio::spawn(async move { client.open(callback.as_str()).await }))
        .collect();
    // People who use no provider do not notice.
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let asked = Instant::now();
        ground
            .stand
            .sign_in(&ground.stand.client(), "sokolov")
            .await?;
        slowest = slowest.max(asked.elapsed());
    }
    ensure!(slowest < Duration::from_secs(4), "{slowest:?}");
    for task in all {
        let page = task.await??;
        page.expect_refusal("provider-unavailable")?;
    }
    ensure!(
        begun.elapsed() < Duration::from_secs(14),
        "{:?}",
        begun.elapsed()
    );
    let mut after = ground.dump().await?;
    // The five sign-ins are theirs.
    let mut before = before;
    for table in ["session", "known_browser"] {
        before.remove(table);
        after.remove(table);
    }
    crate::stand::unchanged(&before, &after)
}
