//! A watcher on one of the clients, and when it told of what.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use nfs_watcher::{Handle, NfsWatcher};
use notify::event::Flag;
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::clients::Client;

pub(crate) const INTERVAL: Duration = Duration::from_millis(250);

/// Everything a watcher told, in the order of telling.
type Told = Arc<(Mutex<Vec<(Instant, notify::Result<Event>)>>, Condvar)>;

/// A watcher and its memory.
pub(crate) struct Sight {
    pub(crate) name: &'static str,
    client: Client,
    watcher: Box<dyn Watcher>,
    told: Told,
}

impl Sight {
    pub(crate) fn nfs(client: Client) -> Result<(Self, Handle)> {
        let told = Told::default();
        let watcher = NfsWatcher::new(remember(&told), Config::default().with_poll_interval(INTERVAL))?;
        let handle = watcher.handle();
        Ok((Self { name: "NfsWatcher", client, watcher: Box::new(watcher), told }, handle))
    }

    pub(crate) fn recommended(client: Client) -> Result<Self> {
        let told = Told::default();
        let watcher = RecommendedWatcher::new(remember(&told), Config::default())?;
        Ok(Self { name: "RecommendedWatcher", client, watcher: Box::new(watcher), told })
    }

    pub(crate) fn poll(client: Client, compare_contents: bool) -> Result<Self> {
        let told = Told::default();
        let config = Config::default().with_poll_interval(INTERVAL).with_compare_contents(compare_contents);
        let watcher = PollWatcher::new(remember(&told), config)?;
        let name = if compare_contents { "PollWatcher, contents" } else { "PollWatcher" };
        Ok(Self { name, client, watcher: Box::new(watcher), told })
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

    /// When this path was first told of, at or after `since`.
    pub(crate) fn seen(&self, path: &Path, since: Instant) -> Option<Instant> {
        let path = self.client.path(path);
        let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().find(|(when, news)| *when >= since && is_about(news, &path)).map(|(when, _)| *when)
    }

    /// Waits until this path was told of, at or after `since`.
    pub(crate) fn await_seen(&self, path: &Path, since: Instant, patience: Duration) -> Option<Instant> {
        self.until(patience, || self.seen(path, since))
    }

    /// Waits until this was told of the path, at or after `since`.
    pub(crate) fn await_told(
        &self,
        path: &Path,
        what: EventKind,
        since: Instant,
        patience: Duration,
    ) -> Option<Instant> {
        let path = self.client.path(path);
        self.until(patience, || {
            let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_it = |news: &notify::Result<Event>| {
                is_about(news, &path) && news.as_ref().is_ok_and(|event| event.kind == what)
            };
            told.iter().find(|(when, news)| *when >= since && is_it(news)).map(|(when, _)| *when)
        })
    }

    fn until(&self, patience: Duration, look: impl Fn() -> Option<Instant>) -> Option<Instant> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(seen) = look() {
                return Some(seen);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
            // In steps, because an event may have been told between the look above and this lock.
            drop(self.told.1.wait_timeout(told, left.min(Duration::from_millis(20))));
        }
    }

    /// How many errors and how many rescans were told at or after `since`.
    pub(crate) fn trouble(&self, since: Instant) -> (usize, usize) {
        let told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = || told.iter().filter(|(when, _)| *when >= since).map(|(_, news)| news);
        let is_rescan = |event: &Event| event.attrs.flag() == Some(Flag::Rescan);
        (news().filter(|news| news.is_err()).count(), news().filter(|news| news.as_ref().is_ok_and(is_rescan)).count())
    }
}

fn is_about(news: &notify::Result<Event>, path: &PathBuf) -> bool {
    news.as_ref().is_ok_and(|event| event.paths.contains(path))
}

fn remember(told: &Told) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    let told = Arc::clone(told);
    move |news| {
        told.0.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), news));
        told.1.notify_all();
    }
}
