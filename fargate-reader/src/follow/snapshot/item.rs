//! Items: the entries of the log, as the reader serves them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use shared_volume::message::{Label, Picture};
use shared_volume::wall::{self, Cursor, Entry};
use ulid::Ulid;

use super::trigger::Trigger;

/// The largest difference between the clocks of function and reader with which times of both are compared.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(1);

/// An entry of the log.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The cursor after the entry.
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
    /// The label of the message with the id `labels`.
    Label(Arc<Label>),
    /// A message that was removed, or the label of one. Only its place is kept.
    Removed,
}

/// A message, with the times of its journey: `received` -> `at` -> `stored` -> `seen` -> (sent) -> (painted).
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The message's ULID; for a plain line an id of its position and digest.
    pub(crate) id: String,
    /// The cursor after its line.
    pub(crate) ends: Cursor,
    /// The author's name; `None` for a plain line.
    pub(crate) author: Option<String>,
    /// The text. Line breaks are part of it.
    pub(crate) text: String,
    /// The picture.
    pub(crate) picture: Option<Picture>,
    /// The newest label of the picture.
    pub(crate) label: Option<Arc<Label>>,
    /// True for a plain line.
    pub(crate) plain: bool,
    /// The trigger that it came by.
    pub(crate) trigger: Trigger,
    /// The time at which the function received the event.
    pub(crate) received: Option<Timestamp>,
    /// The time at which the function wrote the record.
    pub(crate) at: Option<Timestamp>,
    /// The time at which the message reached the volume: the log's modification time. `None` for messages from before the
    /// reader started, and for those that were restored.
    pub(crate) stored: Option<Timestamp>,
    /// The time at which this reader saw it. `None` for messages from before the reader started, and for those that were restored.
    pub(crate) seen: Option<Timestamp>,
    /// True if it was read from a log that was replaced or edited: then `stored` is the time of that.
    pub(crate) rewritten: bool,
    /// True if it was read together with a later entry: then `stored` is the time of that.
    pub(crate) followed: bool,
}

/// The circumstances of a read.
#[derive(Debug, Clone, Copy)]
pub(in crate::follow) struct Read {
    /// The time at which the log was changed.
    pub(in crate::follow) stored: Option<Timestamp>,
    pub(in crate::follow) seen: Option<Timestamp>,
    /// Records that the function wrote long before this time are not new to this reader: they were restored, or the log was edited.
    pub(in crate::follow) new_since: Option<Timestamp>,
    /// True if the log was replaced or edited.
    pub(in crate::follow) rewritten: bool,
    /// True if later entries were read with it.
    pub(in crate::follow) followed: bool,
}

impl Item {
    /// Converts an entry of `wall`.
    pub(in crate::follow) fn new(entry: Entry, wall: Ulid, read: Read) -> Self {
        let (id, ends) = (entry.id(), entry.end(wall));
        let plain = matches!(entry.kind, wall::EntryKind::Plain { .. });
        let trigger = match &entry.kind {
            wall::EntryKind::Message(message) => Trigger::of(message.event.as_deref()),
            _ => Trigger::Nobody,
        };
        let (author, text, picture, received, at) = match entry.kind {
            wall::EntryKind::Removal(_) => return Self { ends, kind: ItemKind::Removal(id.into()) },
            wall::EntryKind::Label(label) => return Self { ends, kind: ItemKind::Label(Arc::new(label)) },
            wall::EntryKind::Message(message) => {
                (message.author, message.text, message.picture, Some(message.received), Some(message.at))
            }
            wall::EntryKind::Plain { text, .. } => (None, text, None, None, None),
        };
        let Read { stored, seen, new_since, rewritten, followed } = read;
        let is_back = at.zip(new_since).is_some_and(|(at, new_since)| new_since.duration_since(at) > CLOCKS_APART);
        let (stored, seen) = if is_back { (None, None) } else { (stored, seen) };
        let message = Message {
            id,
            ends,
            author,
            text,
            picture,
            label: None,
            plain,
            trigger,
            received,
            at,
            stored,
            seen,
            rewritten,
            followed,
        };
        Self { ends, kind: ItemKind::Message(Arc::new(message)) }
    }

    /// Returns the message, if the item is one.
    pub(crate) fn message(&self) -> Option<&Arc<Message>> {
        match &self.kind {
            ItemKind::Message(message) => Some(message),
            ItemKind::Removal(_) | ItemKind::Label(_) | ItemKind::Removed => None,
        }
    }
}

impl Message {
    /// Returns the time at which it was written: by the function's clock, else by the volume's, else by this reader's.
    pub(crate) fn written(&self) -> Option<Timestamp> {
        self.at.or(self.stored).or(self.seen)
    }
}
