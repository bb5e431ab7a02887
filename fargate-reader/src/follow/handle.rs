//! The handle to the thread that follows the volume.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use shared_volume::time;
use tokio::sync::watch as channel;

use super::facts::Facts;
use super::hint::Hint;
use super::liveness::Liveness;
use super::looks::Looks;
use super::marks::{Marks, RecentLooks, ages};
use super::requests::RequestRate;
use super::snapshot::{History, Snapshot, VolumeHealth};

/// The time after which a call without an answer makes the volume count as failing.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time that a request waits until the thread has looked at the history.
const HISTORY_TIMEOUT: Duration = Duration::from_secs(1);

/// The age up to which the history is served without another look.
const HISTORY_AGE: Duration = Duration::from_millis(200);

/// The age up to which facts about the volume are served without asking for them again.
const FACTS_AGE: Duration = Duration::from_secs(1);

/// The time for which looks are counted and shown.
pub(crate) const LOOKS_AGE: Duration = Duration::from_secs(5);

/// A handle to the thread that follows the volume.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    pub(super) snapshots: channel::Receiver<Arc<Snapshot>>,
    pub(super) liveness: Arc<Liveness>,
    pub(super) audience: Arc<AtomicUsize>,
    pub(super) hints: Sender<Hint>,
    pub(super) looks: Arc<Looks>,
    pub(super) histories: channel::Receiver<Arc<History>>,
    /// True while there is a hint to read the history, so that requests never pile up.
    pub(super) history_asked: Arc<AtomicBool>,
    pub(super) marks: Arc<Marks>,
    pub(super) facts: channel::Receiver<Arc<Facts>>,
    /// True while there is a hint to measure, so that requests never pile up.
    pub(super) facts_asked: Arc<AtomicBool>,
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

    /// Returns the history, at most [`HISTORY_AGE`] old. If the thread does not look within [`HISTORY_TIMEOUT`], as while the
    /// volume is silent, that of the last look is returned.
    pub(crate) async fn history(&self) -> Arc<History> {
        let (now, mut histories) = (Instant::now(), self.histories.clone());
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let is_fresh = |history: &Arc<History>, since: Instant| {
            history.is_complete && history.looked_at.is_some_and(|at| at >= since)
        };
        let is_young = |history: &Arc<History>| {
            let since = now.checked_sub(HISTORY_AGE).unwrap_or(now);
            let is_of_now = Arc::ptr_eq(&history.running, &snapshot.config) && history.rejected == snapshot.rejected;
            is_of_now && is_fresh(history, since)
        };
        let is_young = is_young(&histories.borrow());
        if !is_young && self.liveness.silent_for() < HISTORY_TIMEOUT {
            if !self.history_asked.swap(true, Ordering::SeqCst) {
                self.hint(Hint::History);
            }
            let look = histories.wait_for(|history| is_fresh(history, now));
            // Without a new look the last one is served.
            drop(tokio::time::timeout(HISTORY_TIMEOUT, look).await);
        }
        Arc::clone(&histories.borrow())
    }

    /// Returns facts about the volume, and makes the thread measure them again if they are old. Only before the first measurement
    /// this waits, at most [`HISTORY_TIMEOUT`], and not while the volume is silent.
    pub(crate) async fn facts(&self) -> Arc<Facts> {
        let mut facts = self.facts.clone();
        let told = facts.borrow().told;
        if told.is_none_or(|told| told.elapsed() >= FACTS_AGE) && !self.facts_asked.swap(true, Ordering::SeqCst) {
            self.hint(Hint::Facts);
        }
        if facts.borrow().measured.is_none() && self.liveness.silent_for() < HISTORY_TIMEOUT {
            let measured = facts.wait_for(|facts| facts.measured.is_some());
            // Without an answer the page says that nothing was measured yet.
            drop(tokio::time::timeout(HISTORY_TIMEOUT, measured).await);
        }
        Arc::clone(&facts.borrow())
    }

    /// Returns the looks of the last 5 s.
    pub(crate) fn recent_looks(&self) -> RecentLooks {
        let now = Instant::now();
        let watcher = self.liveness.watcher();
        let since = now.checked_sub(LOOKS_AGE).unwrap_or(now);
        let watched = watcher.as_ref().map(|watcher| watcher.scans_since(since)).unwrap_or_default();
        let interval = watcher.and_then(|watcher| watcher.interval());
        RecentLooks {
            watched: ages(watched.into_iter(), now, LOOKS_AGE),
            interval,
            ..self.marks.recent(now, LOOKS_AGE)
        }
    }

    /// Returns the requests a second that following the volume costs: as the kernel counts them, or else by the looks of the last 5 s.
    pub(crate) fn request_rate(&self) -> RequestRate {
        let counted = self.facts.borrow().counted;
        counted.unwrap_or_else(|| {
            let looks = self.recent_looks();
            RequestRate::of_looks(looks.watched.len(), looks.scanned.len(), LOOKS_AGE.min(self.liveness.uptime()))
        })
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

    /// Returns true while writers announce every change, so that the volume is scanned less often.
    pub(crate) fn is_announced(&self) -> bool {
        self.looks.is_announced()
    }

    /// Counts an open stream until the returned value is dropped.
    pub(crate) fn listen(&self) -> Listener {
        self.audience.fetch_add(1, Ordering::Relaxed);
        self.scan_now();
        Listener { audience: Arc::clone(&self.audience) }
    }

    /// Looks at the volume and returns the snapshot after a look that has begun now or later. Returns `None` if the volume does
    /// not answer within 5 s.
    ///
    /// Callers that come at the same time share a look, and there are at most 100 looks per second.
    pub(crate) async fn look(&self) -> Option<Arc<Snapshot>> {
        self.looks.wait(CALL_TIMEOUT, || self.hint(Hint::Look)).await?;
        Some(self.snapshot())
    }

    /// Makes the thread look at the volume soon, as [`Follow::look`] does, without waiting for it.
    pub(crate) fn look_soon(&self) {
        let hints = self.hints.clone();
        // If the thread has ended, the process ends.
        self.looks.ask_soon(move || {
            let _ = hints.send(Hint::Look);
        });
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
