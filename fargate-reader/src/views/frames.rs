//! The events of the stream, as bytes. Events that are the same for all clients are encoded once and shared.

use std::time::Duration;

use axum::body::Bytes;
use serde::Serialize;
use shared_volume::message::Label;
use shared_volume::time;
use shared_volume::wall::Cursor;
use wall_api::PAGE_MESSAGES;

use super::json::{ConfigJson, StatusJson, WallJson};
use super::picture::LabelJson;
use super::pieces::Pieces;
use super::posting::PostingState;
use super::view::{RenderedMessage, View};
use super::{entry, page};
use crate::follow::{Item, ItemKind, Snapshot};

/// The first bytes of a stream: the pause in milliseconds after which a browser opens a lost stream again.
pub(crate) const RETRY: &str = "retry:1000\n\n";

/// A comment, which keeps a connection alive.
pub(crate) const COMMENT: &str = ":\n\n";

/// The time without an event after which a comment is sent: proxies close connections that are silent for long.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The data of a `config` event.
#[derive(Serialize)]
struct ConfigEvent<'a> {
    #[serde(flatten)]
    config: ConfigJson<'a>,
    posting: PostingState,
    html: String,
}

/// The data of a `status` event.
#[derive(Serialize)]
struct StatusEvent<'a> {
    #[serde(flatten)]
    status: &'a StatusJson,
    html: String,
}

/// The data of a `removed` event.
#[derive(Serialize)]
struct RemovedEvent<'a> {
    id: &'a str,
    cursor: String,
}

/// The data of a `label` event.
#[derive(Serialize)]
struct LabelEvent<'a> {
    id: &'a str,
    label: LabelJson<'a>,
    cursor: String,
    html: String,
}

/// Encodes an item of the wall as a `message`, a `label` or a `removed` event.
///
/// Only events about items have an id: it is the cursor up to which a client has seen the wall.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn item(view: &View, item: &Item) -> Result<Pieces, askama::Error> {
    match &item.kind {
        ItemKind::Message(shown) => message(&view.message(shown)),
        ItemKind::Removal(id) => {
            let removed = RemovedEvent { id, cursor: item.ends.to_string() };
            Ok(event("removed", Some(item.ends), &removed)?.into())
        }
        ItemKind::Label(label) => labelled(&view.snapshot, label, item.ends),
        ItemKind::Removed => Ok(Pieces::default()),
    }
}

/// Encodes a label as a `label` event. Each element that it contains replaces the one with the same id.
fn labelled(snapshot: &Snapshot, label: &Label, ends: Cursor) -> Result<Pieces, askama::Error> {
    let id = &label.labels;
    let message = snapshot.messages.iter().rev().find(|message| message.id == *id);
    let author = message.and_then(|message| message.author.as_deref());
    let html = entry::label(id, author, Some(label))? + &page::model_fragment(snapshot)?;
    let data = LabelEvent { id, label: label.into(), cursor: ends.to_string(), html };
    Ok(event("label", Some(ends), &data)?.into())
}

fn message(rendered: &RenderedMessage) -> Result<Pieces, askama::Error> {
    let (json, html) = (rendered.json()?, rendered.html()?);
    let mut pieces = Pieces::default();
    pieces.push(head("message", Some(rendered.message.ends)));
    // Without its last brace, because the object goes on.
    pieces.push(json.slice(..json.len() - 1));
    pieces.push(format!(",\"sent\":\"{}\",\"html\":\"", time::to_text(time::now())));
    pieces.push(html.escaped);
    pieces.push("\"}\n\n");
    Ok(pieces)
}

/// Encodes the newest page as a `wall` event, with which a client starts over.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn wall(view: &View) -> Result<Pieces, askama::Error> {
    let snapshot = &view.snapshot;
    let page = snapshot.newest(PAGE_MESSAGES);
    let mut pieces = Pieces::default();
    pieces.push(head("wall", Some(snapshot.cursor)) + &WallJson::begin(snapshot, &page)?);
    for (index, message) in page.messages.iter().enumerate() {
        let rendered = view.message(message);
        pieces.push(if index == 0 { rendered.json()? } else { rendered.next_json()? });
    }
    pieces.push("],\"html\":\"");
    pieces.extend(page::list(view, &page)?.escaped());
    pieces.push("\"}\n\n");
    Ok(pieces)
}

/// Encodes the configuration that is running as a `config` event.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn config(view: &View, posting: PostingState) -> Result<Pieces, askama::Error> {
    if let Some(event) = view.config_event.get() {
        return Ok(event.clone().into());
    }
    let html = page::config_fragments(view, posting)?;
    let config = ConfigJson::from(&*view.snapshot);
    let event = event("config", None, &ConfigEvent { config, posting, html })?;
    Ok(view.config_event.get_or_init(|| event).clone().into())
}

/// Encodes the state of the reader as a `status` event.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn status(snapshot: &Snapshot, status: &StatusJson) -> Result<Pieces, askama::Error> {
    let html = page::status_fragments(snapshot, status.streams)?;
    Ok(event("status", None, &StatusEvent { status, html })?.into())
}

/// Encodes an event. JSON escapes line breaks, so the data is one line.
fn event(name: &str, id: Option<Cursor>, data: &impl Serialize) -> Result<Bytes, askama::Error> {
    let data = serde_json::to_string(data).map_err(askama::Error::custom)?;
    Ok((head(name, id) + &data + "\n\n").into())
}

fn head(name: &str, id: Option<Cursor>) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: ")
}
