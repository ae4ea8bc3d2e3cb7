//! Where the time of a request went, span by span, for who collects traces: `OpenTelemetry`'s protocol over HTTP.
//!
//! Nothing is noted on the way of an order: its spans are made of the times that its latency is reckoned from, once it is
//! answered. Where nobody collects, nothing is made at all.

mod ask;
mod page;

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use reqwest::Url;

pub(crate) use self::ask::Asked;
pub(crate) use self::page::note;

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many spans may wait for it. Those that come beyond are left out, and the log says so.
const MOST: usize = 8_192;
/// How often they are sent.
const EVERY: Duration = Duration::from_secs(1);

/// What makes spans, where they are collected.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

/// The sending of traces, which goes on beside everything else.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send them to a collector. It may be away: what it misses is left out.
    ///
    /// # Errors
    ///
    /// Says that traces are being sent already, or that there is no thread for it.
    pub(crate) fn begin(collector: &Url) -> anyhow::Result<Self> {
        let endpoint = format!("{}/v1/traces", collector.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).with_timeout(PATIENCE);
        let exporter = exporter.build().context("traces can't be sent")?;
        let batches = BatchConfigBuilder::default().with_max_queue_size(MOST).with_scheduled_delay(EVERY);
        let sending = BatchSpanProcessor::builder(exporter).with_batch_config(batches.build()).build();
        let of = Resource::builder_empty().with_service_name("tauroi").with_attributes([
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("process.pid", i64::from(std::process::id())),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(sending)
            .with_resource(of.build())
            .with_sampler(Sampler::AlwaysOn)
            .build();
        TRACER.set(provider.tracer("tauroi")).ok().context("traces are being sent already")?;
        Ok(Self(provider))
    }

    /// Sends what is left.
    pub(crate) fn end(&self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

/// Returns the time of day of an instant that is over.
fn time_of(instant: Instant) -> SystemTime {
    let now = SystemTime::now();
    now.checked_sub(instant.elapsed()).unwrap_or(now)
}
