//! Reads the history of the configuration when somebody asks for it.
//!
//! Each file costs a few round trips on a network mount. So each is read once, newest first, and reading stops after every
//! file for anything else that the thread has to do.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use shared_volume::WallDir;
use shared_volume::config::{self, KEPT_GENERATIONS, Published};
use shared_volume::rejected::{Refused, rejected};

use super::snapshot::{Generation, History, Kept, RefusedEvent, Rejected};

/// The number of files that are kept in memory.
const KEPT: usize = KEPT_GENERATIONS as usize;

/// The longest document that is shown completely, in bytes: a refused event, or a rejected `config.json`.
const MAX_SHOWN_BYTES: usize = 16 * 1024;

/// The files of the history that were read.
#[derive(Debug)]
pub(super) struct HistoryReader {
    wall: WallDir,
    /// The configuration that is running. Files with a higher generation were never in force.
    running: Arc<Published>,
    files: BTreeMap<u64, Kept>,
    /// The generations whose files are not read yet, lowest first.
    unread: Vec<u64>,
    refused: Vec<Arc<RefusedEvent>>,
    rejected: Option<Rejected>,
    on_disk: Option<Arc<str>>,
    looked_at: Option<Instant>,
}

impl HistoryReader {
    pub(super) fn new(wall: WallDir, running: Arc<Published>) -> Self {
        let (files, unread, refused) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { wall, running, files, unread, refused, rejected: None, on_disk: None, looked_at: None }
    }

    /// Returns true if there are files to read.
    pub(super) fn has_more(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Lists the files, and reads what was refused. A volume that fails leaves everything as it was read last.
    pub(super) fn look(&mut self, running: &Arc<Published>, rejected: Option<Rejected>) {
        (self.looked_at, self.rejected) = (Some(Instant::now()), rejected);
        if !Arc::ptr_eq(&self.running, running) {
            self.running = Arc::clone(running);
            self.forget();
        }
        if let Err(error) = self.try_look() {
            tracing::warn!(%error, "config_history_unreadable");
            self.unread.clear();
        }
    }

    /// Forgets damaged files, which may be good by now, and every file if they are those of another volume.
    fn forget(&mut self) {
        let own = self.files.get(&self.running.generation).and_then(Kept::good);
        if own.is_some_and(|own| **own != Generation::from(&*self.running)) {
            self.files.clear();
        }
        self.files.retain(|_, kept| kept.good().is_some());
    }

    fn try_look(&mut self) -> io::Result<()> {
        let mut listed = config::generations(&self.wall)?;
        listed.truncate(listed.partition_point(|generation| *generation <= self.running.generation));
        listed.drain(..listed.len().saturating_sub(KEPT));
        self.files.retain(|generation, _| listed.binary_search(generation).is_ok());
        listed.retain(|generation| !self.files.contains_key(generation));
        self.unread = listed;
        self.refused = rejected(&self.wall)?.into_iter().map(|refused| Arc::new(refused.into())).collect();
        // A file that is not even a document has no text to show. Its fault is reported with the configuration.
        let on_disk = if self.rejected.is_some() { config::on_disk(&self.wall).ok().flatten() } else { None };
        self.on_disk = on_disk.map(|bytes| cut(&String::from_utf8_lossy(&bytes)).into());
        Ok(())
    }

    /// Reads the newest file that is not read yet.
    pub(super) fn read_next(&mut self) {
        let Some(generation) = self.unread.pop() else { return };
        let published = match config::generation(&self.wall, generation) {
            Ok(published) => published,
            Err(error) => {
                tracing::warn!(%error, "config_history_unreadable");
                return self.unread.clear();
            }
        };
        let kept = published.map_or(Kept::Damaged(generation), |published| {
            let mut read = Generation::from(&published);
            let above = self.files.range(generation..).find_map(|(_, kept)| kept.good());
            above.inspect(|above| read.fields.share_with(&above.fields));
            Kept::Good(Arc::new(read))
        });
        self.files.insert(generation, kept);
    }

    /// Returns what was read.
    pub(super) fn history(&self) -> History {
        let running = Generation::from(&*self.running);
        let own = self.files.get(&running.generation).and_then(Kept::good);
        let is_expected = running.generation == 0 && *self.running == Published::initial();
        let is_unread = self.unread.contains(&running.generation);
        let is_known = is_expected || is_unread || own.is_some_and(|own| **own == running);
        History {
            kept: self.files.values().cloned().collect(),
            running: Arc::clone(&self.running),
            defaults: Arc::new(Generation::defaults()),
            by_hand: (!is_known).then(|| Arc::new(running)),
            refused: self.refused.clone(),
            rejected: self.rejected.clone(),
            on_disk: self.on_disk.clone(),
            is_complete: self.unread.is_empty(),
            looked_at: self.looked_at,
        }
    }
}

impl From<Refused> for RefusedEvent {
    fn from(refused: Refused) -> Self {
        let Refused { file, at, error, message, event } = refused;
        let text = event.to_string();
        let event = if text.len() <= MAX_SHOWN_BYTES { event } else { Value::from(cut(&text)) };
        Self { file, at, error: cut(&error), message: cut(&message), event }
    }
}

/// Returns the beginning of a long text.
fn cut(text: &str) -> String {
    if text.len() <= MAX_SHOWN_BYTES {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(MAX_SHOWN_BYTES)])
}
