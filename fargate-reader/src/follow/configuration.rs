//! The configuration that is running: the last good one, whatever happens to `config.json`.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use shared_volume::config::{self, Config, Fault, Published};
use shared_volume::{WallDir, time};

use crate::snapshot::{ConfigChange, Rejected};

/// How long a fault must last before it is told. An editor that does not replace the file atomically makes short ones.
pub(super) const DOUBT: Duration = Duration::from_millis(100);

/// How many changes are kept for the wall's list.
const CHANGES: usize = 20;

/// ESTALE means that the file was replaced on the server between two steps: opening it again is the cure.
const STALE_TRIES: u32 = 3;

/// What is running, and what is wrong with what is on disk.
#[derive(Debug)]
pub(super) struct Configuration {
    wall: WallDir,
    pub(super) running: Arc<Published>,
    pub(super) rejected: Option<Rejected>,
    pub(super) changes: Vec<Arc<ConfigChange>>,
    doubt: Option<Doubt>,
}

/// A fault that may be over in a moment.
#[derive(Debug)]
struct Doubt {
    since: (Instant, Timestamp),
}

impl Configuration {
    pub(super) fn new(wall: WallDir) -> Self {
        let running = Arc::new(Published::initial());
        Self { wall, running, rejected: None, changes: Vec::new(), doubt: None }
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
                let newest = self.history(1).pop();
                self.run(newest.unwrap_or_else(Published::initial), live);
                self.reject(reason, time::now())
            }
        }
    }

    fn run(&mut self, published: Published, live: bool) {
        tracing::info!(generation = published.generation, source = published.cause.source, "config_running");
        self.running = Arc::new(published);
        self.changes = self.changes_until_now(live);
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
    fn on_disk(&self) -> Result<Published, String> {
        let mut tries = 0;
        let read = loop {
            match config::read(&self.wall) {
                Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle && tries < STALE_TRIES => {
                    tries += 1;
                }
                read => break read.map_err(|error| format!("config.json: {error}"))?,
            }
        };
        match read {
            Ok(published) => Ok(published),
            Err(Fault::Missing) if self.is_fresh() => Ok(Published::initial()),
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// Whether nothing was ever published, as far as can be told.
    fn is_fresh(&self) -> bool {
        *self.running == Published::initial() && self.history(1).is_empty()
    }

    /// The newest published, newest first.
    fn history(&self, limit: usize) -> Vec<Published> {
        config::history(&self.wall, limit).unwrap_or_else(|error| {
            tracing::warn!(%error, "config_history_unreadable");
            Vec::new()
        })
    }

    fn changes_until_now(&self, live: bool) -> Vec<Arc<ConfigChange>> {
        let mut published = self.history(CHANGES + 1);
        published.retain(|published| published.generation <= self.running.generation);
        published.reverse();
        // What a person wrote into config.json is in no history.
        if self.running.generation > 0 && published.last() != Some(&*self.running) {
            published.push(Published::clone(&self.running));
        }
        if published.len() <= CHANGES {
            published.insert(0, Published::initial());
        }
        let pairs = published.windows(2).map(|pair| (changed_fields(&pair[0].config, &pair[1].config), &pair[1]));
        let known = |published: &Published| self.changes.iter().find(|change| *change.published == *published).cloned();
        let all = pairs.map(|(changed, published)| {
            known(published).unwrap_or_else(|| {
                let seen = live.then(time::now);
                Arc::new(ConfigChange { published: Arc::new(published.clone()), changed, seen })
            })
        });
        let mut all: Vec<_> = all.collect();
        all.drain(..all.len().saturating_sub(CHANGES));
        all
    }
}

/// The top-level fields that differ.
fn changed_fields(before: &Config, after: &Config) -> Vec<String> {
    let (before, after) = (serde_json::to_value(before), serde_json::to_value(after));
    let (Ok(Value::Object(before)), Ok(Value::Object(after))) = (before, after) else { return Vec::new() };
    after.into_iter().filter(|(field, value)| before.get(field) != Some(value)).map(|(field, _)| field).collect()
}
