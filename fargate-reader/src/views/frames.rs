//! The events of the stream, as bytes. Events that are the same for all clients are encoded once and shared.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::Serialize;
use shared_volume::message::Label;
use shared_volume::time;
use shared_volume::wall::Cursor;
use wall_api::PAGE_MESSAGES;

use super::json::{ConfigJson, StatusJson};
use super::picture::LabelJson;
use super::piece::Piece;
use super::posting::PostingState;
use super::text::{Text, TextBuilder};
use super::view::{RenderedMessage, View, get_or_make};
use super::{entry, page};
use crate::follow::{Item, ItemKind, Snapshot};

/// The first bytes of a stream: the pause in milliseconds after which a browser opens a lost stream again.
pub(crate) static RETRY: LazyLock<Piece> = LazyLock::new(|| "retry:1000\n\n".into());

/// An event that says only that the connection is alive. A browser does not show comments to scripts, so none could tell a
/// connection that is lost from a calm one.
pub(crate) static BEAT: LazyLock<Piece> = LazyLock::new(|| "event: beat\ndata: {}\n\n".into());

/// The longest time without an event: proxies close connections that are silent for long.
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

/// Encodes an item of the wall as a `message`, a `label` or a `removed` event. The place of an item that is gone needs none.
///
/// Only events about items have an id: it is the cursor up to which a client has seen the wall.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn item(view: &View, item: &Item) -> Result<Option<Piece>, askama::Error> {
    let made = match &item.kind {
        ItemKind::Message(shown) => match view.newest(shown) {
            Some(rendered) => return message(&rendered).map(Some),
            None => once(view, item, || message(&view.message(shown))),
        },
        ItemKind::Removal(id) => {
            once(view, item, || event("removed", Some(item.ends), &RemovedEvent { id, cursor: item.ends.to_string() }))
        }
        ItemKind::Label(label) => once(view, item, || labelled(&view.snapshot, label, item.ends)),
        ItemKind::Removed => return Ok(None),
    };
    made.map(Some)
}

/// Encodes an item if that was not done before.
fn once(view: &View, item: &Item, make: impl FnOnce() -> Result<Piece, askama::Error>) -> Result<Piece, askama::Error> {
    view.item_events.get_or_make(item.ends.position, make, |event| event.plain().len())
}

/// Encodes a label as a `label` event. Each element that it contains replaces the one with the same id.
fn labelled(snapshot: &Snapshot, label: &Label, ends: Cursor) -> Result<Piece, askama::Error> {
    let id = &label.labels;
    let message = snapshot.messages.iter().rev().find(|message| message.id == *id);
    let author = message.and_then(|message| message.author.as_deref());
    let html = entry::label(id, author, Some(label))? + &page::model_fragment(snapshot)?;
    let data = LabelEvent { id, label: label.into(), cursor: ends.to_string(), html };
    event("label", Some(ends), &data)
}

/// Encodes a message as a `message` event, if that was not done before. It tells when it was sent first.
fn message(rendered: &RenderedMessage) -> Result<Piece, askama::Error> {
    get_or_make(&rendered.event, || new_message(rendered))
}

fn new_message(rendered: &RenderedMessage) -> Result<Piece, askama::Error> {
    let (json, html) = (rendered.json()?, rendered.html()?);
    let mut event = head("message", Some(rendered.message.ends)).into_bytes();
    // Without its last brace, because the object goes on.
    event.extend_from_slice(json.plain().strip_suffix(b"}").unwrap_or_default());
    event.extend_from_slice(format!(",\"sent\":\"{}\",\"html\":\"", time::to_text(time::now())).as_bytes());
    event.extend_from_slice(html.escaped.plain());
    event.extend_from_slice(b"\"}\n\n");
    Ok(event.into())
}

/// Encodes the newest page as a `wall` event, with which a client starts over.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn wall(view: &View) -> Result<Arc<Text>, askama::Error> {
    get_or_make(&view.wall_event, || {
        let snapshot = &view.snapshot;
        let page = snapshot.newest(PAGE_MESSAGES);
        let mut event = TextBuilder::default();
        event.push(head("wall", Some(snapshot.cursor)));
        view.push_messages(&page, &mut event)?;
        event.push(",\"html\":\"");
        page::list(view, &page)?.push_escaped(&mut event);
        event.push("\"}\n\n");
        Ok(Arc::new(event.finish()))
    })
}

/// Encodes the configuration that is running as a `config` event.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn config(view: &View, posting: PostingState) -> Result<Piece, askama::Error> {
    get_or_make(&view.config_event, || {
        let html = page::config_fragments(view, posting)?;
        let config = ConfigJson::for_strangers(&view.snapshot);
        event("config", None, &ConfigEvent { config, posting, html })
    })
}

/// Encodes the state of the reader as a `status` event.
///
/// # Errors
/// Returns an error if it cannot be rendered.
pub(crate) fn status(snapshot: &Snapshot, status: &StatusJson) -> Result<Piece, askama::Error> {
    let html = page::status_fragments(snapshot, status.streams)?;
    event("status", None, &StatusEvent { status, html })
}

/// Encodes an event. JSON escapes line breaks, so the data is one line.
fn event(name: &str, id: Option<Cursor>, data: &impl Serialize) -> Result<Piece, askama::Error> {
    let data = serde_json::to_string(data).map_err(askama::Error::custom)?;
    Ok((head(name, id) + &data + "\n\n").into())
}

fn head(name: &str, id: Option<Cursor>) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: ")
}
