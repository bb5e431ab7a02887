//! The watcher as its owner holds it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use notify::{Config, Error, EventHandler, RecursiveMode, Result, Watcher, WatcherKind};

use crate::handle::{Handle, Order, Shared};
use crate::rounds;

/// How long [`NfsWatcher::watch`] waits for the first look at the path. A healthy mount answers within milliseconds.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// A [`notify::Watcher`] for network mounts, in the place of [`notify::PollWatcher`].
///
/// Of the [`Config`] it heeds the poll interval (30 s unless set, as in `PollWatcher`) and `follow_symlinks`. Contents are
/// never read, so `compare_contents` changes nothing.
///
/// Events are told on the watcher's own thread, the only one that touches the mount. Dropping the watcher never waits
/// for that thread; once `drop` returned, no further event begins to be told.
#[derive(Debug)]
pub struct NfsWatcher {
    shared: Arc<Shared>,
    thread: ThreadId,
    paths: BTreeSet<PathBuf>,
}

impl NfsWatcher {
    /// Makes a watcher and starts its thread.
    ///
    /// # Errors
    ///
    /// When the poll interval is zero or the thread cannot be started.
    pub fn new<F: EventHandler>(event_handler: F, config: Config) -> Result<Self> {
        if config.poll_interval() == Some(Duration::ZERO) {
            return Err(Error::invalid_config(&config));
        }
        let shared = Arc::new(Shared::default());
        shared.set_interval(config.poll_interval());
        let follow_symlinks = config.follow_symlinks();
        let thread = thread::Builder::new().name("nfs-watcher".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || rounds::run(shared, event_handler, follow_symlinks)
        })?;
        Ok(Self { shared, thread: thread.thread().id(), paths: BTreeSet::new() })
    }

    /// A handle by which any thread can change the interval, ask for a look, and see whether the mount answers.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle { shared: Arc::clone(&self.shared) }
    }
}

impl Watcher for NfsWatcher {
    fn new<F: EventHandler>(event_handler: F, config: Config) -> Result<Self> {
        Self::new(event_handler, config)
    }

    /// Begins to watch a path, whether or not there is anything there yet.
    ///
    /// When this returns `Ok`, the path was looked at once, and every later change is told. A mount that does not answer
    /// within 2 s is not waited for: the path is watched all the same, and once it was looked at, an event with the
    /// rescan flag tells so. Called from the event handler, it does not wait either, and tells nothing of a good look.
    ///
    /// # Errors
    ///
    /// When the first look fails for another reason than a missing path: no permission to reach the path, or to list the
    /// directory that it is, a mount in trouble, a path that can be none. Then the path is not watched, or as it was
    /// before. A look that was not waited for tells its failure to the event handler, and the path stays watched.
    ///
    /// When the path is empty, or the watcher's thread has ended.
    fn watch(&mut self, path: &Path, recursive_mode: RecursiveMode) -> Result<()> {
        if path.as_os_str().is_empty() {
            return Err(Error::path_not_found());
        }
        let from_outside = thread::current().id() != self.thread;
        // Without a buffer: the thread learns for certain whether its answer was waited for.
        let (caller, first_look) = mpsc::sync_channel(0);
        let accepted = self.shared.order(Order::Watch {
            path: path.to_owned(),
            recursive: recursive_mode == RecursiveMode::Recursive,
            caller: from_outside.then_some(caller),
        });
        let waited = if from_outside { first_look.recv_timeout(FIRST_LOOK) } else { Err(RecvTimeoutError::Timeout) };
        match waited {
            Ok(first_look) => first_look?,
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
        self.shared.order(Order::Unwatch { path: path.to_owned() });
        Ok(())
    }

    /// Changes the poll interval; the other options are fixed when the watcher is made.
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
        // Not joined: the thread may hang in the kernel for as long as the server is gone.
        self.shared.stop();
    }
}
