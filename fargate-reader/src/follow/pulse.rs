//! How the thread does, and the watcher's: a thread that hangs in the kernel cannot tell it itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nfs_watcher::Handle;

/// No such moment, in [`Pulse`]'s milliseconds.
const NEVER: u64 = u64::MAX;

/// When the volume was last asked, and when it last answered.
#[derive(Debug)]
pub(crate) struct Pulse {
    started: Instant,
    /// Since when the volume has owed the thread an answer; [`NEVER`] while it owes none.
    asked_since: AtomicU64,
    /// When the last look that succeeded ended.
    last_good: AtomicU64,
    /// The network watcher asks the volume more often than the thread does, so it is the first to hang.
    watcher: Mutex<Option<Handle>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            asked_since: AtomicU64::new(NEVER),
            last_good: AtomicU64::new(NEVER),
            watcher: Mutex::new(None),
        }
    }
}

impl Pulse {
    /// The thread is about to ask the volume for something.
    pub(super) fn ask(&self) {
        self.asked_since.store(self.now(), Ordering::Relaxed);
    }

    /// The volume has answered, and whether that was a look which succeeded.
    pub(super) fn answered(&self, good_look: bool) {
        self.asked_since.store(NEVER, Ordering::Relaxed);
        if good_look {
            self.last_good.store(self.now(), Ordering::Relaxed);
        }
    }

    /// From now on what this watcher asks of the volume counts as well.
    pub(super) fn listen_to(&self, watcher: Option<Handle>) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
    }

    /// For how long the volume has owed an answer, to the thread or to the watcher; zero while it owes none.
    pub(crate) fn silent(&self) -> Duration {
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let watcher = watcher.as_ref().map(Handle::silent_for).unwrap_or_default();
        self.since(&self.asked_since).unwrap_or_default().max(watcher)
    }

    /// How old the last successful look is.
    pub(crate) fn last_look(&self) -> Option<Duration> {
        self.since(&self.last_good)
    }

    /// How old what is known of the volume is: since the last successful look, or since the volume owes an answer, or
    /// since the start when no look has succeeded.
    pub(crate) fn age(&self) -> Duration {
        self.last_look().unwrap_or_else(|| self.started.elapsed()).max(self.silent())
    }

    fn since(&self, moment: &AtomicU64) -> Option<Duration> {
        let moment = Some(moment.load(Ordering::Relaxed)).filter(|moment| *moment != NEVER)?;
        Some(Duration::from_millis(self.now().saturating_sub(moment)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}
