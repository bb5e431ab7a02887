//! The data that the thread publishes.

mod change;
mod history;
mod item;
mod known_pictures;
mod redacted;
mod trigger;
mod volume_health;

use std::sync::Arc;
use std::time::Duration;

use shared_volume::config::Published;
use shared_volume::message::Picture;
use shared_volume::wall::Cursor;

pub(crate) use self::change::{ConfigChange, Rejected};
pub(crate) use self::history::{Generation, History, Kept, RefusedEvent};
pub(in crate::follow) use self::item::Read;
pub(crate) use self::item::{Item, ItemKind, Message};
pub(crate) use self::known_pictures::KnownPictures;
pub(crate) use self::redacted::HIDDEN_FIELD;
pub(crate) use self::trigger::Trigger;
pub(crate) use self::volume_health::{VolumeHealth, WatcherKind};

/// Everything that the reader serves. Immutable: each change on the volume makes another one.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// The number of snapshots that were published before this one.
    pub(crate) number: u64,
    /// The end of the wall.
    pub(crate) cursor: Cursor,
    /// The beginning of the first item. A client whose cursor is older starts over.
    pub(crate) begins: Cursor,
    /// The newest entries, oldest first, beginning with the oldest message that is shown.
    pub(crate) items: Arc<Vec<Arc<Item>>>,
    /// The newest messages, as many as the configuration keeps, oldest first.
    pub(crate) messages: Arc<Vec<Arc<Message>>>,
    /// The pictures of the messages in memory.
    pub(crate) pictures: Arc<KnownPictures>,
    /// The configuration that is running.
    pub(crate) config: Arc<Published>,
    /// The latest configuration changes, oldest first.
    pub(crate) changes: Vec<Arc<ConfigChange>>,
    /// The fault of the configuration on disk while it is rejected. The last good one stays in force.
    pub(crate) rejected: Option<Rejected>,
    /// The health of the volume.
    pub(crate) volume: VolumeHealth,
    /// The watcher that reports changes on the volume; `None` while there is none.
    pub(crate) watcher: Option<WatcherKind>,
    /// The pause between two scans of a network mount while a stream is open.
    pub(crate) scan_interval: Duration,
    /// The number of damaged lines that were skipped since this wall was first read.
    pub(crate) damaged_lines: u64,
}

/// Consecutive messages of a wall, oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessagePage<'a> {
    pub(crate) messages: &'a [Arc<Message>],
    /// The cursor that requests the page before this one; `None` if this is the oldest.
    pub(crate) older: Option<Cursor>,
    /// True if the wall has newer messages than these.
    pub(crate) newer: bool,
}

impl Snapshot {
    /// Returns the snapshot that is served before anything was read.
    pub(crate) fn waiting(scan_interval: Duration) -> Self {
        Self {
            number: 0,
            cursor: Cursor::NO_WALL,
            begins: Cursor::NO_WALL,
            items: Arc::default(),
            messages: Arc::default(),
            pictures: Arc::default(),
            config: Arc::new(Published::initial()),
            changes: Vec::new(),
            rejected: None,
            volume: VolumeHealth::Waiting(None),
            watcher: None,
            scan_interval,
            damaged_lines: 0,
        }
    }

    /// Returns the newest messages, at most `limit`.
    pub(crate) fn newest(&self, limit: usize) -> MessagePage<'_> {
        self.page_ending(self.messages.len(), limit)
    }

    /// Returns the messages before `cursor`, which is of this wall; at most `limit`.
    pub(crate) fn before(&self, cursor: Cursor, limit: usize) -> MessagePage<'_> {
        let end = self.messages.partition_point(|message| message.ends.position <= cursor.position);
        self.page_ending(end, limit)
    }

    /// Returns true if a message that is shown has this picture.
    pub(crate) fn shows(&self, picture: &Picture) -> bool {
        self.pictures.used.contains(picture) && self.messages.iter().any(|message| message.picture == Some(*picture))
    }

    /// Returns the items after `cursor`, or `None` if no item that is still kept ends there.
    pub(crate) fn missed(&self, cursor: Cursor) -> Option<&[Arc<Item>]> {
        // A client that has received no wall yet gets a new one from its beginning.
        if cursor == self.begins || (cursor == Cursor::NO_WALL && self.begins.position == 0) {
            return Some(&self.items);
        }
        let found = self.items.partition_point(|item| item.ends.position < cursor.position);
        self.items.get(found).filter(|item| item.ends == cursor)?;
        Some(&self.items[found + 1..])
    }

    fn page_ending(&self, end: usize, limit: usize) -> MessagePage<'_> {
        let first = end.saturating_sub(limit);
        let older = first.checked_sub(1).and_then(|before| self.messages.get(before)).map(|message| message.ends);
        MessagePage { messages: &self.messages[first..end], older, newer: end < self.messages.len() }
    }
}
