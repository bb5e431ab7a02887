//! What the reader knows, at one moment. Handlers see the volume only through this.

use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;

/// Everything that is served. Immutable: a change on the volume makes another one.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Where the wall ends: what a browser that shows this snapshot has seen.
    pub(crate) cursor: Cursor,
    /// The newest messages, as many as the configuration keeps, oldest first.
    pub(crate) messages: Vec<Arc<Shown>>,
    /// The configuration that is running.
    pub(crate) config: Arc<Published>,
    /// The latest configuration changes, oldest first, for the wall's list.
    pub(crate) changes: Vec<Arc<ConfigChange>>,
    /// Why what is on disk is not what is running.
    pub(crate) rejected: Option<Rejected>,
    /// How the volume does.
    pub(crate) volume: VolumeHealth,
    /// How many damaged lines were skipped since this wall was first read.
    pub(crate) damaged_lines: u64,
}

/// A message as it is shown, with the times of its journey:
/// `received` -> `at` -> `stored` -> `seen` -> (sent) -> (painted).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// The message's ULID; for a plain line its cursor, which is as stable.
    pub(crate) id: String,
    /// Where its line begins; with the wall, the cursor of the page before it.
    pub(crate) starts: Cursor,
    /// Where its line ends: the SSE id that says "seen up to here".
    pub(crate) ends: Cursor,
    /// Who wrote it. Nobody is known for a plain line.
    pub(crate) author: Option<String>,
    /// What was written. Line breaks are part of it.
    pub(crate) text: String,
    /// Whether another program appended it as a plain line.
    pub(crate) plain: bool,
    /// When the function got the event.
    pub(crate) received: Option<Timestamp>,
    /// When the function was about to write.
    pub(crate) at: Option<Timestamp>,
    /// When it reached the volume: the log's modification time, for messages that were read as they came.
    pub(crate) stored: Option<Timestamp>,
    /// When this reader saw it; unknown for what was there before the reader started.
    pub(crate) seen: Option<Timestamp>,
}

/// One publication of a configuration, for the wall's list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConfigChange {
    /// What was published.
    pub(crate) published: Arc<Published>,
    /// The top-level fields that differ from the generation before, such as `banner`.
    pub(crate) changed: Vec<String>,
    /// When this reader saw it; unknown for what was there before the reader started.
    pub(crate) seen: Option<Timestamp>,
}

/// Why what is on disk is not what is running.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rejected {
    /// Such as `config.json: banner.tone: unknown variant ...`.
    pub(crate) reason: String,
    /// Since when.
    pub(crate) since: Timestamp,
    /// Which file, such as `config.json`.
    pub(crate) source: &'static str,
}

/// How the volume does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum VolumeHealth {
    /// No read has succeeded yet, and why, if one was tried.
    Waiting(Option<String>),
    /// The last read succeeded.
    Ok,
    /// Reads fail; what is served is the last good state.
    Failing {
        /// The first error.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}
