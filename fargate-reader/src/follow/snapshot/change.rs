//! Changes of the configuration.

use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::config::Published;

/// A publication of a configuration, for the wall's list.
#[derive(Debug)]
pub(crate) struct ConfigChange {
    /// The configuration that was published.
    pub(crate) published: Arc<Published>,
    /// The top-level fields that differ from the generation before, such as `banner`.
    pub(crate) changed: Vec<String>,
    /// The time at which `config.json` was replaced by it, if that is known.
    pub(crate) stored: Option<Timestamp>,
    /// The time at which this reader saw it. `None` for changes from before the reader started.
    pub(crate) seen: Option<Timestamp>,
}

impl ConfigChange {
    /// Returns the time at which it was published, or at which this reader saw it if that is unknown.
    pub(crate) fn when(&self) -> Option<Timestamp> {
        self.published.published_at.or(self.seen)
    }
}

/// A configuration on disk that is not in force.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rejected {
    /// The fault, such as `config.json: banner.tone: unknown variant ...`.
    pub(crate) reason: String,
    /// The time at which the fault was first seen.
    pub(crate) since: Timestamp,
    /// The file, such as `config.json`.
    pub(crate) source: &'static str,
}
