//! The state of the poller's thread, readable without touching the mount.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of scans whose times are kept: those of five seconds at the shortest sensible interval, 10 ms.
const KEPT: usize = 500;

/// Records when the file system was called and when it returned.
///
/// The poller's thread writes it around every call; any thread may read it.
#[derive(Debug, Default)]
pub(crate) struct Liveness(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The start of the call that has not returned yet.
    called: Option<Instant>,
    /// The ends of the newest scans, oldest first.
    recent: VecDeque<Instant>,
    scans: u64,
    /// The duration of the longest call since [`Liveness::take_longest_call`].
    longest: Duration,
}

impl Liveness {
    /// Runs one call to the file system. [`Liveness::silent_for`] grows until it returns.
    pub(crate) fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        let called = Instant::now();
        self.state().called = Some(called);
        let result = call();
        let mut state = self.state();
        state.called = None;
        state.longest = state.longest.max(called.elapsed());
        result
    }

    /// Records that a scan has ended.
    pub(crate) fn scanned(&self) {
        let mut state = self.state();
        if state.recent.len() >= KEPT {
            state.recent.pop_front();
        }
        state.recent.push_back(Instant::now());
        state.scans += 1;
    }

    pub(crate) fn silent_for(&self) -> Duration {
        self.state().called.map_or(Duration::ZERO, |called| called.elapsed())
    }

    pub(crate) fn last_scan(&self) -> Option<Instant> {
        self.state().recent.back().copied()
    }

    /// Returns the ends of the scans that have ended since `since`, oldest first.
    pub(crate) fn scans_since(&self, since: Instant) -> Vec<Instant> {
        self.state().recent.iter().copied().filter(|ended| *ended >= since).collect()
    }

    pub(crate) fn scans(&self) -> u64 {
        self.state().scans
    }

    /// Returns the duration of the longest call since this was last called.
    pub(crate) fn take_longest_call(&self) -> Duration {
        std::mem::take(&mut self.state().longest)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
