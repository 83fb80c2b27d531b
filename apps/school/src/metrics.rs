//! What a server tells of itself to its operator, on a listener of its own: counts, times and
//! states, never anything of a person. Every label comes from a fixed list, which a test holds
//! (`threats.md` J7, H1).

mod counted;
mod page;
#[cfg(test)]
pub(crate) mod tests;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use linking_core::{provider::ProviderId, refusal::RefusalCode, time::Timestamp};
use linking_gosuslugi::{CertificateLife, CertificateOf};
use linking_storage::ACTS;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    BuildError, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tokio::time::Instant;

use crate::{installation::Installation, readiness::Check, telemetry::RefusedWith};

pub use counted::Counted;
pub use page::router;

/// Where each measure comes from, for the recorder.
const SOURCE: Metadata<'static> = Metadata::new("svyazka", Level::INFO, None);
/// The limits of times, in seconds: a page, a page with a password, a provider's slow answer.
const LIMITS: [f64; 6] = [0.005, 0.02, 0.1, 0.5, 2.0, 8.0];

/// From which list the values of a label come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Patterns of routes, and `unknown`.
    Routes,
    /// Statuses of HTTP.
    Statuses,
    /// Stable codes of refusals, and `other`.
    Refusals,
    /// Keys of connected providers.
    Providers,
    /// Acts of the trail.
    Acts,
    /// These words.
    Of(&'static [&'static str]),
}

/// How a measure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the program starts anew.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Times, by limits.
    Histogram,
}

/// A measure.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its name, with its unit.
    pub name: &'static str,
    /// How it is read.
    pub kind: Kind,
    /// What it tells.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [(&'static str, Values)],
}

macro_rules! measures {
    ($($id:ident = $kind:ident $name:literal [$($label:literal: $values:expr),*] $help:literal;)*) => {
        $(const $id: Measure = Measure {
            name: $name,
            kind: Kind::$kind,
            help: $help,
            labels: &[$(($label, $values)),*],
        };)*
        /// Every measure.
        pub const MEASURES: &[Measure] = &[$($id),*];
    };
}

measures! {
    REQUESTS = Counter "svyazka_requests_total" ["route": Values::Routes, "status": Values::Statuses]
        "Requests, by the pattern of their route and the status of the answer.";
    REQUEST_SECONDS = Histogram "svyazka_request_seconds" ["route": Values::Routes]
        "Time from a request to the beginning of its answer.";
    REFUSALS = Counter "svyazka_refusals_total" ["code": Values::Refusals]
        "Pages that refused something, by the refusal's code.";
    ACTS_DONE = Counter "svyazka_acts_total" ["act": Values::Acts]
        "Changes on the audit trail by this server: sign-ins, links, unlinks and others.";
    PROVIDER_CALLS = Counter "svyazka_provider_calls_total" [
        "provider": Values::Providers,
        "step": Values::Of(&["begin", "advance"]),
        "outcome": Values::Of(&["ok", "unavailable", "restart", "answer-invalid", "configuration"])
    ] "Steps at a provider, by how they ended.";
    PROVIDER_SECONDS = Histogram "svyazka_provider_step_seconds" ["provider": Values::Providers]
        "Time of a step at a provider.";
    HASHES = Counter "svyazka_password_hashes_total" []
        "Password hashes that were computed.";
    HASHES_WAITING = Gauge "svyazka_password_hashes_waiting" []
        "Passwords that wait for a thread.";
    STATEMENTS = Counter "svyazka_database_statements_total" []
        "Statements sent to the database.";
    COMMITS = Counter "svyazka_database_commits_total" []
        "Commits.";
    CONFLICTS = Counter "svyazka_database_conflicts_total" []
        "Changes that somebody else was quicker than; they are decided anew.";
    FAULTS = Counter "svyazka_database_faults_total" []
        "Changes that the database did not take: people were told to try again.";
    SWEPT = Counter "svyazka_swept_total" []
        "Expired steps, sessions and counters that were removed.";
    OUTBOX = Gauge "svyazka_outbox_waiting" []
        "Events that wait to be sent.";
    OUTBOX_AGE = Gauge "svyazka_outbox_oldest_seconds" []
        "Age of the oldest event that waits.";
    READY = Gauge "svyazka_ready" ["check": Values::Of(crate::readiness::CHECKS)]
        "1 where what must hold does, 0 where it does not.";
    CLOCK = Gauge "svyazka_clock_difference_seconds" []
        "How far this server's clock is ahead of the database's.";
    CERTIFICATE = Gauge "svyazka_certificate_days_left" [
        "provider": Values::Providers,
        "of": Values::Of(&["own", "next", "tokens"])
    ] "Days until a certificate ends: our own, our next one, the last one that checks tokens.";
    MEMORY = Gauge "svyazka_process_memory_bytes" []
        "Memory of the process that is resident.";
}

