//! Views of messages.

use shared_volume::message::Message;
use shared_volume::wall::{Entry, EntryKind};
use wall_api::MessageView;

/// Returns the view of a message.
pub(super) fn message(message: Message) -> MessageView<'static> {
    let Message { id, received, at, author, text, event: _ } = message;
    MessageView {
        id: id.to_string().into(),
        at: Some(at),
        author: author.map(Into::into),
        text: text.into(),
        received: Some(received),
    }
}

/// Returns the view of an entry of the log, or `None` for a removal record.
pub(super) fn entry(entry: &Entry) -> Option<MessageView<'static>> {
    match &entry.kind {
        EntryKind::Message(record) => Some(message(record.clone())),
        EntryKind::Plain { text, .. } => Some(MessageView {
            id: entry.id().into(),
            at: None,
            author: None,
            text: text.clone().into(),
            received: None,
        }),
        EntryKind::Removal(_) => None,
    }
}
