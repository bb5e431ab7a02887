//! Returns the newest messages.

use serde::Serialize;
use shared_volume::wall::{self, WallWriter};
use wall_api::{MAX_REPLY_BYTES, MessageView, Newest, ReadLimit};

use super::view;
use crate::error::{Access, Failure};
use crate::invocation::Invocation;

/// Returns at most `limit` of the newest messages: as many as fit into [`MAX_REPLY_BYTES`] if each takes `bytes` of them.
pub(crate) async fn read(
    invocation: &Invocation<'_>,
    limit: ReadLimit,
    bytes: impl Fn(&MessageView<'static>) -> usize,
) -> Result<Newest, Failure> {
    let read = move |writer: &mut WallWriter, _| {
        writer.newest(limit.get()).map_err(|error| Failure::volume(Access::Read, error))
    };
    let newest = invocation.execute("read", Access::Read, read).await?;
    Ok(fitted(newest, bytes))
}

/// Returns the view of as many of the newest messages as fit.
pub(super) fn fitted(newest: wall::Newest, bytes: impl Fn(&MessageView<'static>) -> usize) -> Newest {
    let wall = newest.cursor.wall;
    let (mut left, mut older, mut messages) = (MAX_REPLY_BYTES, newest.older, Vec::new());
    for entry in newest.entries.into_iter().rev() {
        let end = entry.end(wall);
        let Some(message) = view::entry(entry) else { continue };
        let Some(still_left) = left.checked_sub(bytes(&message)) else {
            older = Some(end);
            break;
        };
        left = still_left;
        messages.push(message);
    }
    messages.reverse();
    let (cursor, older) = (newest.cursor.to_string(), older.map(|cursor| cursor.to_string()));
    Newest { wall: wall.to_string(), cursor, older, messages }
}

/// Returns the length of a value in JSON, with a comma after it.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |json| json.len() + 1)
}
