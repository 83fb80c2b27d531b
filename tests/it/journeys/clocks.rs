//! Servers whose clocks differ (`threats.md` I12).

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use linking_core::{ports::Clock, time::Timestamp};
use linking_crypto::SystemClock;
use linking_school::{
    installation::Installation,
    readiness::{Readiness, is_ready},
    settings::{Settings, Sources},
};

use crate::{
    chaos::{PEOPLE, Tally, round},
    client::Client,
    stand::{Kind, Stand},
};

/// SGO-2: from the local password to a link, and to its end.
async fn from_the_settings(stand: &Stand, login: &str, persona: &str) -> Result<()> {
    let client = Client::new();
    stand.sign_in(&client, login).await?;
    let page = stand.come_to_confirm(&client, persona).await?;
    let page = client.press(&page.expect("who")?, "Связать", &[]).await?;
    let page = client
        .press(&page.expect("contacts")?, "Ничего не сохранять", &[])
        .await?;
    page.expect("linked")?;
    let address = stand.at("/settings/ways/gosuslugi/unlink");
    let page = client.open(&address).await?.expect("unlink")?;
    let page = client.press(&page, "Отключить Госуслуги", &[]).await?;
    page.expect("unlinked").map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn i12_servers_half_a_minute_apart_serve_every_journey_together() -> Result<()> {
    for seconds in [30, -30] {
        let name = Kind::of_tests().named(&format!("i12-{seconds}"));
        let stand = Stand::start_skewed(&name, TimeDelta::seconds(seconds)).await?;
        let [person, other, ..] = PEOPLE;
        // Which step is whose turns over with each request: once for either of them to begin.
        for turn in 0..2 {
            let walked = async {
                round(&stand, other, &Tally::default()).await?;
                from_the_settings(&stand, person.0, person.1).await?;
                Client::new().get(&stand.at("/healthz")).await.map(drop)
            };
            walked
                .await
                .with_context(|| format!("{seconds} s ahead, turn {turn}"))?;
        }
    }
    Ok(())
}

/// The machine's clock, so far ahead.
#[derive(Debug)]
struct Ahead(TimeDelta);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i12_a_server_five_minutes_off_its_database_is_not_ready() -> Result<()> {
    let stand = Stand::start(&Kind::of_tests().named("i12-readiness")).await?;
    let settings = Settings::load(&Sources {
        file: Some(stand.configuration().to_owned()),
        ..Sources::default()
    })?;
    for (minutes, fits) in [(0, true), (4, true), (6, false), (-6, false)] {
        let installation = Installation::open(&settings).await?;
        let clock = Arc::new(Ahead(TimeDelta::minutes(minutes)));
        let checks = Readiness::by_clock(installation, clock).checks().await;
        let clock = checks.iter().find(|check| check.name == "clock");
        match Kind::of_tests() {
            // The embedded database has the machine's own clock.
            Kind::Sqlite => ensure!(clock.is_none() && is_ready(&checks), "{checks:?}"),
            Kind::Postgres => {
                let clock = clock.context("the clocks are compared")?;
                ensure!(is_ready(&checks) == fits, "{minutes} min: {checks:?}");
                let ahead = clock.clock_difference.context("and measured")?;
                let off = ahead - f64::from(i32::try_from(minutes * 60)?);
                ensure!(off.abs() < 30.0, "{minutes} min: {ahead} s");
            }
        }
    }
    Ok(())
}
