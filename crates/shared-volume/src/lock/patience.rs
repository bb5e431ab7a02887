//! The pauses of a writer that waits for the lock.

use std::time::{Duration, Instant};

use crate::error::WriteError;

/// The shortest pause. The kernel cannot sleep for much less.
const MIN_PAUSE: Duration = Duration::from_micros(100);

/// The longest pause. With longer ones a waiter would starve while others hold the lock briefly.
const MAX_PAUSE: Duration = Duration::from_millis(24);

/// A waiter tries four times while another writer works.
const PAUSES_PER_CYCLE: u32 = 4;

/// Against a holder that does not end, the pauses grow: each is at most 1/64 of the time that was waited before.
const GROWTH: u32 = 64;

/// The time that a writer of the same wall is expected to hold the lock, before the first was measured.
pub(super) const FIRST_GUESS: Duration = Duration::from_millis(2);

/// The wait of one writer for the lock.
#[derive(Debug)]
pub(super) struct Patience {
    began: Instant,
    deadline: Instant,
    pause: Duration,
}

impl Patience {
    /// Begins to wait for a lock that writers hold for about `held`.
    pub(super) fn new(deadline: Instant, held: Duration) -> Self {
        Self { began: Instant::now(), deadline, pause: held / PAUSES_PER_CYCLE }
    }

    /// Sleeps before the next attempt.
    ///
    /// # Errors
    /// Returns [`WriteError::Busy`] after the deadline.
    pub(super) fn pause(&self) -> Result<(), WriteError> {
        let waited = self.began.elapsed();
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(WriteError::Busy { waited });
        }
        let pause = self.pause.max(waited / GROWTH).clamp(MIN_PAUSE, MAX_PAUSE);
        // Jitter keeps two waiters from colliding at every attempt.
        std::thread::sleep(pause.mul_f64(0.5 + fastrand::f64()).min(left));
        Ok(())
    }
}
