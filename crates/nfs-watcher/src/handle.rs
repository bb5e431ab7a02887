//! What other threads say to the watcher's thread, and ask of it.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::heart::Heart;

/// Below this an interval would only keep one core busy.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Talks to a running [`NfsWatcher`](crate::NfsWatcher) from any thread.
///
/// Cheap to clone. None of its methods touches the mount or waits for the watcher's thread, so all of them answer at
/// once, even while the mount hangs. A handle does not keep the watcher running.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
}

impl Handle {
    /// Changes the time between two ticks, from now on. A tick that the new interval makes due is done at once.
    ///
    /// At least one millisecond; anything shorter counts as one. Starts automatic polling when the watcher was made with
    /// [`Config::with_manual_polling`](notify::Config::with_manual_polling).
    pub fn set_interval(&self, interval: Duration) {
        self.shared.set_interval(Some(interval));
    }

    /// The time between two ticks; `None` when the watcher only looks when told to.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.shared.state().interval
    }

    /// Asks for a tick at once. When one is under way, another follows it.
    pub fn look_now(&self) {
        self.shared.state().look_now = true;
        self.shared.changed.notify_all();
    }

    /// For how long the file system has owed an answer: zero while it owes none, growing while the watcher's thread hangs
    /// in the kernel because the server is gone.
    ///
    /// It does not depend on the interval: a slow watcher at rest is not silent.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        self.shared.heart.silent_for()
    }

    /// When the last tick was over; `None` before the first.
    #[must_use]
    pub fn last_tick(&self) -> Option<Instant> {
        self.shared.heart.last_tick()
    }

    /// How many ticks are over.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.shared.heart.ticks()
    }

    /// Whether the watcher's thread still runs. It ends when the watcher is dropped, or when the event handler panics.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let state = self.shared.state();
        !state.stop && !state.ended
    }
}

/// Joins the watcher, its handles and its thread. No lock of it is ever held while the mount is touched.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    pub(crate) heart: Heart,
}

#[derive(Debug, Default)]
struct State {
    interval: Option<Duration>,
    look_now: bool,
    orders: Vec<Order>,
    stop: bool,
    ended: bool,
}

/// What the thread has to do beside its ticks.
#[derive(Debug)]
pub(crate) enum Order {
    /// `caller` waits for the outcome of the first look at the path, and is gone when that took too long.
    Watch {
        path: PathBuf,
        recursive: bool,
        caller: Option<SyncSender<notify::Result<()>>>,
    },
    Unwatch {
        path: PathBuf,
    },
}

/// What the thread does next.
#[derive(Debug)]
pub(crate) enum Turn {
    Orders(Vec<Order>),
    /// A tick, and when it was due: ticks keep their rhythm, however long each of them is late.
    Tick(Instant),
    Stop,
}

impl Shared {
    /// Waits until there is something to do; `since` is when the last tick was due.
    pub(crate) fn wait(&self, since: Instant) -> Turn {
        let mut state = self.state();
        loop {
            if state.stop {
                return Turn::Stop;
            }
            if !state.orders.is_empty() {
                return Turn::Orders(std::mem::take(&mut state.orders));
            }
            let now = Instant::now();
            if std::mem::take(&mut state.look_now) {
                return Turn::Tick(now);
            }
            if let Some(interval) = state.interval.filter(|interval| now - since >= *interval) {
                // Ticks that did not happen because the mount was slow are not made up for.
                let due = since + interval;
                return Turn::Tick(if now - due < interval { due } else { now });
            }
            let left = state.interval.map(|interval| interval.saturating_sub(now - since));
            state = match left {
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    pub(crate) fn set_interval(&self, interval: Option<Duration>) {
        self.state().interval = interval.map(|interval| interval.max(SHORTEST_INTERVAL));
        self.changed.notify_all();
    }

    /// Hands an order to the thread; `false` when there is no thread any more.
    pub(crate) fn order(&self, order: Order) -> bool {
        let mut state = self.state();
        if state.ended {
            return false;
        }
        state.orders.push(order);
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
        // Whoever waits for an order of these learns that it will not be carried out.
        state.orders.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shared, Turn};
    use std::time::{Duration, Instant};

    /// When the tick that comes now was due, if the one before was due so long ago.
    fn due(ago: Duration) -> (Instant, Instant) {
        let (shared, since) = (Shared::default(), Instant::now() - ago);
        shared.set_interval(Some(Duration::from_secs(10)));
        match shared.wait(since) {
            Turn::Tick(due) => (since, due),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_late_tick_does_not_make_the_next_one_late() {
        let (since, due) = due(Duration::from_secs(13));
        assert_eq!(due - since, Duration::from_secs(10));
    }

    #[test]
    fn ticks_that_were_missed_are_not_made_up_for() {
        let (since, due) = due(Duration::from_secs(35));
        assert!(due - since >= Duration::from_secs(35));
    }
}
