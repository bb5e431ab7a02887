//! How the thread does, told by atomics: a thread that hangs in the kernel cannot tell it itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// No such moment, in [`Pulse`]'s milliseconds.
const NEVER: u64 = u64::MAX;

/// When the thread last touched the volume.
#[derive(Debug)]
pub(crate) struct Pulse {
    started: Instant,
    /// When the look that is under way began; [`NEVER`] between looks.
    looking_since: AtomicU64,
    /// When the last look that succeeded ended.
    last_good: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { started: Instant::now(), looking_since: AtomicU64::new(NEVER), last_good: AtomicU64::new(NEVER) }
    }
}

impl Pulse {
    pub(super) fn begin_look(&self) {
        self.looking_since.store(self.now(), Ordering::Relaxed);
    }

    pub(super) fn end_look(&self, good: bool) {
        self.looking_since.store(NEVER, Ordering::Relaxed);
        if good {
            self.last_good.store(self.now(), Ordering::Relaxed);
        }
    }

    /// How long the volume has not answered the look that is under way; zero between looks.
    pub(crate) fn silent(&self) -> Duration {
        self.since(&self.looking_since).unwrap_or_default()
    }

    /// How old the last successful look is.
    pub(crate) fn last_look(&self) -> Option<Duration> {
        self.since(&self.last_good)
    }

    fn since(&self, moment: &AtomicU64) -> Option<Duration> {
        let moment = Some(moment.load(Ordering::Relaxed)).filter(|moment| *moment != NEVER)?;
        Some(Duration::from_millis(self.now().saturating_sub(moment)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}
