//! A watcher on one of the clients, and the events that it reported.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use nfs_watcher::{Handle, NfsWatcher};
use notify::event::Flag;
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::clients::Client;

pub(crate) const INTERVAL: Duration = Duration::from_millis(250);

/// The events that a watcher reported, in order.
type Reported = Arc<(Mutex<Vec<(Instant, notify::Result<Event>)>>, Condvar)>;

/// A watcher and its events.
pub(crate) struct Sight {
    pub(crate) name: &'static str,
    client: Client,
    watcher: Box<dyn Watcher>,
    reported: Reported,
}

impl Sight {
    pub(crate) fn nfs(client: Client) -> Result<(Self, Handle)> {
        let reported = Reported::default();
        let watcher = NfsWatcher::new(remember(&reported), Config::default().with_poll_interval(INTERVAL))?;
        let handle = watcher.handle();
        Ok((Self { name: "NfsWatcher", client, watcher: Box::new(watcher), reported }, handle))
    }

    pub(crate) fn recommended(client: Client) -> Result<Self> {
        let reported = Reported::default();
        let watcher = RecommendedWatcher::new(remember(&reported), Config::default())?;
        Ok(Self { name: "RecommendedWatcher", client, watcher: Box::new(watcher), reported })
    }

    pub(crate) fn poll(client: Client, compare_contents: bool) -> Result<Self> {
        let reported = Reported::default();
        let config = Config::default().with_poll_interval(INTERVAL).with_compare_contents(compare_contents);
        let watcher = PollWatcher::new(remember(&reported), config)?;
        let name = if compare_contents { "PollWatcher, contents" } else { "PollWatcher" };
        Ok(Self { name, client, watcher: Box::new(watcher), reported })
    }

    pub(crate) fn watch(&mut self, path: &Path) -> notify::Result<()> {
        self.watcher.watch(&self.client.path(path), RecursiveMode::NonRecursive)
    }

    pub(crate) fn watch_tree(&mut self, path: &Path) -> notify::Result<()> {
        self.watcher.watch(&self.client.path(path), RecursiveMode::Recursive)
    }

    pub(crate) fn unwatch(&mut self, path: &Path) -> notify::Result<()> {
        self.watcher.unwatch(&self.client.path(path))
    }

    /// Returns the time of the first event about this path at or after `since`.
    pub(crate) fn seen(&self, path: &Path, since: Instant) -> Option<Instant> {
        let path = self.client.path(path);
        let reported = self.reported.0.lock().unwrap_or_else(PoisonError::into_inner);
        reported.iter().find(|(when, news)| *when >= since && is_about(news, &path)).map(|(when, _)| *when)
    }

    /// Waits for an event about this path at or after `since`.
    pub(crate) fn await_seen(&self, path: &Path, since: Instant, patience: Duration) -> Option<Instant> {
        self.until(patience, || self.seen(path, since))
    }

    /// Waits for an event of this kind about this path at or after `since`.
    pub(crate) fn await_event(
        &self,
        path: &Path,
        kind: EventKind,
        since: Instant,
        patience: Duration,
    ) -> Option<Instant> {
        let path = self.client.path(path);
        self.until(patience, || {
            let reported = self.reported.0.lock().unwrap_or_else(PoisonError::into_inner);
            let matches = |news: &notify::Result<Event>| {
                is_about(news, &path) && news.as_ref().is_ok_and(|event| event.kind == kind)
            };
            reported.iter().find(|(when, news)| *when >= since && matches(news)).map(|(when, _)| *when)
        })
    }

    fn until(&self, patience: Duration, look: impl Fn() -> Option<Instant>) -> Option<Instant> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(seen) = look() {
                return Some(seen);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let reported = self.reported.0.lock().unwrap_or_else(PoisonError::into_inner);
            // In steps, because an event may have been reported between the look above and this lock.
            drop(self.reported.1.wait_timeout(reported, left.min(Duration::from_millis(20))));
        }
    }

    /// Returns the number of errors and the number of rescans at or after `since`.
    pub(crate) fn trouble(&self, since: Instant) -> (usize, usize) {
        let reported = self.reported.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = || reported.iter().filter(|(when, _)| *when >= since).map(|(_, news)| news);
        let is_rescan = |event: &Event| event.attrs.flag() == Some(Flag::Rescan);
        (news().filter(|news| news.is_err()).count(), news().filter(|news| news.as_ref().is_ok_and(is_rescan)).count())
    }
}

fn is_about(news: &notify::Result<Event>, path: &PathBuf) -> bool {
    news.as_ref().is_ok_and(|event| event.paths.contains(path))
}

fn remember(reported: &Reported) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    let reported = Arc::clone(reported);
    move |news| {
        reported.0.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), news));
        reported.1.notify_all();
    }
}
