//! The choice of the watcher: the one place that knows how changes are noticed.
//!
//! Whatever is chosen, its events are hints. The thread looks at the volume regardless, only less often.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::Hint;
use crate::settings::{Settings, Watch};

/// How often the thread looks although no watcher said so.
const RESCAN: Duration = Duration::from_secs(5);

/// How often it looks when it has to look to notice anything, and nobody follows the wall: looking costs money on EFS.
const SLOW: Duration = Duration::from_secs(2);

/// File systems on which another host may write, which the kernel's notifications never tell, by `f_type` of
/// statfs(2): NFS, CIFS, SMB2, FUSE (sshfs, virtiofs), 9P, Ceph, Lustre, AFS.
const NETWORK: [u32; 8] =
    [0x0000_6969, 0xff53_4d42, 0xfe53_4d42, 0x6573_5546, 0x0102_1997, 0x00c3_6400, 0x0bd0_0bd0, 0x5346_414f];

/// How to watch, whatever the directory turns out to be.
#[derive(Debug)]
pub(super) struct Plan {
    watch: Watch,
    interval: Duration,
    hints: Sender<Hint>,
}

/// A directory that is being watched.
#[derive(Debug)]
pub(super) struct Watching {
    dir: PathBuf,
    identity: (u64, u64),
    watcher: Chosen,
}

#[derive(Debug)]
enum Chosen {
    Native(RecommendedWatcher),
    Nfs(PollWatcher),
}

impl Plan {
    pub(super) fn new(settings: &Settings, hints: Sender<Hint>) -> Self {
        Self { watch: settings.watch, interval: settings.watch_interval, hints }
    }

    /// Begins to watch `dir`, which exists.
    pub(super) fn begin(&self, dir: &Path) -> io::Result<Watching> {
        let native = match self.watch {
            Watch::Native => true,
            Watch::Nfs => false,
            Watch::Auto => !is_network(dir)?,
        };
        let identity = identity(dir)?;
        let handler = handler(dir.to_owned(), self.hints.clone());
        // The thread asks for each poll, so that it can be slow while nobody follows.
        let config = Config::default().with_manual_polling().with_compare_contents(true);
        let watcher = if native {
            RecommendedWatcher::new(handler, config).map(Chosen::Native)
        } else {
            PollWatcher::new(handler, config).map(Chosen::Nfs)
        };
        let mut watching = Watching { dir: dir.to_owned(), identity, watcher: watcher.map_err(io::Error::other)? };
        watching.renew()?;
        Ok(watching)
    }

    /// How long the thread may wait for a hint.
    pub(super) fn patience(&self, watching: Option<&Watching>, followed: bool) -> Duration {
        match watching.map(|watching| &watching.watcher) {
            Some(Chosen::Native(_)) => RESCAN,
            Some(Chosen::Nfs(_)) | None if followed => self.interval,
            Some(Chosen::Nfs(_)) | None => self.interval.max(SLOW),
        }
    }
}

impl Watching {
    /// `native` or `nfs`.
    pub(super) fn name(&self) -> &'static str {
        match self.watcher {
            Chosen::Native(_) => "native",
            Chosen::Nfs(_) => "nfs",
        }
    }

    /// Whether the path still names the directory that is watched.
    pub(super) fn is_current(&self) -> bool {
        identity(&self.dir).is_ok_and(|identity| identity == self.identity)
    }

    /// Nothing was hinted for a while.
    pub(super) fn tick(&mut self) {
        let ticked = match &mut self.watcher {
            // A watch that got lost unnoticed is back after this.
            Chosen::Native(_) => self.renew(),
            Chosen::Nfs(watcher) => watcher.poll().map_err(io::Error::other),
        };
        if let Err(error) = ticked {
            tracing::warn!(%error, "watch_tick_failed");
        }
    }

    fn renew(&mut self) -> io::Result<()> {
        let watched = match &mut self.watcher {
            Chosen::Native(watcher) => watcher.watch(&self.dir, RecursiveMode::NonRecursive),
            Chosen::Nfs(watcher) => watcher.watch(&self.dir, RecursiveMode::NonRecursive),
        };
        watched.map_err(io::Error::other)
    }
}

fn handler(dir: PathBuf, hints: Sender<Hint>) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    move |event| {
        let hint = match event {
            // Reading raises these: to react to them would be to never stop.
            Ok(event) if event.kind.is_access() => return,
            Ok(event) if takes_away(event.kind) && event.paths.contains(&dir) => Hint::WatchLost,
            Ok(_) => Hint::Look,
            Err(error) => {
                tracing::warn!(%error, "watcher_failed");
                Hint::Look
            }
        };
        // Nobody listens any more while the reader shuts down.
        let _ = hints.send(hint);
    }
}

fn takes_away(kind: EventKind) -> bool {
    matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
}

fn identity(dir: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs_err::metadata(dir)?;
    Ok((metadata.dev(), metadata.ino()))
}

fn is_network(dir: &Path) -> io::Result<bool> {
    let statfs = rustix::fs::statfs(dir)?;
    // The type is a number of 32 bits, whatever width and sign the platform gives it.
    Ok(NETWORK.contains(&(statfs.f_type as u32)))
}
