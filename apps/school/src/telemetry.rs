//! Logs: JSON lines on standard output, one for each request, with the pattern of its route and
//! never its address, query, or anything of a person (`threats.md` H1, G3).

use std::{fmt, panic, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use thiserror::Error;
use tracing::{Instrument, Level, Metadata, Span, field::Empty};
use tracing_subscriber::{
    EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::settings::Settings;
#[cfg(feature = "otlp")]
use crate::traces::Export;

/// The log could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("log.level is no filter: write info, or for example info,linking_school=debug")]
    Filter,
    /// A log is set up already in this process.
    #[error("a log is set up already in this process")]
    Twice,
    /// Traces cannot be sent.
    #[error("traces: {0}")]
    Traces(String),
}

/// The log and the traces of a process, as long as it serves.
#[derive(Debug)]
#[must_use = "traces that wait are sent by stop()"]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    export: Option<Export>,
}

impl Telemetry {
    /// Sends the traces that wait; a few seconds at most.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(clippy::unused_async, reason = "without an exporter nothing waits")
    )]
    pub async fn stop(self) {
        #[cfg(feature = "otlp")]
        if let Some(export) = self.export {
            export.stop().await;
        }
    }
}

/// Libraries that would write addresses, headers or statements at a finer level (`threats.md` H1):
/// whatever the settings say, they tell warnings alone.
const QUIET: [&str; 9] = [
    "axum",
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "sqlx",
    "tower",
    "tower_http",
];

/// Whether a line may be written at all. It is asked beside the settings' filter: there a longer
/// target, as `sqlx::query=trace`, would win over any word of ours.
fn may_tell(line: &Metadata<'_>) -> bool {
    let library = line.target().split("::").next().unwrap_or_default();
    *line.level() <= Level::WARN || !QUIET.contains(&library)
}

/// The filter of the settings.
fn filter_of(filter: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::try_new(filter).map_err(|_| TelemetryError::Filter)
}

/// Sends logs to standard output, one JSON object a line, and panics with them: place, and
/// never the message, which may hold a value. Traces go where the settings say; they hold what
/// the log holds and no more.
///
/// # Errors
/// See [`TelemetryError`].
pub fn init(settings: &Settings) -> Result<Telemetry, TelemetryError> {
    let filter = filter_of(&settings.log)?;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false);
    let registry = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(may_tell))
        .with(lines);
    #[cfg(feature = "otlp")]
    let (export, registry) = {
        let export = settings.traces.as_ref().map(Export::start).transpose()?;
        let layer = export.as_ref().map(Export::layer);
        (export, registry.with(layer))
    };
    registry.try_init().map_err(|_| TelemetryError::Twice)?;
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect stopped a task");
    }));
    Ok(Telemetry {
        #[cfg(feature = "otlp")]
        export,
    })
}

