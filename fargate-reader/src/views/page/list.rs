//! The list of the page: messages, with the changes of the configuration between them, newest first.

use std::sync::Arc;

use askama::Template;
use shared_volume::wall::Cursor;

use crate::follow::{MessagePage, Snapshot};
use crate::views::View;
use crate::views::html::Html;
use crate::views::text::TextBuilder;
use crate::views::view::RenderedChange;

/// The number of pictures at the top that a browser loads at once.
const EAGER_PICTURES: usize = 2;

/// The mark of a picture that a browser loads only when it is about to be seen. No text contains it: quotes are escaped.
const LAZY: &str = r#" loading="lazy""#;

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

/// The list of a page, with the link to older messages.
#[derive(Debug)]
pub(crate) struct List {
    begin: Html,
    /// The entries of the list, newest first.
    items: Vec<Html>,
    end: Html,
}

impl List {
    /// Adds the HTML.
    pub(crate) fn push(&self, text: &mut TextBuilder) {
        self.parts().for_each(|html| text.push_piece(&html.text));
    }

    /// Adds the HTML as the content of a JSON string.
    pub(crate) fn push_escaped(&self, text: &mut TextBuilder) {
        self.parts().for_each(|html| text.push_piece(&html.escaped));
    }

    fn parts(&self) -> impl Iterator<Item = &Html> {
        [&self.begin].into_iter().chain(&self.items).chain([&self.end])
    }
}

/// Renders the list of these messages of the view.
///
/// # Errors
/// Returns an error if a template fails.
pub(crate) fn list(view: &View, page: &MessagePage<'_>) -> Result<List, askama::Error> {
    let mut changes = changes_within(view, page).into_iter().rev().peekable();
    let mut items = Vec::with_capacity(page.messages.len());
    let mut eager = EAGER_PICTURES;
    for message in page.messages.iter().rev() {
        while let Some(change) = changes.next_if(|rendered| rendered.change.when() >= message.written()) {
            items.push(change.html()?);
        }
        let html = view.message(message).html()?;
        let is_eager = eager > 0 && message.picture.is_some();
        eager -= usize::from(is_eager);
        items.push(if is_eager { html.without(LAZY) } else { html });
    }
    for change in changes {
        items.push(change.html()?);
    }
    let begin = Begin { snapshot: &view.snapshot, newer: page.newer }.render()?.into();
    Ok(List { begin, items, end: End { older: page.older }.render()?.into() })
}

/// Returns the changes that belong on this page among several, oldest first.
fn changes_within<'a>(view: &'a View, page: &MessagePage<'_>) -> Vec<&'a RenderedChange> {
    let messages = &view.snapshot.messages;
    let first = page.messages.first().filter(|_| page.older.is_some());
    let next = page.messages.last().filter(|_| page.newer).and_then(|last| {
        let next = messages.partition_point(|message| message.ends.position <= last.ends.position);
        messages.get(next)
    });
    let belongs = |rendered: &&Arc<RenderedChange>| {
        let when = rendered.change.when();
        first.is_none_or(|first| when >= first.written()) && next.is_none_or(|next| when < next.written())
    };
    view.changes.iter().filter(belongs).map(Arc::as_ref).collect()
}