/// The measures of one server.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// Never, but the recorder's builder says so.
    pub fn new() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&LIMITS)?
            .build_recorder();
        for measure in MEASURES {
            let name = KeyName::from_const_str(measure.name);
            let help = measure.help.into();
            match measure.kind {
                Kind::Counter => recorder.describe_counter(name, None, help),
                Kind::Gauge => recorder.describe_gauge(name, None, help),
                Kind::Histogram => recorder.describe_histogram(name, None, help),
            }
        }
        let handle = recorder.handle();
        Ok(Self { recorder, handle })
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn text(&self) -> String {
        self.handle.render()
    }

    /// Folds times into their limits; without it they would gather.
    pub fn fold(&self) {
        self.handle.run_upkeep();
    }

    fn key(measure: Measure, values: &[&str]) -> Key {
        let labels: Vec<Label> = measure
            .labels
            .iter()
            .zip(values)
            .map(|((name, _), value)| Label::new(*name, (*value).to_owned()))
            .collect();
        Key::from_parts(measure.name, labels)
    }

    fn counter(&self, measure: Measure, values: &[&str]) -> Counter {
        self.recorder
            .register_counter(&Self::key(measure, values), &SOURCE)
    }

    fn gauge(&self, measure: Measure, values: &[&str]) -> Gauge {
        self.recorder
            .register_gauge(&Self::key(measure, values), &SOURCE)
    }

    fn histogram(&self, measure: Measure, values: &[&str]) -> Histogram {
        self.recorder
            .register_histogram(&Self::key(measure, values), &SOURCE)
    }

    /// Counts what a sweep removed.
    pub fn swept(&self, number: u64) {
        self.counter(SWEPT, &[]).increment(number);
    }

    fn request(&self, route: &str, status: u16, refusal: Option<&str>, time: Duration) {
        self.counter(REQUESTS, &[route, &status.to_string()])
            .increment(1);
        self.histogram(REQUEST_SECONDS, &[route]).record(time);
        if let Some(code) = refusal {
            let known = RefusalCode::ALL.iter().any(|known| known.as_str() == code);
            let code = if known { code } else { "other" };
            self.counter(REFUSALS, &[code]).increment(1);
        }
    }

    /// Takes what is read once a look: the database's counts, queues, states.
    pub async fn sample(
        &self,
        installation: &Installation,
        checks: &[Check],
        certificates: &[(ProviderId, CertificateLife)],
        now: Timestamp,
    ) {
        let counts = installation.storage.statements();
        self.counter(STATEMENTS, &[]).absolute(counts.statements);
        self.counter(COMMITS, &[]).absolute(counts.commits);
        self.counter(CONFLICTS, &[]).absolute(counts.conflicts);
        self.counter(FAULTS, &[]).absolute(counts.faults);
        for (act, number) in ACTS.iter().zip(counts.acts) {
            self.counter(ACTS_DONE, &[act]).absolute(number);
        }
        self.counter(HASHES, &[])
            .absolute(installation.hasher.hashes());
        let waiting = u32::try_from(installation.hasher.waiting()).unwrap_or(u32::MAX);
        self.gauge(HASHES_WAITING, &[]).set(waiting);
        for check in checks {
            let holds = if check.result.is_ok() { 1.0 } else { 0.0 };
            self.gauge(READY, &[check.name]).set(holds);
            if let Some(seconds) = check.clock_difference {
                self.gauge(CLOCK, &[]).set(seconds);
            }
        }
        for (provider, life) in certificates {
            let days = i32::try_from(life.days_left).unwrap_or(i32::MAX);
            self.gauge(CERTIFICATE, &[provider.as_str(), word_of(life.of)])
                .set(days);
        }
        if let Ok((depth, oldest)) = installation.storage.outbox().await {
            let depth = u32::try_from(depth).unwrap_or(u32::MAX);
            self.gauge(OUTBOX, &[]).set(depth);
            let age = oldest.map_or(0, |oldest| (now - oldest).num_seconds().max(0));
            let age = u32::try_from(age).unwrap_or(u32::MAX);
            self.gauge(OUTBOX_AGE, &[]).set(age);
        }
        if let Some(octets) = resident_octets() {
            self.gauge(MEMORY, &[]).set(octets);
        }
    }
}

/// Counts a request. To be laid over the routes, so that it sees their patterns.
pub async fn observe(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let refusal = response.extensions().get::<RefusedWith>();
    metrics.request(
        route.as_ref().map_or("unknown", MatchedPath::as_str),
        response.status().as_u16(),
        refusal.map(|refused| refused.0),
        started.elapsed(),
    );
    response
}

const fn word_of(certificate: CertificateOf) -> &'static str {
    match certificate {
        CertificateOf::Client => "own",
        CertificateOf::Next => "next",
        CertificateOf::Tokens => "tokens",
    }
}

/// What the system says of this process; nothing where it has no such file.
fn resident_octets() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u32 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(f64::from(kib) * 1024.0)
}
