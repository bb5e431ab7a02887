//! The public watcher type.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use notify::{Config, Error, EventHandler, RecursiveMode, Result, Watcher, WatcherKind};

use crate::handle::{Handle, Request, Shared};
use crate::poller;

/// The time for which [`NfsWatcher::watch`] waits for the first scan of a path. A healthy mount answers within
/// milliseconds.
const FIRST_SCAN_WAIT: Duration = Duration::from_secs(2);

/// A [`notify::Watcher`] for network mounts, a replacement for [`notify::PollWatcher`].
///
/// It uses two options of [`Config`]: the poll interval (default 30 s, as in `PollWatcher`) and `follow_symlinks`.
/// Content is never read, so `compare_contents` has no effect.
///
/// The event handler is called on the watcher's own thread, the only one that touches the mount. Dropping the watcher
/// does not wait for that thread; after `drop` returns, no new call of the handler begins.
#[derive(Debug)]
pub struct NfsWatcher {
    shared: Arc<Shared>,
    thread: ThreadId,
    paths: BTreeSet<PathBuf>,
}

impl NfsWatcher {
    /// Creates a watcher and starts its thread.
    ///
    /// # Errors
    ///
    /// Returns an error if the poll interval is zero or the thread cannot be started.
    pub fn new<F: EventHandler>(event_handler: F, config: Config) -> Result<Self> {
        if config.poll_interval() == Some(Duration::ZERO) {
            return Err(Error::invalid_config(&config));
        }
        let shared = Arc::new(Shared::default());
        shared.set_interval(config.poll_interval());
        let follow_symlinks = config.follow_symlinks();
        let thread = thread::Builder::new().name("nfs-watcher".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || poller::run(shared, event_handler, follow_symlinks)
        })?;
        Ok(Self { shared, thread: thread.thread().id(), paths: BTreeSet::new() })
    }

    /// Returns a handle that can change the interval, request a scan and report for how long the mount has been silent.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle { shared: Arc::clone(&self.shared) }
    }
}

impl Watcher for NfsWatcher {
    fn new<F: EventHandler>(event_handler: F, config: Config) -> Result<Self> {
        Self::new(event_handler, config)
    }

    /// Watches a path, which need not exist yet.
    ///
    /// After this returns `Ok`, the path has been scanned once and every later change is reported. If the mount does not
    /// answer within 2 s, this returns `Ok` without the scan, and an event with the rescan flag follows when the scan is
    /// done. When called from the event handler, this does not wait either, and a successful scan causes no event.
    ///
    /// # Errors
    ///
    /// Returns an error if the first scan fails for any reason but a missing path: no permission to reach the path or to
    /// list it as a directory, an I/O error, or an invalid path. The path is then not watched, or remains watched as it
    /// was before. If this did not wait for the scan, the event handler receives the error and the path is watched.
    ///
    /// Returns an error if the path is empty or the watcher's thread has ended.
    fn watch(&mut self, path: &Path, recursive_mode: RecursiveMode) -> Result<()> {
        if path.as_os_str().is_empty() {
            return Err(Error::path_not_found());
        }
        let from_outside = thread::current().id() != self.thread;
        // No buffer: `send` fails in the thread if this function no longer waits.
        let (caller, first_scan) = mpsc::sync_channel(0);
        let accepted = self.shared.send(Request::Watch {
            path: path.to_owned(),
            recursive: recursive_mode == RecursiveMode::Recursive,
            caller: from_outside.then_some(caller),
        });
        let waited =
            if from_outside { first_scan.recv_timeout(FIRST_SCAN_WAIT) } else { Err(RecvTimeoutError::Timeout) };
        match waited {
            Ok(first_scan) => first_scan?,
            Err(RecvTimeoutError::Timeout) if accepted => {}
            Err(_) => return Err(Error::generic("the watcher's thread has ended").add_path(path.to_owned())),
        }
        self.paths.insert(path.to_owned());
        Ok(())
    }

    fn unwatch(&mut self, path: &Path) -> Result<()> {
        if !self.paths.remove(path) {
            return Err(Error::watch_not_found().add_path(path.to_owned()));
        }
        self.shared.send(Request::Unwatch { path: path.to_owned() });
        Ok(())
    }

    /// Sets the poll interval. The other options cannot be changed after the watcher is created.
    fn configure(&mut self, option: Config) -> Result<bool> {
        if option.poll_interval() == Some(Duration::ZERO) {
            return Err(Error::invalid_config(&option));
        }
        self.shared.set_interval(option.poll_interval());
        Ok(true)
    }

    fn kind() -> WatcherKind {
        WatcherKind::PollWatcher
    }
}

impl Drop for NfsWatcher {
    fn drop(&mut self) {
        // The thread is not joined: it may hang in the kernel until the server answers.
        self.shared.stop();
    }
}
