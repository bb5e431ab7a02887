//! The handle to the thread that follows the volume.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use shared_volume::time;
use tokio::sync::watch as channel;

use super::hint::Hint;
use super::liveness::Liveness;
use super::snapshot::{Snapshot, VolumeHealth};

/// The time after which a call without an answer makes the volume count as failing.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// A handle to the thread that follows the volume.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    pub(super) snapshots: channel::Receiver<Arc<Snapshot>>,
    pub(super) liveness: Arc<Liveness>,
    pub(super) audience: Arc<AtomicUsize>,
    pub(super) hints: Sender<Hint>,
}

/// An open stream. While there is one, the volume is scanned more often. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Listener {
    audience: Arc<AtomicUsize>,
}

impl Follow {
    /// Returns the newest snapshot. If the volume is silent, the health is set here, because the thread hangs with
    /// the volume and cannot publish it.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let silent = self.liveness.silent_for();
        if silent < CALL_TIMEOUT || matches!(snapshot.volume, VolumeHealth::Failing { .. }) {
            return snapshot;
        }
        let reason = "the volume does not answer".to_owned();
        let volume = match snapshot.volume {
            VolumeHealth::Waiting(_) => VolumeHealth::Waiting(Some(reason)),
            _ => VolumeHealth::Failing { reason, since: time::now() - silent },
        };
        Arc::new(Snapshot { volume, ..Snapshot::clone(&snapshot) })
    }

    /// Returns a receiver of all snapshots from now on.
    pub(crate) fn subscribe(&self) -> channel::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// Returns the liveness of the volume.
    pub(crate) fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    /// Returns the number of open streams.
    pub(crate) fn streams(&self) -> usize {
        self.audience.load(Ordering::Relaxed)
    }

    /// Counts an open stream until the returned value is dropped.
    pub(crate) fn listen(&self) -> Listener {
        self.audience.fetch_add(1, Ordering::Relaxed);
        self.scan_now();
        Listener { audience: Arc::clone(&self.audience) }
    }

    /// Makes the thread scan now. Call it after something was written.
    pub(crate) fn scan_now(&self) {
        self.hint(Hint::Scan);
    }

    /// Makes the thread end. Does not wait for it, because the volume may hang.
    pub(crate) fn stop(&self) {
        self.hint(Hint::Stop);
    }

    fn hint(&self, hint: Hint) {
        // If the thread has ended, the process ends.
        let _ = self.hints.send(hint);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.audience.fetch_sub(1, Ordering::Relaxed);
    }
}
