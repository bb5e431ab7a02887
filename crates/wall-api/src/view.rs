//! The answers to commands, as clients see them.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use shared_volume::config::{Cause, Config};
use shared_volume::message::Picture;
use shared_volume::time::optional_millis;

use crate::ErrorBody;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView<'a> {
    /// The message's ULID; for a plain line its position and digest.
    pub id: Cow<'a, str>,
    /// The time at which the function wrote it; null for a plain line.
    #[serde(with = "optional_millis")]
    pub at: Option<Timestamp>,
    /// The author's name; null if unknown.
    pub author: Option<Cow<'a, str>>,
    /// The text. Line breaks are part of it.
    pub text: Cow<'a, str>,
    /// The picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// The time at which the function received the event; null for a plain line.
    #[serde(default, with = "optional_millis")]
    pub received: Option<Timestamp>,
}

/// The answer to `post`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The message that the log contains.
    pub message: MessageView<'static>,
    /// True if an earlier command with the same event id posted it.
    #[serde(default)]
    pub repeated: bool,
}

/// The answer to `post` with `messages`: one result for each, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedMany {
    /// The results.
    pub results: Vec<PostResult>,
}

/// The result of one message of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PostResult {
    /// The message was added.
    Posted(Box<Posted>),
    /// The message was refused. Its `field` begins with the place in the list, such as `messages.3.text`.
    Refused(ErrorBody),
}

/// The answer to `read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// The id of the wall. A clear begins a new wall.
    pub wall: String,
    /// The cursor after the newest message.
    pub cursor: String,
    /// The cursor after the older messages that the answer does not contain; null if there are none.
    pub older: Option<String>,
    /// The messages, oldest first.
    pub messages: Vec<MessageView<'static>>,
}

/// The answer to `clear`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// Always true.
    #[serde(deserialize_with = "always_true")]
    pub cleared: bool,
    /// The id of the new wall.
    pub wall: String,
    /// True if an earlier command with the same event id cleared the wall. Messages that were posted since then are kept.
    #[serde(default)]
    pub repeated: bool,
}

/// The answer to `restore`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The number of messages that came back.
    pub restored: usize,
    /// True if an earlier command with the same event id restored them.
    #[serde(default)]
    pub repeated: bool,
}

/// The answer to `remove`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The id of the message.
    pub removed: String,
    /// True if an earlier command with the same event id removed it.
    #[serde(default)]
    pub repeated: bool,
}

/// The answer to the classes of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// The id of the message.
    pub labelled: String,
    /// True if the message had its label already.
    #[serde(default)]
    pub repeated: bool,
}

/// The answer to `change_config`, `publish_config` and `rollback_config`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    /// The generation in force.
    pub generation: u64,
    /// The time of the publication.
    #[serde(with = "optional_millis")]
    pub published_at: Option<Timestamp>,
    /// The cause of the publication: source, event and note.
    pub cause: Cause,
    /// The configuration.
    pub config: Config,
    /// True if an earlier command with the same event id published it.
    #[serde(default)]
    pub repeated: bool,
    /// The reason why a followed document changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchanged: Option<Cow<'static, str>>,
}

fn always_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    if bool::deserialize(deserializer)? { Ok(true) } else { Err(serde::de::Error::custom("must be true")) }
}
