//! The history of the configuration, as the thread has read it last.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;
use shared_volume::config::{Cause, Config, Fields, Published};

use super::change::Rejected;

/// The configurations that can be restored, and the events that were refused. Immutable: each look makes another one.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// The files of `history/`, lowest generation first, at most as many as are kept.
    pub(crate) kept: Vec<Kept>,
    /// The configuration that is running.
    pub(crate) running: Arc<Published>,
    /// The configuration that is in force before the first publication.
    pub(in crate::follow) defaults: Arc<Generation>,
    /// The configuration that is running, if it is not the one of its generation in `history/`: a person has edited
    /// `config.json`.
    pub(crate) by_hand: Option<Arc<Generation>>,
    /// The newest refused events, newest first.
    pub(crate) refused: Vec<Arc<RefusedEvent>>,
    /// The fault of `config.json`, while it is rejected.
    pub(in crate::follow) rejected: Option<Rejected>,
    /// The beginning of `config.json`, while it is rejected.
    pub(crate) on_disk: Option<Arc<str>>,
    /// False while older generations are still being read.
    pub(crate) is_complete: bool,
    /// When the look began; `None` if there was none.
    pub(in crate::follow) looked_at: Option<Instant>,
}

/// A file of `history/`.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    /// A configuration.
    Good(Arc<Generation>),
    /// A file that contains no configuration of this generation.
    Damaged(u64),
}

/// A published configuration, in a compact form.
#[derive(Debug, PartialEq)]
pub(crate) struct Generation {
    pub(crate) generation: u64,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) cause: Cause,
    pub(crate) fields: Fields,
}

/// A refused event.
#[derive(Debug, PartialEq)]
pub(crate) struct RefusedEvent {
    /// The path of its file relative to the wall's directory.
    pub(crate) file: String,
    pub(crate) at: Option<Timestamp>,
    /// The stable name of the error.
    pub(crate) error: String,
    pub(crate) message: String,
    /// The event; the beginning of its JSON text if it is long.
    pub(crate) event: Value,
}

impl History {
    /// Returns the history before the first look.
    pub(crate) fn unknown() -> Self {
        Self {
            kept: Vec::new(),
            running: Arc::new(Published::initial()),
            defaults: Arc::new(Generation::defaults()),
            by_hand: None,
            refused: Vec::new(),
            rejected: None,
            on_disk: None,
            is_complete: false,
            looked_at: None,
        }
    }

    /// Returns the configuration of a generation. 0 stands for the defaults.
    pub(crate) fn get(&self, generation: u64) -> Option<Arc<Generation>> {
        if generation == 0 {
            return Some(Arc::clone(&self.defaults));
        }
        let found = self.kept.binary_search_by_key(&generation, Kept::generation).ok();
        let found = found.and_then(|index| self.kept[index].good().cloned());
        found.or_else(|| self.by_hand.clone().filter(|by_hand| by_hand.generation == generation))
    }

    /// Returns the newest kept configuration below a generation. Below the first one that is the defaults. `None` if that
    /// configuration is not kept any more.
    pub(crate) fn below(&self, generation: u64) -> Option<Arc<Generation>> {
        let end = self.kept.partition_point(|kept| kept.generation() < generation);
        let kept = self.kept[..end].iter().rev().find_map(Kept::good).cloned();
        kept.or_else(|| if generation == 1 { self.get(0) } else { None })
    }
}

impl Kept {
    pub(crate) fn generation(&self) -> u64 {
        match self {
            Self::Good(good) => good.generation,
            Self::Damaged(generation) => *generation,
        }
    }

    pub(crate) fn good(&self) -> Option<&Arc<Generation>> {
        match self {
            Self::Good(good) => Some(good),
            Self::Damaged(_) => None,
        }
    }
}

impl Generation {
    /// Returns the defaults, which are in force before the first publication.
    pub(in crate::follow) fn defaults() -> Self {
        let fields = Fields::of(&Config::default());
        Self { generation: 0, published_at: None, cause: Cause::default(), fields }
    }
}

impl From<&Published> for Generation {
    fn from(published: &Published) -> Self {
        let Published { generation, published_at, cause, config, .. } = published;
        let (cause, fields) = (cause.clone(), Fields::of(config));
        Self { generation: *generation, published_at: *published_at, cause, fields }
    }
}
