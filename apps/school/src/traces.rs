//! Traces of requests for an operator's collector: OTLP over HTTP, in protobuf. A trace holds what
//! the log holds of a request and no more: number, method, pattern of the route, status, refusal,
//! and the lines that were written on the way (`threats.md` H1).

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use linking_http::{
    ClientSettings, EgressRules, HostRule, HttpClient, HttpTransport as _, LoopbackHttp, Roots,
    install_crypto_provider,
};
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_http::{Bytes, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider},
};
use tokio::{runtime::Handle, task::spawn_blocking};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use crate::{settings::Traces, telemetry::TelemetryError};

/// How often traces that wait are sent.
const SEND_EVERY: Duration = Duration::from_secs(5);
/// Most spans that wait; where a collector is away, newer ones are let go.
const MOST_WAITING: usize = 2_048;
/// Most spans in one request to the collector.
const MOST_AT_ONCE: usize = 512;
/// Longest time for one request to the collector, tries included; and for the last one.
const PATIENCE: Duration = Duration::from_secs(5);
/// No collector answers at length.
const MOST_ANSWER_BYTES: usize = 64 * 1024;

/// Gathers spans and sends them.
#[derive(Debug)]
pub(crate) struct Export {
    provider: SdkTracerProvider,
}

impl Export {
    /// Begins to send, from within the runtime that serves.
    ///
    /// # Errors
    /// A root certificate does not read, or the exporter cannot be made.
    pub(crate) fn start(traces: &Traces) -> Result<Self, TelemetryError> {
        let failed = |what: String| TelemetryError::Traces(what);
        install_crypto_provider();
        // The operator named the collector: it may be inside.
        let host = HostRule::of(&traces.address).ok_or_else(|| failed("no host".into()))?;
        let rules = EgressRules::new([host.clone()])
            .with_private_hosts([host])
            .with_loopback_http(LoopbackHttp::Allowed);
        let mut client = ClientSettings::new(rules);
        client.roots = Roots::SystemAnd(traces.roots.iter().cloned().collect());
        client.total_timeout = PATIENCE;
        client.max_body_bytes = MOST_ANSWER_BYTES;
        let client = HttpClient::new(client).map_err(|error| failed(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender {
                client,
                runtime: Handle::current(),
                is_away: AtomicBool::new(false),
            })
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(traces.address.as_str())
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_max_export_batch_size(MOST_AT_ONCE)
            .with_scheduled_delay(SEND_EVERY)
            .build();
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches)
            .build();
        // Nothing of the machine: what else is to be said of it, the collector adds.
        let resource = Resource::builder_empty()
            .with_service_name("svyazka")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_resource(resource)
            .build();
        Ok(Self { provider })
    }

    /// What takes spans up. Names of threads, places in the source and the like are left out.
    pub(crate) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("svyazka"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_context_activation(false)
    }

    /// Sends what waits.
    pub(crate) async fn stop(self) {
        // It blocks, and needs this runtime for the last request.
        let stopped = spawn_blocking(move || self.provider.shutdown_with_timeout(PATIENCE)).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// The one outgoing client, for an exporter that runs on a thread of its own.
#[derive(Debug)]
struct Sender {
    client: HttpClient,
    runtime: Handle,
    /// The collector did not take the last request: that is told once.
    is_away: AtomicBool,
}

impl Sender {
    fn tell(&self, fault: Option<String>) {
        let was_away = self.is_away.swap(fault.is_some(), Ordering::Relaxed);
        match fault {
            Some(error) if !was_away => tracing::warn!(error, "traces cannot be sent"),
            None if was_away => tracing::info!("traces are sent again"),
            Some(_) | None => {}
        }
    }
}

#[async_trait]
impl opentelemetry_http::HttpClient for Sender {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), request.map(|body| body.to_vec()));
        let sent = self
            .runtime
            .spawn(async move { client.send(request).await });
        let answer = match sent.await {
            Ok(answer) => answer.map_err(HttpError::from),
            Err(error) => Err(error.into()),
        };
        self.tell(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        });
        Ok(answer?.map(Bytes::from))
    }
}
