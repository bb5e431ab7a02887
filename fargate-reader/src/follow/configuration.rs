//! The configuration that is running: the last good one, even if `config.json` is damaged later.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use shared_volume::config::{self, Fault, Published};
use shared_volume::{WallDir, time};

use super::changes::Changes;
use super::open_files::OpenFiles;
use super::pass::Pass;
use super::snapshot::Rejected;

/// The time after which a fault is reported. An editor that does not replace the file atomically makes short
/// ones.
pub(super) const FAULT_DELAY: Duration = Duration::from_millis(100);

/// The number of further tries after ESTALE, which means that the file was replaced on the server between two steps.
const STALE_RETRIES: u32 = 3;

/// The name of the file, as errors and clients see it.
const CONFIG_FILE: &str = "config.json";

/// The configuration that is running, and the fault of the one on disk.
#[derive(Debug)]
pub(super) struct Configuration {
    wall: WallDir,
    pub(super) running: Arc<Published>,
    pub(super) rejected: Option<Rejected>,
    pub(super) changes: Changes,
    /// The time since which there has been a fault that is not reported yet.
    faulty_since: Option<(Instant, Timestamp)>,
}

impl Configuration {
    pub(super) fn new(wall: WallDir) -> Self {
        let (running, changes) = (Arc::new(Published::initial()), Changes::new(wall.clone()));
        Self { wall, running, rejected: None, changes, faulty_since: None }
    }

    /// Returns true if there is a fault that is not reported yet: the file has to be read again soon.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.faulty_since.is_some()
    }

    /// Reads `config.json`. Returns true if there is something to publish.
    pub(super) fn read(&mut self, pass: Pass, open: &mut OpenFiles) -> bool {
        match (self.on_disk(open), pass) {
            (Ok((published, stored)), _) => self.accept(published, stored, pass),
            (Err(reason), Pass::Later) => self.doubt(reason),
            (Err(reason), Pass::First) => {
                let newest = self.changes.history(1).pop();
                self.run(newest.unwrap_or_else(Published::initial), None, pass);
                self.reject(reason, time::now())
            }
        }
    }

    fn accept(&mut self, published: Published, stored: Option<Timestamp>, pass: Pass) -> bool {
        self.faulty_since = None;
        let healed = self.rejected.take().is_some();
        let changed = pass == Pass::First || *self.running != published;
        if changed {
            self.run(published, stored, pass);
        }
        if healed {
            tracing::info!(generation = self.running.generation, "config_healed");
        }
        changed || healed
    }

    fn run(&mut self, published: Published, stored: Option<Timestamp>, pass: Pass) {
        tracing::info!(generation = published.generation, source = published.cause.source, "config_running");
        let before = std::mem::replace(&mut self.running, Arc::new(published));
        match pass {
            Pass::First => self.changes.read(&self.running, pass),
            Pass::Later => self.changes.add(&before, &self.running, stored),
        }
    }

    /// Rejects the file if its fault has lasted. Returns true if there is something to publish.
    fn doubt(&mut self, reason: String) -> bool {
        if self.rejected.as_ref().is_some_and(|rejected| rejected.reason == reason) {
            return false;
        }
        let (first, since) = *self.faulty_since.get_or_insert_with(|| (Instant::now(), time::now()));
        if first.elapsed() < FAULT_DELAY {
            return false;
        }
        self.faulty_since = None;
        self.reject(reason, since)
    }

    fn reject(&mut self, reason: String, since: Timestamp) -> bool {
        tracing::warn!(reason, running = self.running.generation, "config_rejected");
        // The fault may change while the file stays at fault.
        let since = self.rejected.as_ref().map_or(since, |rejected| rejected.since);
        self.rejected = Some(Rejected { reason, since, source: CONFIG_FILE });
        true
    }

    /// Reads the configuration on disk, and the time at which it was put there. A fresh volume needs none.
    ///
    /// # Errors
    /// Returns the fault of the file, as text.
    fn on_disk(&mut self, open: &mut OpenFiles) -> Result<(Published, Option<Timestamp>), String> {
        let mut retries = 0;
        let (read, file) = loop {
            match config::read_open(&self.wall) {
                Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle && retries < STALE_RETRIES => {
                    retries += 1;
                }
                read => break read.map_err(|error| format!("{CONFIG_FILE}: {error}"))?,
            }
        };
        let stored = file.as_ref().and_then(replaced_at);
        open.keep(file);
        match read {
            Ok(published) => Ok((published, stored)),
            Err(Fault::Missing) if self.is_fresh() => Ok((Published::initial(), None)),
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// Returns true if the volume contains no sign of a publication.
    fn is_fresh(&self) -> bool {
        *self.running == Published::initial() && self.changes.history(1).is_empty()
    }
}

/// Returns the time at which a file got its name. The modification time is that of the temporary file.
fn replaced_at(file: &File) -> Option<Timestamp> {
    let metadata = file.metadata().ok()?;
    Timestamp::new(metadata.ctime(), i32::try_from(metadata.ctime_nsec()).ok()?).ok()
}
