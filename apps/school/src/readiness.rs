//! What must hold before people are let in: asked by the public `/readyz`, which says yes or no,
//! and by the operator's own listener, which tells each check by name.

use std::{fmt, sync::Arc, time::Duration};

use chrono::TimeDelta;
use linking_core::{ports::Clock, time::Timestamp};
use linking_crypto::SystemClock;
use tokio::{sync::Mutex, time::Instant};

use crate::installation::Installation;

/// Clocks that differ by more would end steps at their birth, or let them live too long
/// (`threats.md` I12).
const CLOCKS_AGREE: TimeDelta = TimeDelta::minutes(5);
/// Strangers may ask as often as they like: the database is asked no more than once in this time.
const FRESH: Duration = Duration::from_secs(1);

/// The names of all checks.
pub const CHECKS: &[&str] = &["database", "installation", "trail", "clock"];

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Whether it holds, or why not. Names no value of a person, and of keys fingerprints alone.
    pub result: Result<(), String>,
    /// By how many seconds this server's clock is ahead, where that was measured.
    pub clock_difference: Option<f64>,
}

/// Whether all of it holds.
#[must_use]
pub fn is_ready(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.result.is_ok())
}

/// Asks, and keeps the answer for a moment.
pub struct Readiness {
    installation: Installation,
    /// The machine's own clock; the use cases' may be another one in tests.
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Instant, Vec<Check>)>>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").finish_non_exhaustive()
    }
}

impl Readiness {
    /// Of an installation, by the machine's clock.
    #[must_use]
    pub fn new(installation: Installation) -> Self {
        Self::by_clock(installation, Arc::new(SystemClock))
    }

    /// The same by another clock.
    #[must_use]
    pub fn by_clock(installation: Installation, clock: Arc<dyn Clock>) -> Self {
        Self {
            installation,
            clock,
            kept: Mutex::new(None),
        }
    }

    /// The installation that is asked.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Every check, in order; after the first one that fails those that need it are left out.
    pub async fn checks(&self) -> Vec<Check> {
        let mut kept = self.kept.lock().await;
        if let Some((at, checks)) = kept.as_ref()
            && at.elapsed() < FRESH
        {
            return checks.clone();
        }
        let checks = self.ask().await;
        for check in &checks {
            if let Err(why) = &check.result {
                tracing::error!(check = check.name, why, "not ready");
            }
        }
        *kept = Some((Instant::now(), checks.clone()));
        checks
    }

    async fn ask(&self) -> Vec<Check> {
        let storage = &self.installation.storage;
        let check = |name, result| Check {
            name,
            result,
            clock_difference: None,
        };
        let database = storage.check_ready().await;
        let answers = database.is_ok();
        let mut checks = vec![check("database", database.map_err(|e| e.to_string()))];
        if answers {
            let fits = self.installation.check().await;
            checks.push(check("installation", fits.map_err(|e| e.to_string())));
            let trail = storage.check_trail(self.clock.now()).await;
            checks.push(check("trail", trail.map_err(|e| e.to_string())));
            match storage.time().await {
                Ok(Some(time)) => checks.push(clocks(time, self.clock.now())),
                // An embedded database has the machine's own clock.
                Ok(None) => {}
                Err(error) => checks.push(check("clock", Err(error.to_string()))),
            }
        }
        checks
    }
}

/// Whether two clocks agree.
fn clocks(database: Timestamp, here: Timestamp) -> Check {
    let ahead = here - database;
    let result = if ahead.abs() < CLOCKS_AGREE {
        Ok(())
    } else {
        Err(format!(
            "this server's clock differs from the database's by {} seconds",
            ahead.num_seconds()
        ))
    };
    Check {
        name: "clock",
        result,
        clock_difference: i32::try_from(ahead.num_seconds()).ok().map(f64::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i12_clocks_that_differ_by_five_minutes_are_not_ready_and_measured() {
        let now = Timestamp::UNIX_EPOCH;
        for (seconds, agree) in [
            (0, true),
            (30, true),
            (-30, true),
            (299, true),
            (300, false),
            (-301, false),
        ] {
            let check = clocks(now, now + TimeDelta::seconds(seconds));
            assert_eq!(check.result.is_ok(), agree, "{seconds}");
            assert_eq!(
                check.clock_difference,
                Some(f64::from(i32::try_from(seconds).unwrap()))
            );
        }
    }
}
