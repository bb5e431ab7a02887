//! The JSON that clients see.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use jiff::Timestamp;
use serde::Serialize;
use shared_volume::config::{Cause, Config, Outcome, Published};
use shared_volume::message::Message;
use shared_volume::time::optional_millis;
use shared_volume::wall::{self, Appended, Entry, EntryKind, Newest};
use ulid::Ulid;

use crate::command::Done;
use crate::error::ErrorBody;

/// How many bytes of messages a reply holds. Lambda carries 6 MB; the rest is for what stands around them.
pub(crate) const MAX_REPLY_BYTES: usize = 5_500_000;

/// What the function answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// To the HTTP API.
    Http(Box<ApiGatewayV2httpResponse>),
    /// To everybody else.
    Done(Box<Answer>),
    /// To everybody else, when nothing was done and trying again is up to the sender.
    Error(ErrorBody),
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// A message is on the wall.
    Posted(Posted),
    /// The newest messages.
    Page(Page),
    /// The wall is empty.
    Cleared(Cleared),
    /// A message is off the wall.
    Removed(Removed),
    /// A configuration is in force.
    Configured(Box<Configured>),
}

impl From<Done> for Answer {
    fn from(done: Done) -> Self {
        match done {
            Done::Posted(appended) => Self::Posted(appended.into()),
            Done::Read(newest) => Self::Page(Page::within(&newest, json_bytes)),
            Done::Cleared(cleared) => Self::Cleared(cleared.into()),
            Done::Removed(wall::Removed { id, repeated }) => Self::Removed(Removed { removed: id, repeated }),
            Done::Configured(outcome) => Self::Configured(Box::new(outcome.into())),
        }
    }
}

/// A message, as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// The message's ULID; for a plain line by another program its position and digest.
    pub id: String,
    /// When the function was about to write it; null for a plain line.
    #[serde(with = "optional_millis")]
    pub at: Option<Timestamp>,
    /// Who wrote it, when known.
    pub author: Option<String>,
    /// What was written. Line breaks are part of it.
    pub text: String,
    /// When the function got it; null for a plain line.
    #[serde(with = "optional_millis")]
    pub received: Option<Timestamp>,
}

impl From<Message> for Shown {
    fn from(message: Message) -> Self {
        let Message { id, received, at, author, text, event: _ } = message;
        Self { id: id.to_string(), at: Some(at), author, text, received: Some(received) }
    }
}

/// A message that was added.
#[derive(Debug, Serialize)]
pub struct Posted {
    /// As the wall has it.
    pub message: Shown,
    /// Whether an earlier event with the same id had already brought it.
    pub repeated: bool,
}

impl From<Appended> for Posted {
    fn from(appended: Appended) -> Self {
        Self { message: appended.message.into(), repeated: appended.repeated }
    }
}

/// The newest messages.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Which wall; a wall that was cleared is another one.
    pub wall: Ulid,
    /// Where it ends.
    pub cursor: String,
    /// Where the messages that were left out end; null when none were.
    pub older: Option<String>,
    /// Oldest first.
    pub messages: Vec<Shown>,
}

impl Page {
    /// As many of the newest messages as fit into [`MAX_REPLY_BYTES`], when each takes `bytes` of them.
    pub(crate) fn within(newest: &Newest, bytes: impl Fn(&Shown) -> usize) -> Self {
        let wall = newest.cursor.wall;
        let (mut left, mut older, mut messages) = (MAX_REPLY_BYTES, newest.older, Vec::new());
        for entry in newest.entries.iter().rev() {
            let Some(message) = shown(entry) else { continue };
            let Some(still_left) = left.checked_sub(bytes(&message)) else {
                older = Some(entry.end(wall));
                break;
            };
            left = still_left;
            messages.push(message);
        }
        messages.reverse();
        Self { wall, cursor: newest.cursor.to_string(), older: older.map(|cursor| cursor.to_string()), messages }
    }
}

fn shown(entry: &Entry) -> Option<Shown> {
    match &entry.kind {
        EntryKind::Message(message) => Some(message.clone().into()),
        EntryKind::Plain { text, .. } => {
            Some(Shown { id: entry.id(), at: None, author: None, text: text.clone(), received: None })
        }
        EntryKind::Removal(_) => None,
    }
}

/// How many bytes a value takes as JSON, with a comma.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |json| json.len() + 1)
}

/// All messages were taken away.
#[derive(Debug, Serialize)]
pub struct Cleared {
    /// Always true.
    pub cleared: bool,
    /// The new wall.
    pub wall: Ulid,
    /// Whether an earlier event with the same id had already done it; what came since is kept.
    pub repeated: bool,
}

impl From<wall::Cleared> for Cleared {
    fn from(wall::Cleared { wall, repeated }: wall::Cleared) -> Self {
        Self { cleared: true, wall, repeated }
    }
}

/// A message was taken off the wall.
#[derive(Debug, Serialize)]
pub struct Removed {
    /// The id of the message.
    pub removed: String,
    /// An earlier try with the same event had already removed it.
    pub repeated: bool,
}

/// A configuration in its envelope.
#[derive(Debug, Serialize)]
pub struct Configured {
    /// Goes up with every publication.
    pub generation: u64,
    /// When it was written.
    #[serde(with = "optional_millis")]
    pub published_at: Option<Timestamp>,
    /// What brought it.
    pub cause: Cause,
    /// The configuration itself.
    pub config: Config,
    /// Whether an earlier event with the same id had already brought it.
    pub repeated: bool,
}

impl From<Outcome> for Configured {
    fn from(outcome: Outcome) -> Self {
        let (published, repeated) = match outcome {
            Outcome::Published(published) => (published, false),
            Outcome::Repeated(published) => (published, true),
        };
        let Published { generation, published_at, cause, config, .. } = published;
        Self { generation, published_at, cause, config, repeated }
    }
}
