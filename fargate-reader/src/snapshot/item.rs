//! What stands on the wall.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use jiff::Timestamp;
use shared_volume::wall::Cursor;

use crate::page;
use crate::pieces::Html;
use crate::shapes::Message;

/// An entry of the log, as far as somebody who comes back has to be told of it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Where it ends: the SSE id that says "seen up to here".
    pub(crate) ends: Cursor,
    pub(crate) said: Said,
}

/// What an entry says.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// A message that is shown.
    Message(Arc<Shown>),
    /// The message of this id is taken off.
    Removal(Arc<str>),
    /// A message that was taken off.
    Nothing,
}

/// A message as it is shown, with the times of its journey:
/// `received` -> `at` -> `stored` -> `seen` -> (sent) -> (painted).
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// The message's ULID; a plain line has an id that is as stable.
    pub(crate) id: String,
    /// Where its line ends: the SSE id that says "seen up to here".
    pub(crate) ends: Cursor,
    /// Who wrote it. Nobody is known for a plain line.
    pub(crate) author: Option<String>,
    /// What was written. Line breaks are part of it.
    pub(crate) text: String,
    /// Whether another program appended it as a plain line.
    pub(crate) plain: bool,
    /// When the function got the event.
    pub(crate) received: Option<Timestamp>,
    /// When the function was about to write.
    pub(crate) at: Option<Timestamp>,
    /// When it reached the volume: the log's modification time, for messages that were read as they came.
    pub(crate) stored: Option<Timestamp>,
    /// When this reader saw it; unknown for what was there before the reader started.
    pub(crate) seen: Option<Timestamp>,
    /// What everybody is sent of it. Only the newest messages keep it: all of them would take several times the memory of
    /// what was written.
    pub(crate) encoded: Option<Encoded>,
}

/// A message as it is sent, once somebody asked for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Encoded {
    json: OnceLock<Bytes>,
    html: OnceLock<Html>,
}

impl Shown {
    /// The fragment that the page inserts.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn html(&self) -> Result<Html, askama::Error> {
        once(self.encoded.as_ref().map(|encoded| &encoded.html), || Ok(page::message(self)?.into()))
    }

    /// The message as JSON, as it stands in a list: with a comma before it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(crate) fn json(&self) -> Result<Bytes, askama::Error> {
        let encode = || {
            let mut json = vec![b','];
            serde_json::to_writer(&mut json, &Message::from(self)).map_err(askama::Error::custom)?;
            Ok(json.into())
        };
        once(self.encoded.as_ref().map(|encoded| &encoded.json), encode)
    }
}

/// What was made once, or is now, and is kept where there is a place for it.
pub(super) fn once<T: Clone>(
    place: Option<&OnceLock<T>>,
    make: impl FnOnce() -> Result<T, askama::Error>,
) -> Result<T, askama::Error> {
    match place {
        Some(place) => match place.get() {
            Some(made) => Ok(made.clone()),
            None => make().map(|made| place.get_or_init(|| made).clone()),
        },
        None => make(),
    }
}
