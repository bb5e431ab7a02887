//! The time that messages take from the function to this reader.

use prometheus_client::metrics::histogram::Histogram;

use super::snapshot::Message;

/// The histogram buckets in seconds, from a local disk to an idle network mount.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A histogram of the seconds from the function's write to this reader's read.
#[derive(Debug, Clone)]
pub(crate) struct Journey(Histogram);

impl Default for Journey {
    fn default() -> Self {
        Self(Histogram::new(BUCKETS))
    }
}

impl Journey {
    /// Counts a message. Messages without a time of writing, or from before the reader started, are not counted.
    pub(super) fn observe(&self, message: &Message) {
        if let (Some(at), Some(seen)) = (message.at, message.seen) {
            self.0.observe(seen.duration_since(at).as_secs_f64().max(0.0));
        }
    }

    /// Returns the histogram, for the registry of metrics.
    pub(crate) fn histogram(&self) -> Histogram {
        self.0.clone()
    }
}