/// The number of a request, for its log line and for what the person tells the support: eight
/// digits and letters that sound different, as `K7M2-94PT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// 32 characters: five bits each. Without 0, 1, I and O.
    const ALPHABET: [char; 32] = [
        '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K',
        'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    ];

    /// Draws one from the system's generator.
    #[must_use]
    pub fn draw() -> Self {
        let mut bytes = [0; 8];
        // It guards nothing: without the generator requests would share a number.
        if getrandom::fill(&mut bytes).is_err() {
            tracing::error!("the system's random generator gives nothing");
        }
        let letter = |byte: &u8| Self::ALPHABET.get(usize::from(byte % 32)).copied();
        let (first, second) = bytes.split_at(4);
        let half = |bytes: &[u8]| bytes.iter().filter_map(letter).collect::<String>();
        Self(format!("{}-{}", half(first), half(second)))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A page puts it into its answer's extensions, so that the request's log line names the
/// refusal by its stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedWith(pub &'static str);

/// Gives each request its number (an extension, [`RequestId`]) and logs one line when its
/// answer begins. To be laid over the routes with `Router::layer`, so that it sees the pattern.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::draw();
    let method = known(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    request.extensions_mut().insert(id.clone());
    let span = span_of(&id, method, &route);
    let response = next.run(request).instrument(span.clone()).await;
    let refusal = response
        .extensions()
        .get::<RefusedWith>()
        .map(|refused| refused.0);
    let status = response.status();
    span.record("status", i64::from(status.as_u16()));
    if let Some(refusal) = refusal {
        span.record("refusal", refusal);
    }
    #[cfg(feature = "otlp")]
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        request = %id,
        method,
        route,
        status = status.as_u16(),
        micros,
        refusal,
        "request"
    );
    response
}

/// The span of a request: whatever is written on the way, a panic too, carries its number.
#[cfg(not(feature = "otlp"))]
fn span_of(id: &RequestId, method: &'static str, route: &str) -> Span {
    tracing::error_span!(
        "request",
        request = %id,
        method,
        route,
        status = Empty,
        refusal = Empty
    )
}

/// The same with what a collector sorts spans by. What a stranger says of a trace that the request
/// belongs to is not believed.
#[cfg(feature = "otlp")]
fn span_of(id: &RequestId, method: &'static str, route: &str) -> Span {
    tracing::error_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        request = %id,
        method,
        route,
        status = Empty,
        refusal = Empty
    )
}

/// The method, if it is one of the usual: an invented one may be any text.
const fn known(method: &http::Method) -> &'static str {
    match *method {
        http::Method::GET => "GET",
        http::Method::HEAD => "HEAD",
        http::Method::POST => "POST",
        http::Method::PUT => "PUT",
        http::Method::DELETE => "DELETE",
        http::Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    async fn log_of(method: &str, address: &str) -> String {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::registry()
            .with(filter_of("trace,hyper::client=trace,sqlx::query=trace").unwrap())
            .with(filter_fn(may_tell))
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(lines.clone()),
            );
        let _guard = tracing::subscriber::set_default(subscriber);
        let app = Router::new()
            .route(
                "/flow/{id}",
                get(|| async { axum::Extension(RefusedWith("not-found")) }),
            )
            .layer(middleware::from_fn(observe));
        let request = Request::builder()
            .method(method)
            .uri(address)
            .body(Body::empty())
            .unwrap();
        app.oneshot(request).await.unwrap();
        tracing::trace!(target: "hyper::client", "SECRET-LIBRARY");
        tracing::trace!(target: "sqlx::query", "SECRET-STATEMENT");
        tracing::info!(target: "hyper", "SECRET-ADDRESS");
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[tokio::test]
    async fn h1_a_request_is_one_line_with_its_route_alone() {
        let log = log_of("GET", "/flow/SECRET-PATH?code=SECRET-QUERY").await;
        assert_eq!(log.lines().count(), 1, "{log}");
        let line: serde_json::Value = serde_json::from_str(log.trim()).unwrap();
        assert_eq!(line["route"], "/flow/{id}");
        assert_eq!(line["status"], 200);
        assert_eq!(line["refusal"], "not-found");
        assert_eq!(line["request"].as_str().unwrap().len(), 9);
        assert!(!log.contains("SECRET"), "{log}");
    }

    #[tokio::test]
    async fn h1_an_unknown_address_or_method_is_not_repeated() {
        let log = log_of("SECRETVERB", "/SECRET-PATH").await;
        assert!(!log.contains("SECRET"), "{log}");
        assert!(
            log.contains("\"unknown\"") && log.contains("\"other\""),
            "{log}"
        );
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        assert_eq!(filter_of("info,=").err(), Some(TelemetryError::Filter));
        assert!(filter_of("info,linking_school=debug").is_ok());
    }

    #[test]
    fn a_request_number_can_be_read_aloud() {
        let id = RequestId::draw().to_string();
        assert_eq!(id.len(), 9);
        assert!(
            id.chars()
                .all(|c| c == '-' || RequestId::ALPHABET.contains(&c)),
            "{id}"
        );
        assert_ne!(id, RequestId::draw().to_string());
    }
}
