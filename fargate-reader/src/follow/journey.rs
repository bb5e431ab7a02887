//! The time that messages take from the function to this reader.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use prometheus_client::metrics::histogram::Histogram;

use super::course::{Course, Past};
use super::delays::Delays;
use super::snapshot::Message;

/// The histogram buckets in seconds, from a local disk to an idle network mount.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The times of messages from the function's write to this reader's read, for operators and for the page.
#[derive(Debug, Clone)]
pub(crate) struct Journey {
    histogram: Histogram,
    measured: Arc<Mutex<Measured>>,
}

#[derive(Debug)]
struct Measured {
    /// The begin of the scan that is running.
    looked: Option<Timestamp>,
    delays: Delays,
    course: Course,
    last: Option<LastJourney>,
}

/// The journey of the last message that a function wrote while this reader was running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastJourney {
    /// The id of the message.
    pub(crate) id: String,
    /// The time at which the function received the event.
    pub(crate) received: Timestamp,
    /// The time at which the function wrote the record.
    pub(crate) at: Timestamp,
    /// The time at which the message reached the volume, by the clock of the volume.
    pub(crate) stored: Timestamp,
    /// The time at which this reader began to look.
    pub(crate) looked: Timestamp,
    /// The time at which this reader had read it.
    pub(crate) seen: Timestamp,
    /// The time at which this reader began to serve it; `None` for an instant.
    pub(crate) published: Option<Timestamp>,
}

impl Default for Journey {
    fn default() -> Self {
        let course = Course::starting(Instant::now());
        let measured = Measured { looked: None, delays: Delays::default(), course, last: None };
        Self { histogram: Histogram::new(BUCKETS), measured: Arc::new(Mutex::new(measured)) }
    }
}

impl Journey {
    /// Stores that a scan begins.
    pub(super) fn look_begins(&self, now: Timestamp) {
        self.measured().looked = Some(now);
    }

    /// Counts a message. Messages without a time of writing, or from before the reader started, are not counted.
    pub(super) fn observe(&self, message: &Message) {
        let (Some(at), Some(seen)) = (message.at, message.seen) else { return };
        let delay = seen.duration_since(at);
        self.histogram.observe(delay.as_secs_f64().max(0.0));
        let mut measured = self.measured();
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(0);
        measured.delays.add(milliseconds);
        measured.course.add(Instant::now(), milliseconds);
        if let (Some(received), Some(stored)) = (message.received, message.stored) {
            let (id, looked) = (message.id.clone(), measured.looked.unwrap_or(seen));
            measured.last = Some(LastJourney { id, received, at, stored, looked, seen, published: None });
        }
    }

    /// Stores that everything that was read is served from now on.
    pub(super) fn published(&self, now: Timestamp) {
        if let Some(last) = &mut self.measured().last {
            last.published.get_or_insert(now);
        }
    }

    /// Returns the histogram, for the registry of metrics.
    pub(crate) fn histogram(&self) -> Histogram {
        self.histogram.clone()
    }

    /// Returns the times of all messages since the start, for the page.
    pub(crate) fn delays(&self) -> Delays {
        self.measured().delays.clone()
    }

    /// Returns the same in the course of time.
    pub(crate) fn past(&self) -> Past {
        self.measured().course.until(Instant::now())
    }

    /// Returns the journey of the last message.
    pub(crate) fn last(&self) -> Option<LastJourney> {
        self.measured().last.clone()
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
