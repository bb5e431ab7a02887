//! The events of the stream, as they go over the wire.
//!
//! What is the same for every browser is encoded once and shared: see [`Pieces`].

use axum::body::Bytes;
use serde::Serialize;
use shared_volume::time;
use shared_volume::wall::Cursor;

use crate::page::{self, PostingState};
use crate::pieces::Pieces;
use crate::shapes::{Running, Status, Wall};
use crate::snapshot::{Item, PAGE_MESSAGES, Said, Shown, Snapshot};

/// How soon a browser that lost its stream asks for a new one, in milliseconds; and a comment, which says nothing.
pub(super) const RETRY: &str = "retry:1000\n\n";
pub(super) const COMMENT: &str = ":\n\n";

/// What a `config` event says.
#[derive(Serialize)]
struct ConfigEvent<'a> {
    #[serde(flatten)]
    running: Running<'a>,
    posting: PostingState,
    html: String,
}

/// What a `status` event says.
#[derive(Serialize)]
struct StatusEvent<'a> {
    #[serde(flatten)]
    status: &'a Status,
    html: String,
}

/// What a `removed` event says.
#[derive(Serialize)]
struct RemovedEvent<'a> {
    id: &'a str,
    cursor: String,
}

/// An entry of the wall. Only events that tell of entries have an id: it is what the browser has seen of the wall.
pub(super) fn item(item: &Item) -> Result<Pieces, askama::Error> {
    match &item.said {
        Said::Message(shown) => message(shown),
        Said::Removal(id) => {
            let removed = RemovedEvent { id, cursor: item.ends.to_string() };
            Ok(event("removed", Some(item.ends), &removed)?.into())
        }
        Said::Nothing => Ok(Pieces::default()),
    }
}

fn message(shown: &Shown) -> Result<Pieces, askama::Error> {
    let (json, html) = (shown.json()?, shown.html()?);
    let mut pieces = Pieces::default();
    pieces.push(head("message", Some(shown.ends)));
    // Without the comma; and the object goes on.
    pieces.push(json.slice(1..json.len() - 1));
    pieces.push(format!(",\"sent\":\"{}\",\"html\":\"", time::to_text(time::now())));
    pieces.push(html.escaped);
    pieces.push("\"}\n\n");
    Ok(pieces)
}

/// The wall as it is: whoever is told it starts over.
pub(super) fn wall(snapshot: &Snapshot) -> Result<Pieces, askama::Error> {
    let page = snapshot.newest(PAGE_MESSAGES);
    let mut pieces = Pieces::default();
    pieces.push(head("wall", Some(snapshot.cursor)) + &Wall::begin(snapshot, &page)?);
    for (index, shown) in page.messages.iter().enumerate() {
        pieces.push(shown.json()?.slice(usize::from(index == 0)..));
    }
    pieces.push("],\"html\":\"");
    pieces.extend(page::messages_page(snapshot, &page)?.escaped());
    pieces.push("\"}\n\n");
    Ok(pieces)
}

/// The configuration that is running.
pub(super) fn config(snapshot: &Snapshot, posting: PostingState) -> Result<Pieces, askama::Error> {
    if let Some(event) = snapshot.config_event.get() {
        return Ok(event.clone().into());
    }
    let html = page::config_fragments(snapshot, posting)?;
    let event = event("config", None, &ConfigEvent { running: Running::from(snapshot), posting, html })?;
    Ok(snapshot.config_event.get_or_init(|| event).clone().into())
}

/// How the reader does.
pub(super) fn status(snapshot: &Snapshot, status: &Status, watching: &str) -> Result<Pieces, askama::Error> {
    let html = page::status_fragments(snapshot, status.streams, watching)?;
    Ok(event("status", None, &StatusEvent { status, html })?.into())
}

/// JSON has no line breaks but in strings, where they are escaped, so it is one line of data.
fn event(name: &str, id: Option<Cursor>, data: &impl Serialize) -> Result<Bytes, askama::Error> {
    let data = serde_json::to_string(data).map_err(askama::Error::custom)?;
    Ok((head(name, id) + &data + "\n\n").into())
}

fn head(name: &str, id: Option<Cursor>) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: ")
}
