//! Items: the entries of the log, as the reader serves them.

use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::wall::{self, Cursor, Entry};
use ulid::Ulid;

/// An entry of the log.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The cursor behind the entry.
    pub(crate) ends: Cursor,
    pub(crate) kind: ItemKind,
}

/// The kinds of items.
#[derive(Debug, Clone)]
pub(crate) enum ItemKind {
    /// A message that is shown.
    Message(Arc<Message>),
    /// The removal of the message with this id.
    Removal(Arc<str>),
    /// A message that was removed. Only its place is kept.
    Removed,
}

/// A message, with the times of its journey: `received` -> `at` -> `stored` -> `seen` -> (sent) -> (painted).
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The message's ULID; for a plain line an id that is as stable.
    pub(crate) id: String,
    /// The cursor behind its line.
    pub(crate) ends: Cursor,
    /// The author's name; `None` for a plain line.
    pub(crate) author: Option<String>,
    /// The text. Line breaks are part of it.
    pub(crate) text: String,
    /// True for a plain line.
    pub(crate) plain: bool,
    /// When the function got the event.
    pub(crate) received: Option<Timestamp>,
    /// When the function was about to write.
    pub(crate) at: Option<Timestamp>,
    /// When the message reached the volume: the log's modification time. `None` for messages from before the reader
    /// started.
    pub(crate) stored: Option<Timestamp>,
    /// When this reader saw it. `None` for messages from before the reader started.
    pub(crate) seen: Option<Timestamp>,
}

impl Item {
    /// Converts an entry of `wall`, which reached the volume at `stored` and was read at `seen`.
    pub(in crate::follow) fn new(entry: Entry, wall: Ulid, stored: Option<Timestamp>, seen: Option<Timestamp>) -> Self {
        let (id, ends) = (entry.id(), entry.end(wall));
        let plain = matches!(entry.kind, wall::EntryKind::Plain { .. });
        let (author, text, received, at) = match entry.kind {
            wall::EntryKind::Removal(_) => return Self { ends, kind: ItemKind::Removal(id.into()) },
            wall::EntryKind::Message(message) => {
                (message.author, message.text, Some(message.received), Some(message.at))
            }
            wall::EntryKind::Plain { text, .. } => (None, text, None, None),
        };
        let message = Message { id, ends, author, text, plain, received, at, stored, seen };
        Self { ends, kind: ItemKind::Message(Arc::new(message)) }
    }

    /// Returns the message, if the item is one.
    pub(crate) fn message(&self) -> Option<&Arc<Message>> {
        match &self.kind {
            ItemKind::Message(message) => Some(message),
            ItemKind::Removal(_) | ItemKind::Removed => None,
        }
    }
}

impl Message {
    /// Returns when it was written, as far as is known: by the function, by the volume, or by this reader's clock.
    pub(crate) fn written(&self) -> Option<Timestamp> {
        self.at.or(self.stored).or(self.seen)
    }
}
