//! Messages: the records of the log, and the rules that a new message must keep.

mod draft;
mod label;
mod picture;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::time::millis;

pub use crate::error::Refusal;
pub use crate::limits::{
    MAX_AUTHOR_CHARS, MAX_CLASS_CHARS, MAX_CLASSES, MAX_EVENT_BYTES, MAX_PICTURE_SIDE, MAX_SCOPED_EVENT_BYTES,
};
pub use draft::Draft;
pub use label::{Findings, Label};
pub use picture::{InvalidPicture, Picture, PictureSize};

/// A message record of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id. It is the first field because records are recognised by their first bytes.
    pub id: Ulid,
    /// The time at which the function received the event.
    #[serde(with = "millis")]
    pub received: Timestamp,
    /// The time at which the function wrote the record.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// The author, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text. It may contain line breaks. It may be empty if there is a picture.
    pub text: String,
    /// The picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// The event id with its source, `<source>:<id>`. `None` if the event cannot be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// A removal record of the log. It takes one message off the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The id of the message. It is the first field because records are recognised by their first bytes.
    pub removes: String,
    /// The time at which the function wrote the record.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// The user who removed the message, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The event id with its source, `<source>:<id>`. `None` if the event cannot be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// Replaces control characters, which could control a terminal, by U+FFFD. Line breaks and tabs are kept.
///
/// Messages are stored exactly as they were sent. Apply this before showing one in any form but JSON, which escapes
/// control characters.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // A carriage return alone moves the cursor of a terminal. Before a line feed it belongs to a line break.
        let is_line_break = character == '\r' && characters.peek() == Some(&'\n');
        let is_kept = !character.is_control() || matches!(character, '\n' | '\t') || is_line_break;
        shown.push(if is_kept { character } else { char::REPLACEMENT_CHARACTER });
    }
    Cow::Owned(shown)
}
