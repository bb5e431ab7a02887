//! The list of the page: messages, and between them the changes of the configuration, newest first.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use jiff::Timestamp;
use shared_volume::wall::Cursor;

use super::change::when;
use crate::pieces::{Html, Pieces};
use crate::snapshot::{ConfigChange, Page, Shown, Snapshot};

#[derive(Template)]
#[template(path = "list.html")]
struct Begin<'a> {
    snapshot: &'a Snapshot,
    newer: bool,
}

#[derive(Template)]
#[template(path = "older.html")]
struct End {
    older: Option<Cursor>,
}

/// The list of a page, and the way to older messages.
#[derive(Debug)]
pub(crate) struct List {
    begin: Html,
    /// Newest first.
    items: Vec<Html>,
    end: Html,
}

impl List {
    /// As a page has it.
    pub(crate) fn html(self) -> Pieces {
        self.pieces(|html| html.text)
    }

    /// As a string in JSON has it.
    pub(crate) fn escaped(self) -> Pieces {
        self.pieces(|html| html.escaped)
    }

    fn pieces(self, of: impl Fn(Html) -> Bytes) -> Pieces {
        let mut pieces = Pieces::default();
        for html in [self.begin].into_iter().chain(self.items).chain([self.end]) {
            pieces.push(of(html));
        }
        pieces
    }
}

/// The list of a page, and the way to older messages.
pub(crate) fn messages_page(snapshot: &Snapshot, page: &Page<'_>) -> Result<List, askama::Error> {
    let mut changes = changes_within(snapshot, page).into_iter().rev().peekable();
    let mut items = Vec::with_capacity(page.messages.len());
    for message in page.messages.iter().rev() {
        while let Some(change) = changes.next_if(|change| when(change) >= written(message)) {
            items.push(change.html()?);
        }
        items.push(message.html()?);
    }
    for change in changes {
        items.push(change.html()?);
    }
    let begin = Begin { snapshot, newer: page.newer }.render()?.into();
    Ok(List { begin, items, end: End { older: page.older }.render()?.into() })
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
