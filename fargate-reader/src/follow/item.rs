//! Entries of the log, as they are shown.

use std::sync::Arc;

use jiff::Timestamp;
use shared_volume::wall::{self, Cursor, Entry};
use ulid::Ulid;

use crate::snapshot::{Item, Said, Shown};

/// An entry of `wall`, `stored` and `seen` then.
pub(super) fn item(entry: Entry, wall: Ulid, stored: Option<Timestamp>, seen: Option<Timestamp>) -> Item {
    let (starts, ends) = (Cursor { wall, position: entry.span.start }, Cursor { wall, position: entry.span.end });
    let shown = match entry.said {
        wall::Said::Message(message) => Shown {
            id: message.id.to_string(),
            ends,
            author: message.author,
            text: message.text,
            plain: false,
            received: Some(message.received),
            at: Some(message.at),
            stored,
            seen,
            encoded: None,
        },
        wall::Said::Plain(text) => Shown {
            id: starts.to_string(),
            ends,
            author: None,
            text,
            plain: true,
            received: None,
            at: None,
            stored,
            seen,
            encoded: None,
        },
    };
    Item { ends, said: Said::Message(Arc::new(shown)) }
}
