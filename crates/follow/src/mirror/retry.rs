//! Pauses between tries that grow.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// The time of the next try, and the pause after it.
#[derive(Debug)]
pub(super) struct Retry {
    at: Option<Instant>,
    pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { at: None, pause: FIRST }
    }
}

impl Retry {
    /// Plans another try, later than the last time.
    pub(super) fn again(&mut self) {
        self.at = Some(Instant::now() + self.pause);
        self.pause = LONGEST.min(2 * self.pause);
    }

    /// Forgets the failures.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub(super) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Returns true, once, when the time has come.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.at.is_some_and(|at| at <= Instant::now());
        if is_due {
            self.at = None;
        }
        is_due
    }
}
