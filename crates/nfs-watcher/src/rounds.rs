//! The watcher's one thread: it goes its rounds and tells what it saw.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SendError, SyncSender};
use std::time::{Duration, Instant};

use notify::EventHandler;

use crate::handle::{Order, Shared, Turn};
use crate::mount::Mount;
use crate::watched::{Watched, rescan};

/// After one answer of the file system took longer than this, the owner is told to look for itself: it may have
/// been told by the heartbeat that the mount hangs, and waits to hear that it does no more.
const LONG_SILENCE: Duration = Duration::from_secs(5);

/// How many files are looked at before they are closed. Closing asks the server, so that what is new in one file would
/// else have to wait for the closing of those before it.
const MOST_OPEN: usize = 16;

/// Runs until the watcher is dropped.
pub(crate) fn run<F: EventHandler>(shared: Arc<Shared>, handler: F, follow_symlinks: bool) {
    let rounds = Rounds { shared, handler, follow_symlinks, watched: BTreeMap::new() };
    rounds.run();
}

struct Rounds<F> {
    shared: Arc<Shared>,
    handler: F,
    follow_symlinks: bool,
    watched: BTreeMap<PathBuf, Watched>,
}

impl<F: EventHandler> Rounds<F> {
    fn run(mut self) {
        let mut due = Instant::now();
        loop {
            match self.shared.wait(due) {
                Turn::Stop => return,
                Turn::Orders(orders) => orders.into_iter().for_each(|order| self.carry_out(order)),
                Turn::Tick(now_due) => {
                    due = now_due;
                    self.tick();
                }
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Unwatch { path } => drop(self.watched.remove(&path)),
            Order::Watch { path, recursive, caller } => self.begin(path, recursive, caller),
        }
    }

    /// Looks at a path for the first time, and watches it unless its owner hears from `watch` that this failed.
    fn begin(&mut self, path: PathBuf, recursive: bool, caller: Option<SyncSender<notify::Result<()>>>) {
        let mut watched = Watched::new(path.clone(), recursive, self.follow_symlinks);
        let first_look = watched.remember(Mount { heart: &self.shared.heart });
        let failed = first_look.is_err();
        let unheard = match caller {
            Some(caller) => match caller.send(first_look) {
                Ok(()) if failed => return,
                Ok(()) => None,
                // The caller was told that the path is watched.
                Err(SendError(Ok(()))) => Some(Ok(rescan(&path, "the first look took long"))),
                Err(SendError(Err(error))) => Some(Err(error)),
            },
            None => first_look.err().map(Err),
        };
        self.watched.insert(path, watched);
        if let Some(news) = unheard {
            self.tell(news);
        }
    }

    fn tick(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mount = Mount { heart: &shared.heart };
        let mut watched = std::mem::take(&mut self.watched);
        let mut open = Vec::new();
        for path in watched.values_mut() {
            if shared.is_stopped() {
                return;
            }
            let (news, file) = path.look(mount);
            news.into_iter().for_each(|news| self.tell(news));
            open.extend(file);
            if open.len() == MOST_OPEN {
                mount.close(open.drain(..));
            }
        }
        mount.close(open);
        if shared.heart.take_longest_silence() > LONG_SILENCE {
            for path in watched.keys() {
                self.tell(Ok(rescan(path, "the file system was silent for long")));
            }
        }
        self.watched = watched;
        shared.heart.tick();
    }

    fn tell(&mut self, news: notify::Result<notify::Event>) {
        // The watcher may have been dropped while this thread hung in the kernel.
        if !self.shared.is_stopped() {
            self.handler.handle_event(news);
        }
    }
}

impl<F> Drop for Rounds<F> {
    fn drop(&mut self) {
        // Also when the handler panicked: nobody may wait for a thread that is no more.
        self.shared.end();
    }
}
