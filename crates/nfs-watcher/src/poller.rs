//! The watcher's thread: scans the watched paths at every interval and reports the differences.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SendError, SyncSender};
use std::time::{Duration, Instant};

use notify::EventHandler;

use crate::handle::{Request, Shared, Step};
use crate::mount::Mount;
use crate::watched::{Watched, rescan};

/// If one call took longer than this, a rescan event is reported: the owner may have marked the mount as hung and has
/// to learn that it recovered.
const LONG_SILENCE: Duration = Duration::from_secs(5);

/// The number of files that are scanned before they are closed. Closing a file is a round trip, which would delay the
/// events of the files after it.
const MAX_OPEN: usize = 16;

/// Runs until the watcher is dropped.
pub(crate) fn run<F: EventHandler>(shared: Arc<Shared>, handler: F, follow_symlinks: bool) {
    let poller = Poller { shared, handler, follow_symlinks, watched: BTreeMap::new() };
    poller.run();
}

struct Poller<F> {
    shared: Arc<Shared>,
    handler: F,
    follow_symlinks: bool,
    watched: BTreeMap<PathBuf, Watched>,
}

impl<F: EventHandler> Poller<F> {
    fn run(mut self) {
        let mut due = Instant::now();
        loop {
            match self.shared.wait(due) {
                Step::Stop => return,
                Step::Requests(requests) => requests.into_iter().for_each(|request| self.handle(request)),
                Step::Scan(now_due) => {
                    due = now_due;
                    self.scan();
                }
            }
        }
    }

    fn handle(&mut self, request: Request) {
        match request {
            Request::Unwatch { path } => drop(self.watched.remove(&path)),
            Request::Watch { path, recursive, caller } => self.begin(path, recursive, caller),
        }
    }

    /// Scans a path for the first time and watches it, unless `caller` receives the error of a failed scan.
    fn begin(&mut self, path: PathBuf, recursive: bool, caller: Option<SyncSender<notify::Result<()>>>) {
        let mut watched = Watched::new(path.clone(), recursive, self.follow_symlinks);
        let first_scan = watched.remember(Mount { liveness: &self.shared.liveness });
        let failed = first_scan.is_err();
        let undelivered = match caller {
            Some(caller) => match caller.send(first_scan) {
                Ok(()) if failed => return,
                Ok(()) => None,
                // `watch` did not wait for this scan and has returned `Ok`.
                Err(SendError(Ok(()))) => Some(Ok(rescan(&path, "the first scan took long"))),
                Err(SendError(Err(error))) => Some(Err(error)),
            },
            None => first_scan.err().map(Err),
        };
        self.watched.insert(path, watched);
        if let Some(event) = undelivered {
            self.report(event);
        }
    }

    fn scan(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mount = Mount { liveness: &shared.liveness };
        let mut watched = std::mem::take(&mut self.watched);
        let mut open = Vec::new();
        for path in watched.values_mut() {
            if shared.is_stopped() {
                return;
            }
            let (events, file) = path.scan(mount);
            events.into_iter().for_each(|event| self.report(event));
            open.extend(file);
            if open.len() == MAX_OPEN {
                mount.close(open.drain(..));
            }
        }
        mount.close(open);
        if shared.liveness.take_longest_call() > LONG_SILENCE {
            for path in watched.keys() {
                self.report(Ok(rescan(path, "the file system was silent for long")));
            }
        }
        self.watched = watched;
        shared.liveness.scanned();
    }

    fn report(&mut self, event: notify::Result<notify::Event>) {
        // The watcher may have been dropped while this thread hung in the kernel.
        if !self.shared.is_stopped() {
            self.handler.handle_event(event);
        }
    }
}

impl<F> Drop for Poller<F> {
    fn drop(&mut self) {
        // This also runs when the handler panicked: `watch` must not wait for a thread that has ended.
        self.shared.end();
    }
}
