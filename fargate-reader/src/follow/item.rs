//! Entries of the log, as they are shown.

use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::wall::{self, Entry};
use ulid::Ulid;

use crate::snapshot::{Item, Said, Shown};

/// An entry of `wall`, which reached the volume at `stored` and was read at `seen`.
pub(super) fn item(entry: Entry, wall: Ulid, stored: Option<Timestamp>, seen: Option<Timestamp>) -> Item {
    let (id, ends) = (entry.id(), entry.end(wall));
    let plain = matches!(entry.kind, wall::EntryKind::Plain { .. });
    let (author, text, received, at) = match entry.kind {
        wall::EntryKind::Removal(_) => return Item { ends, said: Said::Removal(id.into()) },
        wall::EntryKind::Message(message) => (message.author, message.text, Some(message.received), Some(message.at)),
        wall::EntryKind::Plain { text, .. } => (None, text, None, None),
    };
    let shown = Shown { id, ends, author, text, plain, received, at, stored, seen, encoded: None };
    Item { ends, said: Said::Message(Arc::new(shown)) }
}
