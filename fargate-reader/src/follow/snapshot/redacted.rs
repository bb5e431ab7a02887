//! The parts of a snapshot and of the history that strangers may see.

use std::sync::Arc;

use serde_json::Value;
use shared_volume::config::{Cause, Config, Published};

use super::change::Rejected;
use super::history::{Generation, History, Kept, RefusedEvent};
use super::{Snapshot, VolumeHealth};

/// The text in place of a reason.
const HIDDEN: &str = "an administrator sees why after signing in";

/// The field that strangers never see: it lists what nobody should read.
pub(crate) const HIDDEN_FIELD: &str = "blocked_words";

impl Snapshot {
    /// Returns the snapshot without [`HIDDEN_FIELD`], and without reasons, which name paths and quote documents, and the ids of
    /// events unless `with_details`.
    pub(crate) fn for_strangers(&self, with_details: bool) -> Self {
        let config = Config { blocked_words: Vec::new(), ..self.config.config.clone() };
        let config = Published { config, ..Published::clone(&self.config) };
        if with_details {
            return Self { config: Arc::new(config), ..self.clone() };
        }
        let hidden = || HIDDEN.to_owned();
        let volume = match &self.volume {
            VolumeHealth::Waiting(reason) => VolumeHealth::Waiting(reason.as_ref().map(|_| hidden())),
            VolumeHealth::Ok => VolumeHealth::Ok,
            VolumeHealth::Failing { since, .. } => VolumeHealth::Failing { reason: hidden(), since: *since },
        };
        let rejected = self.rejected.as_ref().map(|rejected| Rejected { reason: hidden(), ..rejected.clone() });
        let config = Published { cause: without_ids(&self.config.cause), ..config };
        Self { volume, rejected, config: Arc::new(config), ..self.clone() }
    }
}

impl History {
    /// Returns the history without [`HIDDEN_FIELD`], and without reasons, refused events and the ids of events unless
    /// `with_details`.
    pub(crate) fn for_strangers(&self, with_details: bool) -> Self {
        let generation = |generation: &Arc<Generation>| {
            let Generation { generation, published_at, cause, fields } = &**generation;
            let cause = if with_details { cause.clone() } else { without_ids(cause) };
            let fields = fields.clone().without(HIDDEN_FIELD);
            Arc::new(Generation { generation: *generation, published_at: *published_at, cause, fields })
        };
        let kept = self.kept.iter().map(|kept| match kept {
            Kept::Good(good) => Kept::Good(generation(good)),
            Kept::Damaged(damaged) => Kept::Damaged(*damaged),
        });
        let refused = self.refused.iter().map(|refused| {
            if with_details {
                return Arc::clone(refused);
            }
            let RefusedEvent { file, at, error, .. } = &**refused;
            let (file, error) = (file.clone(), error.clone());
            Arc::new(RefusedEvent { file, at: *at, error, message: HIDDEN.to_owned(), event: Value::Null })
        });
        Self {
            kept: kept.collect(),
            defaults: generation(&self.defaults),
            by_hand: self.by_hand.as_ref().map(generation),
            refused: refused.collect(),
            on_disk: self.on_disk.clone().filter(|_| with_details),
            ..self.clone()
        }
    }
}

/// Returns the cause without ids. The source of the event id stays: it says if an administrator made the change.
fn without_ids(cause: &Cause) -> Cause {
    let source = |event: &String| event.split_once(':').map(|(source, _)| format!("{source}:"));
    Cause { event: cause.event.as_ref().and_then(source), request: None, ..cause.clone() }
}
