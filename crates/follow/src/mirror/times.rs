//! The times at which a mirror does something.

use std::time::{Duration, Instant};

use super::retry::Retry;
use crate::settings::Mirror;

/// The shortest default pause between two looks at everything. Events of the watcher are hints, and this is what they may miss.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);

/// The share of each file in the default pause.
const LOOK_INTERVAL_PER_FILE: Duration = Duration::from_millis(60);

/// The longest sleep, so that a silent mount is noticed: one that keeps the courier, or the watcher.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The shortest sleep. What is due is done after it.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);

/// The times of one mirror.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The next look at everything. The first is due at once.
    next_look: Option<Instant>,
    sweep_at: Option<Instant>,
    courier_left_at: Option<Instant>,
    pub(super) retry: Retry,
}

impl Times {
    /// Returns the time until something is due. `tell_at` is the time at which the program is told again.
    pub(super) fn sleep(&self, mirror: &Mirror, tell_at: Option<Instant>) -> Duration {
        // Nobody can look while the courier is away.
        let (look, retry) = match self.courier_left_at {
            Some(_) => (None, None),
            None => (self.next_look, self.retry.at()),
        };
        let most = LONGEST_SLEEP.min(mirror.silent_after);
        let next = [look, retry, tell_at, self.sweep_at].into_iter().flatten().min();
        let left = next.map_or(most, |next| next.saturating_duration_since(Instant::now()));
        left.min(most).max(SHORTEST_SLEEP)
    }

    pub(super) fn is_courier_away(&self) -> bool {
        self.courier_left_at.is_some()
    }

    /// Returns true if the mount keeps the courier for too long.
    pub(super) fn is_silent(&self, mirror: &Mirror) -> bool {
        self.courier_left_at.is_some_and(|left_at| left_at.elapsed() >= mirror.silent_after)
    }

    pub(super) fn courier_leaves(&mut self) {
        self.courier_left_at = Some(Instant::now());
    }

    pub(super) fn courier_is_back(&mut self) {
        self.courier_left_at = None;
    }

    /// Returns true if a look at everything, or another try, is due.
    pub(super) fn is_look_due(&mut self) -> bool {
        self.next_look.is_none_or(|at| at <= Instant::now()) || self.retry.is_due()
    }

    /// A look at so many files begins.
    pub(super) fn looks(&mut self, mirror: &Mirror, files: usize) {
        let files = u32::try_from(files).unwrap_or(u32::MAX);
        let default = LOOK_INTERVAL.max(LOOK_INTERVAL_PER_FILE.saturating_mul(files));
        self.next_look = Some(Instant::now() + mirror.look_interval.unwrap_or(default));
    }

    /// The next replaced generation is removed after this time.
    pub(super) fn sweep_in(&mut self, left: Option<Duration>) {
        self.sweep_at = left.map(|left| Instant::now() + left);
    }
}
