//! Watches the source for changes of other hosts.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use nfs_watcher::NfsWatcher;
use notify::{Config, RecursiveMode, Watcher};

use super::wake::Wake;
use crate::board::Board;
use crate::settings::Mirror;

/// The shortest default pause between two scans.
const INTERVAL: Duration = Duration::from_millis(500);

/// The share of each file in the default pause. A scan costs two requests for each file, so this bounds them to 133 a second,
/// and the processor time to less than 0.2 %.
const INTERVAL_PER_FILE: Duration = Duration::from_millis(15);

/// A watcher of one source.
#[derive(Debug)]
pub(super) struct Watching {
    watcher: NfsWatcher,
    from: PathBuf,
    interval: Option<Duration>,
    is_watched: bool,
}

impl Watching {
    /// Starts the watcher. It always scans: where another host writes, the kernel reports nothing. Without it the regular looks
    /// find changes.
    pub(super) fn start(mirror: &Mirror, hints: mpsc::Sender<Wake>, board: &Board) -> Option<Self> {
        // An error is a hint as well: the look finds out what is wrong.
        let on_event = move |_event| drop(hints.send(Wake::Hint));
        let interval = mirror.interval;
        let config = Config::default().with_follow_symlinks(false).with_poll_interval(interval.unwrap_or(INTERVAL));
        let watcher = NfsWatcher::new(on_event, config);
        let watcher = watcher.inspect_err(|error| tracing::error!(error = %error, "watcher_not_started")).ok()?;
        board.watched_by(watcher.handle());
        Some(Self { watcher, from: mirror.from.clone(), interval, is_watched: false })
    }

    /// Watches the source if it is not watched yet. Looks find the changes of a source that cannot be watched.
    pub(super) fn watch(&mut self) {
        if self.is_watched {
            return;
        }
        match self.watcher.watch(&self.from, RecursiveMode::Recursive) {
            Ok(()) => self.is_watched = true,
            Err(error) => tracing::debug!(error = %error, "source_not_watched"),
        }
    }

    /// Adapts the pause between two scans to the number of files.
    pub(super) fn adapt(&self, files: usize) {
        if self.interval.is_none() {
            let files = u32::try_from(files).unwrap_or(u32::MAX);
            self.watcher.handle().set_interval(INTERVAL.max(INTERVAL_PER_FILE.saturating_mul(files)));
        }
    }
}
