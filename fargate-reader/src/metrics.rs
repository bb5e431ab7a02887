//! What is counted, for Prometheus.

use std::sync::atomic::AtomicU64;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::snapshot::{Shown, VolumeHealth};
use crate::state::{App, Shared};

/// Until when a message counts as fast, in seconds: from a local disk to a network mount that nobody looks at.
const JOURNEY_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How long messages took from the function to this reader.
#[derive(Debug, Clone)]
pub(crate) struct Journey(Histogram);

impl Default for Journey {
    fn default() -> Self {
        Self(Histogram::new(JOURNEY_BUCKETS))
    }
}

impl Journey {
    /// Counts a message, unless it was there before the reader started or nobody knows when it was written.
    pub(crate) fn observe(&self, shown: &Shown) {
        if let (Some(at), Some(seen)) = (shown.at, shown.seen) {
            self.0.observe(seen.duration_since(at).as_secs_f64().max(0.0));
        }
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    gauges: Gauges,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

/// What is read off when somebody asks.
#[derive(Debug, Default)]
struct Gauges {
    messages: Gauge,
    generation: Gauge,
    config_rejected: Gauge,
    streams: Gauge,
    damaged_lines: Gauge,
    volume_ok: Gauge,
    last_look_age_seconds: Gauge<f64, AtomicU64>,
    volume_silent_seconds: Gauge<f64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new(journey: Journey) -> Self {
        let (requests, gauges) = (Family::<RequestLabels, Counter>::default(), Gauges::default());
        let mut registry = Registry::with_prefix("messagewall");
        registry.register("http_requests", "Requests answered, by route, method and status", requests.clone());
        registry.register("journey_seconds", "From the function's write to this reader's read", journey.0);
        registry.register("messages", "Messages on the wall", gauges.messages.clone());
        registry.register("config_generation", "Generation of the configuration running", gauges.generation.clone());
        let help = "1 while what is on disk is not the configuration running";
        registry.register("config_rejected", help, gauges.config_rejected.clone());
        registry.register("streams_open", "Browsers that follow the wall now", gauges.streams.clone());
        registry.register("damaged_lines", "Damaged lines in the log, skipped", gauges.damaged_lines.clone());
        registry.register("volume_ok", "1 while the volume can be read", gauges.volume_ok.clone());
        let help = "Age of the last successful look at the volume";
        registry.register("last_look_age_seconds", help, gauges.last_look_age_seconds.clone());
        let help = "How long the volume has not answered the look under way";
        registry.register("volume_silent_seconds", help, gauges.volume_silent_seconds.clone());
        Self { registry, requests, gauges }
    }

    fn read_off(&self, app: &App) {
        let (snapshot, pulse, gauges) = (app.follow.snapshot(), app.follow.pulse(), &self.gauges);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        gauges.messages.set(number(snapshot.messages.len()));
        gauges.generation.set(snapshot.config.generation.cast_signed());
        gauges.config_rejected.set(i64::from(snapshot.rejected.is_some()));
        gauges.streams.set(number(app.follow.streams()));
        gauges.damaged_lines.set(snapshot.damaged_lines.cast_signed());
        gauges.volume_ok.set(i64::from(snapshot.volume == VolumeHealth::Ok));
        gauges.last_look_age_seconds.set(pulse.last_look().map_or(f64::NAN, |age| age.as_secs_f64()));
        gauges.volume_silent_seconds.set(pulse.silent().as_secs_f64());
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<Shared>) -> Response {
    app.metrics.read_off(&app);
    let mut body = String::new();
    // Writing to a string does not fail.
    let _ = text::encode(&mut body, &app.metrics.registry);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], body).into_response()
}

/// Counts every request that is answered, by the route and not by the path, of which there are endless ones.
pub(crate) async fn count(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known_method(request.method());
    let response = next.run(request).await;
    let labels = RequestLabels { route, method, status: response.status().as_u16() };
    app.metrics.requests.get_or_create(&labels).inc();
    response
}

/// A client may make up methods; each would be one more series.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
