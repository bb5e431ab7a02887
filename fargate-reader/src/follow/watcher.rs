//! The choice of the watcher. No other module knows how changes on the volume are noticed.
//!
//! The events of any watcher are hints. The thread scans the volume without them as well, only less often.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use nfs_watcher::{Handle, NfsWatcher, is_network_filesystem};
use notify::event::{EventKind, ModifyKind};
use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};
use shared_volume::WallDir;

use super::hint::{Hint, Part};
use super::snapshot::WatcherKind;
use crate::settings::{Settings, Watch};

/// The pause between two scans of everything while there is a watcher.
const RESCAN_INTERVAL: Duration = Duration::from_secs(5);

/// The interval of the network watcher while no stream is open: each look costs money on EFS.
pub(crate) const IDLE_INTERVAL: Duration = Duration::from_secs(2);

/// The settings of the watcher that is to be started.
#[derive(Debug)]
pub(super) struct WatchPlan {
    watch: Watch,
    pub(super) interval: Duration,
    /// The interval while every change is announced.
    announced_interval: Duration,
    hints: Sender<Hint>,
}

/// A watcher of a wall. It watches until it is dropped.
#[derive(Debug)]
pub(super) struct WallWatcher(Chosen);

#[derive(Debug)]
enum Chosen {
    /// Watches the directory that had this identity when watching began.
    Native { dir: PathBuf, identity: (u64, u64), watcher: RecommendedWatcher },
    /// Watches the two files, which need not exist, and finds them again after the directory was replaced.
    Nfs(NfsWatcher),
}

impl WatchPlan {
    pub(super) fn new(settings: &Settings, hints: Sender<Hint>) -> Self {
        let (interval, announced_interval) = (settings.watch_interval, settings.announced_interval);
        Self { watch: settings.watch, interval, announced_interval: announced_interval.max(interval), hints }
    }

    /// Starts to watch a wall.
    ///
    /// # Errors
    /// Returns an error if the directory of the wall is missing or cannot be watched.
    pub(super) fn start(&self, wall: &WallDir) -> notify::Result<WallWatcher> {
        let dir = wall.path();
        let native = match self.watch {
            Watch::Native => true,
            Watch::Nfs => false,
            Watch::Auto => !is_network_filesystem(dir)?,
        };
        let handler = handler(wall.clone(), self.hints.clone());
        let chosen = if native {
            let identity = identity(dir)?;
            let mut watcher = RecommendedWatcher::new(handler, Config::default())?;
            watcher.watch(dir, RecursiveMode::NonRecursive)?;
            Chosen::Native { dir: dir.to_owned(), identity, watcher }
        } else {
            let mut watcher = NfsWatcher::new(handler, Config::default().with_poll_interval(self.interval))?;
            watcher.watch(&wall.content(), RecursiveMode::NonRecursive)?;
            watcher.watch(&wall.config(), RecursiveMode::NonRecursive)?;
            Chosen::Nfs(watcher)
        };
        Ok(WallWatcher(chosen))
    }

    /// Sets the pace of the network watcher, and returns the pause between two scans of everything.
    pub(super) fn pace(&self, watcher: Option<&WallWatcher>, has_audience: bool, is_announced: bool) -> Duration {
        let interval = if is_announced { self.announced_interval } else { self.interval };
        let interval = if has_audience { interval } else { interval.max(IDLE_INTERVAL) };
        match watcher.map(|watcher| &watcher.0) {
            Some(Chosen::Native { .. }) => RESCAN_INTERVAL,
            Some(Chosen::Nfs(watcher)) => {
                watcher.handle().set_interval(interval);
                RESCAN_INTERVAL
            }
            None => interval,
        }
    }
}

impl WallWatcher {
    pub(super) fn kind(&self) -> WatcherKind {
        match self.0 {
            Chosen::Native { .. } => WatcherKind::Native,
            Chosen::Nfs(_) => WatcherKind::Nfs,
        }
    }

    /// Returns the handle that shows how long the mount has not answered. The native watcher does not call the mount.
    pub(super) fn handle(&self) -> Option<Handle> {
        match &self.0 {
            Chosen::Native { .. } => None,
            Chosen::Nfs(watcher) => Some(watcher.handle()),
        }
    }

    /// Returns true if the directory at the wall's path is the one that is watched.
    pub(super) fn is_current(&self) -> bool {
        match &self.0 {
            Chosen::Native { dir, identity: watched, .. } => identity(dir).is_ok_and(|identity| identity == *watched),
            Chosen::Nfs(_) => true,
        }
    }

    /// Renews the watch, which may have been lost without an event. Called after a pause without hints.
    pub(super) fn renew(&mut self) {
        if let Chosen::Native { dir, watcher, .. } = &mut self.0
            && let Err(error) = watcher.watch(dir, RecursiveMode::NonRecursive)
        {
            tracing::warn!(%error, "watch_renewal_failed");
        }
    }
}

fn handler(wall: WallDir, hints: Sender<Hint>) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    move |event| {
        let hint = match event {
            // Reading raises these events: a scan for each of them would never end.
            Ok(event) if event.kind.is_access() => return,
            Ok(event) if takes_away(event.kind) && event.paths.iter().any(|path| path == wall.path()) => {
                Hint::WatchLost
            }
            Ok(event) => part(&wall, &event).map_or(Hint::Scan, Hint::Changed),
            Err(error) => {
                tracing::warn!(%error, "watcher_failed");
                Hint::Scan
            }
        };
        // The thread has ended if the reader shuts down.
        let _ = hints.send(hint);
    }
}

/// Returns the part that an event is about, or `None` if it is about every part. A removal is, because the directory may be
/// gone too.
fn part(wall: &WallDir, event: &Event) -> Option<Part> {
    if event.need_rescan() || event.kind.is_remove() {
        return None;
    }
    let is_about = |file: PathBuf| event.paths.contains(&file);
    match (is_about(wall.content()), is_about(wall.config())) {
        (true, false) => Some(Part::Messages),
        (false, true) => Some(Part::Configuration),
        _ => None,
    }
}

fn takes_away(kind: EventKind) -> bool {
    matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
}

fn identity(dir: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs_err::metadata(dir)?;
    Ok((metadata.dev(), metadata.ino()))
}
