//! Communication between the watcher's thread and all others.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::liveness::Liveness;

/// The shortest interval. Shorter ones would keep a core busy.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// Controls and observes a running [`NfsWatcher`](crate::NfsWatcher) from any thread.
///
/// A handle is cheap to clone and does not keep the watcher running. Its methods neither touch the mount nor wait for
/// the watcher's thread, so they return immediately even while the mount hangs.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
}

impl Handle {
    /// Sets the time between two scans. If the new interval makes a scan due, it starts immediately.
    ///
    /// The minimum is one millisecond; shorter intervals are rounded up. This starts automatic polling if the watcher
    /// was created with [`Config::with_manual_polling`](notify::Config::with_manual_polling).
    pub fn set_interval(&self, interval: Duration) {
        self.shared.set_interval(Some(interval));
    }

    /// Returns the time between two scans, or `None` if the watcher scans only on request.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.shared.state().interval
    }

    /// Requests a scan now. If one is running, another one follows it.
    pub fn scan_now(&self) {
        self.shared.state().scan_now = true;
        self.shared.changed.notify_all();
    }

    /// Returns the time for which the current system call has been waiting for the file system, or zero if there is no
    /// such call.
    ///
    /// It grows while the watcher's thread hangs in the kernel because the server does not answer. It does not depend on
    /// the interval: between two scans it is zero.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        self.shared.liveness.silent_for()
    }

    /// Returns the time at which the last scan ended, or `None` before the first.
    #[must_use]
    pub fn last_scan(&self) -> Option<Instant> {
        self.shared.liveness.last_scan()
    }

    /// Returns the times at which the scans since `since` ended, oldest first; at most the newest 500.
    #[must_use]
    pub fn scans_since(&self, since: Instant) -> Vec<Instant> {
        self.shared.liveness.scans_since(since)
    }

    /// Returns the number of completed scans.
    #[must_use]
    pub fn scans(&self) -> u64 {
        self.shared.liveness.scans()
    }

    /// Returns true while the watcher's thread runs. It ends when the watcher is dropped or the event handler panics.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let state = self.shared.state();
        !state.stop && !state.ended
    }
}

/// The state shared by the watcher, its handles and its thread. No lock in it is held during a call to the mount.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    pub(crate) liveness: Liveness,
}

#[derive(Debug, Default)]
struct State {
    interval: Option<Duration>,
    scan_now: bool,
    requests: Vec<Request>,
    stop: bool,
    ended: bool,
}

/// A request to the watcher's thread.
#[derive(Debug)]
pub(crate) enum Request {
    /// `caller` receives the result of the first scan. Its other end is closed if that took too long.
    Watch {
        path: PathBuf,
        recursive: bool,
        caller: Option<SyncSender<notify::Result<()>>>,
    },
    Unwatch {
        path: PathBuf,
    },
}

/// The next step of the watcher's thread.
#[derive(Debug)]
pub(crate) enum Step {
    Requests(Vec<Request>),
    /// A scan, with the time at which it was due. Counting from there keeps a late scan from delaying the next one.
    Scan(Instant),
    Stop,
}

impl Shared {
    /// Waits for the next step. `since` is the time at which the last scan was due.
    pub(crate) fn wait(&self, since: Instant) -> Step {
        let mut state = self.state();
        loop {
            if state.stop {
                return Step::Stop;
            }
            if !state.requests.is_empty() {
                return Step::Requests(std::mem::take(&mut state.requests));
            }
            let now = Instant::now();
            if std::mem::take(&mut state.scan_now) {
                return Step::Scan(now);
            }
            if let Some(interval) = state.interval.filter(|interval| now - since >= *interval) {
                // Scans that were missed because the mount was slow are not repeated.
                let due = since + interval;
                return Step::Scan(if now - due < interval { due } else { now });
            }
            let left = state.interval.map(|interval| interval.saturating_sub(now - since));
            state = match left {
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    pub(crate) fn set_interval(&self, interval: Option<Duration>) {
        self.state().interval = interval.map(|interval| interval.max(MIN_INTERVAL));
        self.changed.notify_all();
    }

    /// Sends a request to the thread. Returns false if the thread has ended.
    pub(crate) fn send(&self, request: Request) -> bool {
        let mut state = self.state();
        if state.ended {
            return false;
        }
        state.requests.push(request);
        drop(state);
        self.changed.notify_all();
        true
    }

    pub(crate) fn stop(&self) {
        self.state().stop = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.state().stop
    }

    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        // Dropping the senders wakes every `watch` that still waits for its first scan.
        state.requests.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shared, Step};
    use std::time::{Duration, Instant};

    /// Returns the time at which the last scan was due, and that of the next one.
    fn due(ago: Duration) -> (Instant, Instant) {
        let (shared, since) = (Shared::default(), Instant::now() - ago);
        shared.set_interval(Some(Duration::from_secs(10)));
        match shared.wait(since) {
            Step::Scan(due) => (since, due),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_late_scan_does_not_delay_the_next_one() {
        let (since, due) = due(Duration::from_secs(13));
        assert_eq!(due - since, Duration::from_secs(10));
    }

    #[test]
    fn missed_scans_are_not_repeated() {
        let (since, due) = due(Duration::from_secs(35));
        assert!(due - since >= Duration::from_secs(35));
    }
}
