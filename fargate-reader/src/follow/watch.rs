//! The choice of the watcher: the one place that knows how changes are noticed.
//!
//! Whatever is chosen, its events are hints. The thread looks at the volume regardless, only less often.

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
use crate::settings::{Settings, Watch};

/// How often the thread looks although no watcher said so.
const RESCAN: Duration = Duration::from_secs(5);

/// The interval of the network watcher while nobody follows the wall: looking costs money on EFS.
const SLOW: Duration = Duration::from_secs(2);

/// How to watch, whatever the directory turns out to be.
#[derive(Debug)]
pub(super) struct Plan {
    watch: Watch,
    interval: Duration,
    hints: Sender<Hint>,
}

/// A wall that is being watched.
#[derive(Debug)]
pub(super) struct Watching(Chosen);

#[derive(Debug)]
enum Chosen {
    /// Watches the directory that had this identity when watching began.
    Native { dir: PathBuf, identity: (u64, u64), watcher: RecommendedWatcher },
    /// Watches the two files, whether they are there or not, and finds them again when the directory is replaced.
    Nfs(NfsWatcher),
}

impl Plan {
    pub(super) fn new(settings: &Settings, hints: Sender<Hint>) -> Self {
        Self { watch: settings.watch, interval: settings.watch_interval, hints }
    }

    /// Begins to watch a wall whose directory exists.
    pub(super) fn begin(&self, wall: &WallDir) -> notify::Result<Watching> {
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
        Ok(Watching(chosen))
    }

    /// How long the thread may wait for a hint; the network watcher is made as quick as it has to be meanwhile.
    pub(super) fn patience(&self, watching: Option<&Watching>, followed: bool) -> Duration {
        let interval = if followed { self.interval } else { self.interval.max(SLOW) };
        match watching.map(|watching| &watching.0) {
            Some(Chosen::Native { .. }) => RESCAN,
            Some(Chosen::Nfs(watcher)) => {
                watcher.handle().set_interval(interval);
                RESCAN
            }
            None => interval,
        }
    }
}

impl Watching {
    /// `native` or `nfs`.
    pub(super) fn name(&self) -> &'static str {
        match self.0 {
            Chosen::Native { .. } => "native",
            Chosen::Nfs(_) => "nfs",
        }
    }

    /// Shows whether the mount answers the watcher; the native one asks nothing of it.
    pub(super) fn heartbeat(&self) -> Option<Handle> {
        match &self.0 {
            Chosen::Native { .. } => None,
            Chosen::Nfs(watcher) => Some(watcher.handle()),
        }
    }

    /// Whether what the path names now is what is watched.
    pub(super) fn is_current(&self) -> bool {
        match &self.0 {
            Chosen::Native { dir, identity: watched, .. } => identity(dir).is_ok_and(|identity| identity == *watched),
            Chosen::Nfs(_) => true,
        }
    }

    /// Nothing was hinted for a while.
    pub(super) fn tick(&mut self) {
        // A watch that got lost unnoticed is back after this.
        if let Chosen::Native { dir, watcher, .. } = &mut self.0
            && let Err(error) = watcher.watch(dir, RecursiveMode::NonRecursive)
        {
            tracing::warn!(%error, "watch_tick_failed");
        }
    }
}

fn handler(wall: WallDir, hints: Sender<Hint>) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    move |event| {
        let hint = match event {
            // Reading raises these: to react to them would be to never stop.
            Ok(event) if event.kind.is_access() => return,
            Ok(event) if takes_away(event.kind) && event.paths.iter().any(|path| path == wall.path()) => {
                Hint::WatchLost
            }
            Ok(event) => part(&wall, &event).map_or(Hint::Look, Hint::Changed),
            Err(error) => {
                tracing::warn!(%error, "watcher_failed");
                Hint::Look
            }
        };
        // Nobody listens any more while the reader shuts down.
        let _ = hints.send(hint);
    }
}

/// The one part that an event is about. What is gone may be gone with its directory.
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
