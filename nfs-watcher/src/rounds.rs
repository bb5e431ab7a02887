//! The watcher's one thread: it goes its rounds and tells what it saw.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::EventHandler;

use crate::handle::{Order, Shared, Turn};
use crate::mount::Mount;
use crate::watched::{Watched, rescan};

/// After one answer of the file system took longer than this, the owner is told to look for itself: it may have
/// been told by the heartbeat that the mount hangs, and waits to hear that it does no more.
const LONG_SILENCE: Duration = Duration::from_secs(5);

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
        let mut began = Instant::now();
        loop {
            match self.shared.wait(began) {
                Turn::Stop => return,
                Turn::Orders(orders) => orders.into_iter().for_each(|order| self.carry_out(order)),
                Turn::Tick => {
                    began = Instant::now();
                    self.tick();
                }
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Unwatch { path } => drop(self.watched.remove(&path)),
            Order::Watch { path, recursive, remembered } => {
                let mut watched = Watched::new(path.clone(), recursive, self.follow_symlinks);
                let error = watched.remember(Mount { heart: &self.shared.heart });
                self.watched.insert(path.clone(), watched);
                if let Some(error) = error {
                    self.tell(Err(error));
                }
                if remembered.is_some_and(|remembered| remembered.send(()).is_err()) {
                    self.tell(Ok(rescan(&path, "the first look took long")));
                }
            }
        }
    }

    fn tick(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mount = Mount { heart: &shared.heart };
        let mut watched = std::mem::take(&mut self.watched);
        for path in watched.values_mut() {
            if shared.is_stopped() {
                return;
            }
            for news in path.look(mount) {
                self.tell(news);
            }
        }
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
