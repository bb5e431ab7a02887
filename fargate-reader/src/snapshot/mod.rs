//! What the reader knows, at one moment. Handlers see the volume only through this.

mod change;
mod item;

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use jiff::Timestamp;
use shared_volume::config::Published;
use shared_volume::wall::Cursor;

pub(crate) use self::change::{ConfigChange, Rejected};
pub(crate) use self::item::{Encoded, Item, Said, Shown};

/// How many messages a page has, and a `wall` event: what somebody looks at before asking for older ones.
pub(crate) const PAGE_MESSAGES: usize = 100;

/// Everything that is served. Immutable: a change on the volume makes another one.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Where the wall ends: what a browser that shows this snapshot has seen.
    pub(crate) cursor: Cursor,
    /// Where the first of the items begins: whoever has seen less starts over.
    pub(crate) begins: Cursor,
    /// The newest entries, oldest first, beginning with the oldest message that is shown.
    pub(crate) items: Arc<Vec<Arc<Item>>>,
    /// The newest messages, as many as the configuration keeps, oldest first.
    pub(crate) messages: Arc<Vec<Arc<Shown>>>,
    /// The configuration that is running.
    pub(crate) config: Arc<Published>,
    /// The latest configuration changes, oldest first, for the wall's list.
    pub(crate) changes: Vec<Arc<ConfigChange>>,
    /// Why what is on disk is not what is running.
    pub(crate) rejected: Option<Rejected>,
    /// How the volume does.
    pub(crate) volume: VolumeHealth,
    /// How changes on the volume are noticed: `native` or `nfs`; nothing while there is no watcher.
    pub(crate) watching: Option<&'static str>,
    /// How many damaged lines were skipped since this wall was first read.
    pub(crate) damaged_lines: u64,
    /// The `config` event, once somebody is sent it.
    pub(crate) config_event: OnceLock<Bytes>,
}

/// A piece of the wall, oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// The messages in it.
    pub(crate) messages: &'a [Arc<Shown>],
    /// What to ask the page before it with; nothing when this is the oldest.
    pub(crate) older: Option<Cursor>,
    /// Whether there are newer messages than these.
    pub(crate) newer: bool,
}

impl Snapshot {
    /// What is served before anything was read.
    pub(crate) fn waiting() -> Self {
        Self {
            cursor: Cursor::NO_WALL,
            begins: Cursor::NO_WALL,
            items: Arc::default(),
            messages: Arc::default(),
            config: Arc::new(Published::initial()),
            changes: Vec::new(),
            rejected: None,
            volume: VolumeHealth::Waiting(None),
            watching: None,
            damaged_lines: 0,
            config_event: OnceLock::new(),
        }
    }

    /// The newest messages, at most `limit` of them.
    pub(crate) fn newest(&self, limit: usize) -> Page<'_> {
        self.page_ending(self.messages.len(), limit)
    }

    /// The messages before `cursor`, which is of this wall, at most `limit` of them.
    pub(crate) fn before(&self, cursor: Cursor, limit: usize) -> Page<'_> {
        let end = self.messages.partition_point(|shown| shown.ends.position <= cursor.position);
        self.page_ending(end, limit)
    }

    /// What somebody who has seen the wall up to `cursor` has missed; nothing when that cannot be told exactly.
    pub(crate) fn missed(&self, cursor: Cursor) -> Option<&[Arc<Item>]> {
        // Whoever saw no wall at all has missed a new one from its beginning.
        if cursor == self.begins || (cursor == Cursor::NO_WALL && self.begins.position == 0) {
            return Some(&self.items);
        }
        let found = self.items.partition_point(|item| item.ends.position < cursor.position);
        self.items.get(found).filter(|item| item.ends == cursor)?;
        Some(&self.items[found + 1..])
    }

    fn page_ending(&self, end: usize, limit: usize) -> Page<'_> {
        let first = end.saturating_sub(limit);
        let older = first.checked_sub(1).and_then(|before| self.messages.get(before)).map(|shown| shown.ends);
        Page { messages: &self.messages[first..end], older, newer: end < self.messages.len() }
    }
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
