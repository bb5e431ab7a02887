//! The report of a task about itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::follow::{Follow, LOOKS_AGE, Message, RecentLooks, VolumeHealth};

/// The largest number of looks in a report: those of 5 s, but not of an interval below 25 ms.
const MOST: usize = 200;

/// The largest number of streams that a task is believed to have.
const MOST_STREAMS: u64 = 1_000_000;

/// The state of a task, as it tells the others. A task of another version may tell less.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TaskReport {
    /// The id of the task.
    pub(crate) task: String,
    pub(crate) uptime_s: f64,
    /// The number of open streams.
    pub(crate) streams: u64,
    /// The generation of the configuration that it uses.
    pub(crate) generation: u64,
    /// True while it rejects the configuration on disk.
    pub(crate) rejected: bool,
    /// True if its last scan of the volume succeeded.
    pub(crate) volume_ok: bool,
    /// The number of messages on the wall.
    pub(crate) messages: u64,
    /// The time from the volume to the task, of the newest message that came while it was running.
    pub(crate) seen_ms: Option<u64>,
    /// The requests a second that following the volume costs.
    pub(crate) requests_s: f64,
    /// True if the kernel has counted them.
    pub(crate) is_counted: bool,
    /// The interval of its watcher; `None` if the kernel reports changes.
    pub(crate) interval_ms: Option<u64>,
    /// The ages of its looks of the last 5 s, oldest first.
    pub(crate) looked_ms: Vec<u64>,
    /// The ages of those that found something.
    pub(crate) found_ms: Vec<u64>,
}

impl TaskReport {
    /// Returns the report of this task.
    pub(crate) fn new(task: &str, follow: &Follow) -> Self {
        let (snapshot, looks, rate) = (follow.snapshot(), follow.recent_looks(), follow.request_rate());
        let RecentLooks { watched, scanned, found, interval } = looks;
        let mut looked = millis(&watched);
        looked.extend(millis(&scanned));
        looked.sort_unstable_by(|one, other| other.cmp(one));
        looked.drain(..looked.len().saturating_sub(MOST));
        Self {
            task: task.to_owned(),
            uptime_s: follow.liveness().uptime().as_secs_f64(),
            streams: follow.streams() as u64,
            generation: snapshot.config.generation,
            rejected: snapshot.rejected.is_some(),
            volume_ok: snapshot.volume == VolumeHealth::Ok,
            messages: snapshot.messages.len() as u64,
            seen_ms: snapshot.messages.iter().rev().find_map(|message| seen_ms(message)),
            requests_s: rate.per_second,
            is_counted: rate.is_counted,
            interval_ms: interval.map(|interval| to_millis(&interval)),
            looked_ms: looked,
            found_ms: millis(&found),
        }
    }

    /// Returns the report with texts, lists and numbers that are no larger than those of a task.
    pub(super) fn bounded(mut self) -> Self {
        self.task = self.task.chars().filter(|char| !char.is_control()).take(100).collect();
        for ages in [&mut self.looked_ms, &mut self.found_ms] {
            ages.retain(|age| u128::from(*age) <= LOOKS_AGE.as_millis());
            ages.truncate(MOST);
        }
        self.streams = self.streams.min(MOST_STREAMS);
        for number in [&mut self.uptime_s, &mut self.requests_s] {
            *number = number.clamp(0.0, 1e9);
        }
        self
    }
}

/// Returns the time from the arrival of a message on the volume to the task's read. `None` if it is unknown.
fn seen_ms(message: &Message) -> Option<u64> {
    let elapsed = message.seen?.duration_since(message.stored?);
    Some(u64::try_from(elapsed.as_millis()).unwrap_or(0))
}

fn millis(ages: &[Duration]) -> Vec<u64> {
    ages.iter().map(to_millis).collect()
}

fn to_millis(age: &Duration) -> u64 {
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
}
