//! The line of time: configurations, refused events, and edits by hand, newest first.

use jiff::Timestamp;
use serde_json::Value;
use ulid::Ulid;

use super::content::HistoryPage;
use super::difference::difference;
use crate::follow::{Generation, RefusedEvent};
use crate::views::cause;
use crate::views::history::{Change, Entry, Page};
use crate::views::moment::Moment;
use crate::views::page::visible::visible;

/// An item of the line of time.
#[derive(Debug)]
pub(super) struct Item {
    /// The generation, as it stands on the line.
    pub(super) mark: String,
    /// The class of the item: `good`, `force`, `bad`.
    pub(super) class: &'static str,
    pub(super) title: String,
    pub(super) moment: Option<Moment>,
    /// Where the item stands, such as "in force".
    pub(super) state: &'static str,
    /// Document, event and file.
    pub(super) details: Vec<Detail>,
    pub(super) note: Option<String>,
    /// The fault of what was refused.
    pub(super) fault: Option<Fault>,
    /// The changed fields, rendered.
    pub(super) difference: Option<String>,
    /// A remark in place of the difference.
    pub(super) remark: Option<String>,
    pub(super) restore: Option<Restore>,
    at: Option<Timestamp>,
}

/// A detail of an item.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) is_code: bool,
}

/// The fault of an item that was refused.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    /// The name of the document, such as "the event".
    pub(super) what: &'static str,
    /// The document; empty if it cannot be shown.
    pub(super) document: String,
}

/// The form that restores a generation.
#[derive(Debug)]
pub(super) struct Restore {
    pub(super) generation: u64,
    /// The fields that the rollback would change, rendered.
    pub(super) difference: String,
    /// The key of the request.
    pub(super) event: String,
}

/// Returns the items of a page.
///
/// # Errors
/// If a template fails.
pub(super) fn items(content: &HistoryPage<'_>, page: &Page) -> Result<Vec<Item>, askama::Error> {
    let (history, is_first) = (content.history, content.before.is_none());
    let mut items = Vec::new();
    if is_first {
        items.extend(on_disk(content));
    }
    let mut refused = history.refused.iter().filter(|refused| is_on_page(content, page, refused.at)).peekable();
    if content.only_refused {
        items.extend(history.refused.iter().map(|refused| refused_event(refused)));
        return Ok(items);
    }
    for entry in &page.entries {
        let item = match entry {
            Entry::Good(change) => good(content, change)?,
            Entry::Damaged(generation) => damaged(*generation),
        };
        while let Some(newer) = refused.next_if(|refused| item.at.is_some() && refused.at > item.at) {
            items.push(refused_event(newer));
        }
        items.push(item);
    }
    items.extend(refused.map(|refused| refused_event(refused)));
    if page.older.is_none() && history.is_complete {
        items.push(defaults(content)?);
    }
    Ok(items)
}

/// Returns true if a refused event belongs between the oldest entry of this page and the oldest one of the page before.
fn is_on_page(content: &HistoryPage<'_>, page: &Page, at: Option<Timestamp>) -> bool {
    let time = |generation: u64| content.history.get(generation)?.published_at;
    let end = content.before.and_then(time);
    let begin = page.older.and_then(time);
    end.is_none_or(|end| at <= Some(end)) && begin.is_none_or(|begin| at > Some(begin))
}

fn blank(mark: String, class: &'static str, title: String, at: Option<Timestamp>) -> Item {
    Item {
        mark,
        class,
        title,
        moment: at.map(Moment::from),
        state: "",
        details: Vec::new(),
        note: None,
        fault: None,
        difference: None,
        remark: None,
        restore: None,
        at,
    }
}

fn good(content: &HistoryPage<'_>, change: &Change) -> Result<Item, askama::Error> {
    let Change { after, before, in_force, by_hand } = change;
    let class = if *in_force { "force" } else { "good" };
    let who = cause::who(&after.cause);
    let title = match cause::restored(&after.cause) {
        _ if *by_hand => "config.json was changed by hand".to_owned(),
        Some(restored) => format!("{who} rolled back to {restored}"),
        None if cause::is_admin(&after.cause) => format!("{who}, on this page"),
        None => who.to_owned(),
    };
    let mut item = blank(after.generation.to_string(), class, visible(&title).into_owned(), after.published_at);
    item.state = if *in_force { "in force" } else { "" };
    item.details = if *by_hand { Vec::new() } else { details(after) };
    item.note = after.cause.note.as_deref().filter(|_| !by_hand).map(|note| visible(note).into_owned());
    match before {
        Some(_) => item.difference = Some(difference(&change.changes())?),
        None => {
            let remark = "The generation before it is not kept any more, so what it changed is not known.";
            item.remark = Some(remark.to_owned());
        }
    }
    // Compared with the one directly before it, unless that is missing.
    if let Some(before) = before.as_ref().filter(|before| before.generation + 1 < after.generation) {
        item.remark = Some(format!("Compared with {}: nothing between them is kept.", before.generation));
    }
    item.restore = if *in_force { None } else { restore(content, after)? };
    Ok(item)
}

