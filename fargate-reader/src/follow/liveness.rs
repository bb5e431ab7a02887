//! The liveness of the volume: a thread that hangs in the kernel cannot report that it hangs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nfs_watcher::Handle;

/// The value of a time in [`Liveness`] that is not set.
const NEVER: u64 = u64::MAX;

/// The times at which the volume was last called and last answered. Readable while the volume hangs.
#[derive(Debug)]
pub(crate) struct Liveness {
    started: Instant,
    /// The start of the call that has not returned yet, or [`NEVER`].
    called_at: AtomicU64,
    /// The end of the last successful scan, or [`NEVER`].
    scanned_at: AtomicU64,
    /// The handle of the network watcher, which calls the volume more often than the thread and therefore hangs first.
    watcher: Mutex<Option<Handle>>,
}

impl Default for Liveness {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            called_at: AtomicU64::new(NEVER),
            scanned_at: AtomicU64::new(NEVER),
            watcher: Mutex::new(None),
        }
    }
}

impl Liveness {
    /// Runs `call`, which calls the volume. Until it returns, [`Liveness::silent_for`] grows.
    pub(super) fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        self.called_at.store(self.now(), Ordering::Relaxed);
        let result = call();
        self.called_at.store(NEVER, Ordering::Relaxed);
        result
    }

    /// Records that a scan has succeeded.
    pub(super) fn scan_succeeded(&self) {
        self.scanned_at.store(self.now(), Ordering::Relaxed);
    }

    /// Observes the calls of this watcher from now on, in place of those of the previous one.
    pub(super) fn include(&self, watcher: Option<Handle>) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
    }

    /// Returns the handle of the network watcher.
    pub(super) fn watcher(&self) -> Option<Handle> {
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the time since the reader started.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the time for which the thread or the watcher has been waiting for the volume; zero if neither is waiting.
    pub(crate) fn silent_for(&self) -> Duration {
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let watcher = watcher.as_ref().map(Handle::silent_for).unwrap_or_default();
        self.since(&self.called_at).unwrap_or_default().max(watcher)
    }

    /// Returns the age of the last successful scan, or `None` if there was none.
    pub(crate) fn last_scan_age(&self) -> Option<Duration> {
        self.since(&self.scanned_at)
    }

    /// Returns the age of the snapshot: the time since the last successful scan (since the start if there was none), or
    /// the time for which the volume has been silent if that is longer.
    pub(crate) fn age(&self) -> Duration {
        self.last_scan_age().unwrap_or_else(|| self.started.elapsed()).max(self.silent_for())
    }

    fn since(&self, moment: &AtomicU64) -> Option<Duration> {
        let moment = Some(moment.load(Ordering::Relaxed)).filter(|moment| *moment != NEVER)?;
        Some(Duration::from_millis(self.now().saturating_sub(moment)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}
