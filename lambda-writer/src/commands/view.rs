//! Views of messages.

use shared_volume::message::Message;
use shared_volume::wall::{Entry, EntryKind};
use wall_api::MessageView;

/// Returns the view of a message.
pub(super) fn message(message: Message) -> MessageView<'static> {
    let Message { id, received, at, author, text, picture, event: _ } = message;
    MessageView {
        id: id.to_string().into(),
        at: Some(at),
        author: author.map(Into::into),
        text: text.into(),
        picture,
        received: Some(received),
    }
}

/// Returns the view of an entry of the log, or `None` if it is no message.
pub(super) fn entry(entry: Entry) -> Option<MessageView<'static>> {
    if let EntryKind::Plain { text, .. } = &entry.kind {
        let (id, text) = (entry.id().into(), text.clone().into());
        return Some(MessageView { id, at: None, author: None, text, picture: None, received: None });
    }
    match entry.kind {
        EntryKind::Message(record) => Some(message(record)),
        EntryKind::Plain { .. } | EntryKind::Removal(_) | EntryKind::Label(_) => None,
    }
}
