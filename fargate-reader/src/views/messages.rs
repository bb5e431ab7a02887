//! The newest messages as JSON.

use std::sync::Arc;

use wall_api::PAGE_MESSAGES;

use super::json::WallJson;
use super::messages_text::MessagesText;
use super::text::TextBuilder;
use super::view::View;
use crate::follow::{Message, MessagePage, Snapshot};

impl View {
    /// Returns the newest messages, at most `limit`; `None` if a page has fewer.
    ///
    /// # Errors
    /// Returns an error if a message cannot be written as JSON.
    pub(crate) fn newest_messages(&self, limit: usize) -> Result<Option<Arc<MessagesText>>, askama::Error> {
        if limit > PAGE_MESSAGES {
            return Ok(None);
        }
        let make = || {
            let (page, mut text) = (self.snapshot.newest(limit), TextBuilder::default());
            self.push_messages(&page, &mut text)?;
            text.push("}");
            Ok(Arc::new(MessagesText::new(etag(&self.snapshot, &page), text.finish())))
        };
        self.messages.get_or_make(limit as u64, make, |messages| messages.len()).map(Some)
    }

    /// Adds the JSON object of a page, without its last brace.
    pub(super) fn push_messages(&self, page: &MessagePage<'_>, text: &mut TextBuilder) -> Result<(), askama::Error> {
        text.push(WallJson::begin(&self.snapshot, page)?);
        for (index, message) in page.messages.iter().enumerate() {
            text.push(if index == 0 { "" } else { "," });
            text.push_piece(&self.message(message).json()?);
        }
        text.push("]");
        Ok(())
    }
}

/// Returns the tag of a page of messages. It is weak: another task saw the same messages at other times.
pub(crate) fn etag(snapshot: &Snapshot, page: &MessagePage<'_>) -> String {
    let end = |message: Option<&Arc<Message>>| message.map_or(snapshot.cursor, |message| message.ends).position;
    let (first, last) = (end(page.messages.first()), end(page.messages.last()));
    // Without a message, a change of `keep_messages` decides if there are older ones.
    let older = if page.older.is_some() { "-older" } else { "" };
    format!("W/\"{}-{first}-{last}{older}\"", snapshot.cursor)
}
