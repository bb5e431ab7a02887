//! The configuration that is running: the last good one, whatever happens to `config.json`.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use shared_volume::config::{self, Fault, Published};
use shared_volume::{WallDir, time};

use super::changes::Changes;
use crate::snapshot::Rejected;

/// How long a fault must last before it is told. An editor that does not replace the file atomically makes short ones.
pub(super) const DOUBT: Duration = Duration::from_millis(100);

/// ESTALE means that the file was replaced on the server between two steps: opening it again is the cure.
const STALE_TRIES: u32 = 3;

/// What is running, and what is wrong with what is on disk.
#[derive(Debug)]
pub(super) struct Configuration {
    wall: WallDir,
    pub(super) running: Arc<Published>,
    pub(super) rejected: Option<Rejected>,
    pub(super) changes: Changes,
    doubt: Option<Doubt>,
    /// `config.json` as it was read, until [`Configuration::close`].
    open: Option<File>,
}

/// A fault that may be over in a moment.
#[derive(Debug)]
struct Doubt {
    since: (Instant, Timestamp),
}

impl Configuration {
    pub(super) fn new(wall: WallDir) -> Self {
        let (running, changes) = (Arc::new(Published::initial()), Changes::new(wall.clone()));
        Self { wall, running, rejected: None, changes, doubt: None, open: None }
    }

    /// Whether there is a fault that may be over in a moment: look again soon.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// Reads `config.json`. Whether anything changed. `live` says that it was read before.
    pub(super) fn read(&mut self, live: bool) -> bool {
        match self.on_disk() {
            Ok(published) => {
                self.doubt = None;
                let healed = self.rejected.take().is_some();
                let changed = *self.running != published;
                if changed || !live {
                    self.run(published, live);
                }
                if healed {
                    tracing::info!(generation = self.running.generation, "config_healed");
                }
                changed || healed || !live
            }
            Err(reason) if live => self.doubt(reason),
            Err(reason) => {
                let newest = self.changes.history(1).pop();
                self.run(newest.unwrap_or_else(Published::initial), live);
                self.reject(reason, time::now())
            }
        }
    }

    /// Closes what was read, which is a round trip on a network mount: not before what is new was published.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    fn run(&mut self, published: Published, live: bool) {
        tracing::info!(generation = published.generation, source = published.cause.source, "config_running");
        let before = std::mem::replace(&mut self.running, Arc::new(published));
        if live {
            self.changes.add(&before, &self.running);
        } else {
            self.changes.read(&self.running, live);
        }
    }

    fn doubt(&mut self, reason: String) -> bool {
        if self.rejected.as_ref().is_some_and(|rejected| rejected.reason == reason) {
            return false;
        }
        let (first, since) = self.doubt.get_or_insert_with(|| Doubt { since: (Instant::now(), time::now()) }).since;
        if first.elapsed() < DOUBT {
            return false;
        }
        self.doubt = None;
        self.reject(reason, since)
    }

    fn reject(&mut self, reason: String, since: Timestamp) -> bool {
        tracing::warn!(reason, running = self.running.generation, "config_rejected");
        // What is wrong may change while it stays wrong.
        let since = self.rejected.as_ref().map_or(since, |rejected| rejected.since);
        self.rejected = Some(Rejected { reason, since, source: "config.json" });
        true
    }

    /// What `config.json` says, or what is wrong with it. A fresh volume needs none.
    fn on_disk(&mut self) -> Result<Published, String> {
        let mut tries = 0;
        let (read, open) = loop {
            match config::read_open(&self.wall) {
                Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle && tries < STALE_TRIES => {
                    tries += 1;
                }
                read => break read.map_err(|error| format!("config.json: {error}"))?,
            }
        };
        self.open = open;
        match read {
            Ok(published) => Ok(published),
            Err(Fault::Missing) if self.is_fresh() => Ok(Published::initial()),
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// Whether nothing was ever published, as far as can be told.
    fn is_fresh(&self) -> bool {
        *self.running == Published::initial() && self.changes.history(1).is_empty()
    }
}