fn details(generation: &Generation) -> Vec<Detail> {
    let cause = &generation.cause;
    let shown = |text: &str| visible(text).into_owned();
    let document = cause::document(cause).map(|document| Detail { name: "", value: shown(&document), is_code: true });
    let found = "found by comparing with the source".to_owned();
    let found = cause.reconciled.then_some(Detail { name: "", value: found, is_code: false });
    let event = cause.event.as_deref().map(|event| Detail { name: "event ", value: shown(event), is_code: true });
    document.into_iter().chain(found).chain(event).collect()
}

fn damaged(generation: u64) -> Item {
    let mut item = blank(generation.to_string(), "bad", "Its file cannot be read".to_owned(), None);
    item.state = "cannot be restored";
    item.details = vec![Detail { name: "", value: format!("history/{generation:010}.json"), is_code: true }];
    item
}

fn defaults(content: &HistoryPage<'_>) -> Result<Item, askama::Error> {
    let mut item = blank("0".to_owned(), "good", "The defaults".to_owned(), None);
    item.remark = Some("They are in force before the first publication.".to_owned());
    if content.snapshot.config.generation == 0 {
        (item.state, item.class) = ("in force", "force");
    } else if let Some(defaults) = content.history.get(0) {
        item.restore = restore(content, &defaults)?;
    }
    Ok(item)
}

fn restore(content: &HistoryPage<'_>, target: &Generation) -> Result<Option<Restore>, askama::Error> {
    if !content.role.can_restore {
        return Ok(None);
    }
    let changes = target.fields.changes_since(&content.running());
    let (generation, event) = (target.generation, Ulid::generate().to_string());
    Ok(Some(Restore { generation, difference: difference(&changes)?, event }))
}

fn refused_event(refused: &RefusedEvent) -> Item {
    let event = &refused.event;
    let source = event["source"].as_str().or_else(|| event["eventSource"].as_str()).unwrap_or("An event");
    let title = format!("{}: refused", short(cause::service(source)));
    let mut item = blank("✕".to_owned(), "bad", title, refused.at);
    item.state = "kept in rejected/";
    let kind = event["detail-type"].as_str().map(|kind| Detail { name: "", value: short(kind), is_code: false });
    let id = event["id"].as_str().map(|id| Detail { name: "event ", value: short(id), is_code: true });
    let error = Detail { name: "", value: short(&refused.error), is_code: true };
    item.details = kind.into_iter().chain(id).chain([error]).collect();
    let document = match event {
        Value::Null => String::new(),
        Value::String(text) => visible(text).into_owned(),
        event => visible(&serde_json::to_string_pretty(event).unwrap_or_default()).into_owned(),
    };
    item.fault = Some(Fault { message: visible(&refused.message).into_owned(), what: "event", document });
    item
}

/// Returns the beginning of a text that a sender has chosen.
fn short(text: &str) -> String {
    visible(text).chars().take(120).collect()
}

/// Returns the item of `config.json`, while it is not in force.
fn on_disk(content: &HistoryPage<'_>) -> Option<Item> {
    let rejected = content.snapshot.rejected.as_ref()?;
    let document = content.history.on_disk.as_deref().unwrap_or_default();
    let title = if document.is_empty() { "config.json cannot be used" } else { "config.json was changed by hand" };
    let mut item = blank("?".to_owned(), "bad", title.to_owned(), Some(rejected.since));
    item.state = "on disk, not in force";
    item.details =
        vec![Detail { name: "", value: "another client of the volume, no event".to_owned(), is_code: false }];
    let message = visible(&rejected.reason).into_owned();
    item.fault = Some(Fault { message, what: "document", document: visible(document).into_owned() });
    Some(item)
}
