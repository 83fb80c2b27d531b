//! The program in this process, by a clock that a test sets.

use std::{
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::Result;
use chrono::TimeDelta;
use linking_core::{ports::Clock, time::Timestamp};
use linking_crypto::SystemClock;
use linking_school::{
    app::App,
    installation::Installation,
    settings::{Settings, Sources},
};

/// The system's clock, as far ahead as the test says; or one that stands still.
#[derive(Debug, Default)]
pub(super) struct TestClock {
    ahead: AtomicI64,
    stopped_at: OnceLock<Timestamp>,
}

impl TestClock {
    /// Sets the clock forward by so much more.
    pub(super) fn pass(&self, time: TimeDelta) {
        let micros = time.num_microseconds().unwrap_or(i64::MAX);
        self.ahead.fetch_add(micros, Ordering::SeqCst);
    }

    /// From now on the clock goes on only by [`Self::pass`].
    pub(super) fn stop(&self) {
        self.stopped_at.get_or_init(|| SystemClock.now());
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let base = self.stopped_at.get().copied();
        base.unwrap_or_else(|| SystemClock.now())
            + TimeDelta::microseconds(self.ahead.load(Ordering::SeqCst))
    }
}

/// The program as it is assembled for real, but for the clock.
pub(super) async fn app(configuration: &Path, clock: Arc<TestClock>) -> Result<App> {
    let settings = Settings::load(&Sources {
        file: Some(configuration.to_owned()),
        ..Sources::default()
    })?;
    let mut installation = Installation::open(&settings).await?;
    installation.clock = clock;
    Ok(App::assemble(&settings, installation)?)
}
