//! The moments of the last seconds at which this reader has looked, and at which it has found something.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The largest number of moments of each kind that are kept.
const KEPT: usize = 200;

/// The moments at which the thread has looked at everything, and at which it has found something.
#[derive(Debug, Default)]
pub(super) struct Marks(Mutex<Rings>);

#[derive(Debug, Default)]
struct Rings {
    looked: VecDeque<Instant>,
    found: VecDeque<Instant>,
}

/// The looks of the last seconds, as ages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RecentLooks {
    /// The ages of the looks of the watcher at the two files, oldest first; empty if the kernel reports changes.
    pub(crate) watched: Vec<Duration>,
    /// The ages of the looks of the thread at everything, oldest first.
    pub(crate) scanned: Vec<Duration>,
    /// The ages of the looks that found something, oldest first.
    pub(crate) found: Vec<Duration>,
    /// The interval of the watcher; `None` if the kernel reports changes.
    pub(crate) interval: Option<Duration>,
}

impl Marks {
    pub(super) fn looked(&self, now: Instant) {
        self.change(|rings| push(&mut rings.looked, now));
    }

    pub(super) fn found(&self, now: Instant) {
        self.change(|rings| push(&mut rings.found, now));
    }

    /// Returns the ages of those that are at most `age` old.
    pub(super) fn recent(&self, now: Instant, age: Duration) -> RecentLooks {
        self.change(|rings| RecentLooks {
            scanned: ages(rings.looked.iter().copied(), now, age),
            found: ages(rings.found.iter().copied(), now, age),
            ..RecentLooks::default()
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Rings) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns the ages of the moments that are at most `age` old.
pub(super) fn ages(moments: impl Iterator<Item = Instant>, now: Instant, age: Duration) -> Vec<Duration> {
    moments.map(|moment| now.saturating_duration_since(moment)).filter(|found| *found <= age).collect()
}

fn push(ring: &mut VecDeque<Instant>, now: Instant) {
    if ring.len() >= KEPT {
        ring.pop_front();
    }
    ring.push_back(now);
}
