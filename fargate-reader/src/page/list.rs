//! The list of the page: messages, and between them the changes of the configuration, newest first.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use shared_volume::wall::Cursor;

use super::change::when;
use crate::snapshot::{ConfigChange, Page, Shown, Snapshot};

#[derive(Template)]
#[template(path = "list.html")]
struct List<'a> {
    snapshot: &'a Snapshot,
    newer: bool,
    older: Option<Cursor>,
    /// Rendered, newest first.
    items: Vec<String>,
}

/// The list of a page, and the way to older messages.
pub(crate) fn messages_page(snapshot: &Snapshot, page: &Page<'_>) -> Result<String, askama::Error> {
    let mut changes = changes_within(snapshot, page).into_iter().rev().peekable();
    let mut items = Vec::with_capacity(page.messages.len());
    for message in page.messages.iter().rev() {
        while let Some(change) = changes.next_if(|change| when(change) >= written(message)) {
            items.push(change.html()?.to_owned());
        }
        items.push(message.html()?.to_owned());
    }
    for change in changes {
        items.push(change.html()?.to_owned());
    }
    List { snapshot, newer: page.newer, older: page.older, items }.render()
}

/// The changes that belong on this page of several, oldest first.
fn changes_within<'a>(snapshot: &'a Snapshot, page: &Page<'_>) -> Vec<&'a ConfigChange> {
    let first = page.messages.first().filter(|_| page.older.is_some());
    let next = page.messages.last().filter(|_| page.newer).and_then(|last| {
        let next = snapshot.messages.partition_point(|message| message.ends.position <= last.ends.position);
        snapshot.messages.get(next)
    });
    let belongs = |change: &&Arc<ConfigChange>| {
        first.is_none_or(|first| when(change) >= written(first)) && next.is_none_or(|next| when(change) < written(next))
    };
    snapshot.changes.iter().filter(belongs).map(Arc::as_ref).collect()
}

/// When a message was written, as far as is known.
fn written(message: &Shown) -> Option<Timestamp> {
    message.at.or(message.stored).or(message.seen)
}
