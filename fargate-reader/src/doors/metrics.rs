//! Metrics for Prometheus.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::follow::{Follow, Journey, VolumeHealth};

/// The metrics of the service.
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

/// The gauges. They are set for each request of `/metrics`.
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
    pub(crate) fn new(journey: &Journey) -> Self {
        let (requests, gauges) = (Family::<RequestLabels, Counter>::default(), Gauges::default());
        let mut registry = Registry::with_prefix("messagewall");
        registry.register("http_requests", "Requests answered, by route, method and status", requests.clone());
        registry.register(
            "journey_seconds",
            "Seconds from the function's write to this reader's read",
            journey.histogram(),
        );
        registry.register("messages", "Messages on the wall", gauges.messages.clone());
        registry.register(
            "config_generation",
            "Generation of the configuration that is running",
            gauges.generation.clone(),
        );
        let help = "1 while the configuration on disk is rejected";
        registry.register("config_rejected", help, gauges.config_rejected.clone());
        registry.register("streams_open", "Open streams", gauges.streams.clone());
        registry.register("damaged_lines", "Damaged lines in the log, which are skipped", gauges.damaged_lines.clone());
        registry.register("volume_ok", "1 while the volume can be read, else 0", gauges.volume_ok.clone());
        let help = "Age of the last successful scan of the volume";
        registry.register("last_look_age_seconds", help, gauges.last_look_age_seconds.clone());
        let help = "Time for which the volume has not answered the scan that is running";
        registry.register("volume_silent_seconds", help, gauges.volume_silent_seconds.clone());
        Self { registry, requests, gauges }
    }

    /// Returns all metrics as text, in the format of OpenMetrics.
    pub(super) fn text(&self, follow: &Follow) -> String {
        self.set_gauges(follow);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Counts a response.
    pub(super) fn count(&self, route: &str, method: &'static str, status: u16) {
        let labels = RequestLabels { route: route.to_owned(), method, status };
        self.requests.get_or_create(&labels).inc();
    }

    fn set_gauges(&self, follow: &Follow) {
        let (snapshot, liveness, gauges) = (follow.snapshot(), follow.liveness(), &self.gauges);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        gauges.messages.set(number(snapshot.messages.len()));
        gauges.generation.set(snapshot.config.generation.cast_signed());
        gauges.config_rejected.set(i64::from(snapshot.rejected.is_some()));
        gauges.streams.set(number(follow.streams()));
        gauges.damaged_lines.set(snapshot.damaged_lines.cast_signed());
        gauges.volume_ok.set(i64::from(snapshot.volume == VolumeHealth::Ok));
        gauges.last_look_age_seconds.set(liveness.last_scan_age().map_or(f64::NAN, |age| age.as_secs_f64()));
        gauges.volume_silent_seconds.set(liveness.silent_for().as_secs_f64());
    }
}
