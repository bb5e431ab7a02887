//! The commands that a direct invocation carries.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared_volume::message::Picture;

use crate::file::{FileHistory, PublishFile, RollbackFile};
use crate::limits::ReadLimit;
use crate::origin::Origin;

/// A command: one JSON object whose field `command` names it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Appends a message.
    Post(Post),
    /// Adds several messages. Its name is `post`, too: it has `messages` in place of `text`.
    #[serde(rename = "post")]
    PostMany(PostMany),
    /// Returns the newest messages.
    Read(Read),
    /// Clears the wall.
    Clear(Clear),
    /// Restores the messages of a cleared wall.
    Restore(Restore),
    /// Removes one message.
    Remove(Remove),
    /// Changes fields of the configuration in force.
    ChangeConfig(ChangeConfig),
    /// Publishes a whole configuration.
    PublishConfig(PublishConfig),
    /// Publishes an earlier configuration again.
    RollbackConfig(RollbackConfig),
    /// Publishes a file by its name.
    PublishFile(PublishFile),
    /// Publishes an earlier generation of a file again.
    RollbackFile(RollbackFile),
    /// Returns the newest generations of a file.
    FileHistory(FileHistory),
}

impl Command {
    /// The names of all commands.
    pub const NAMES: [&'static str; 11] = [
        "post",
        "read",
        "clear",
        "restore",
        "remove",
        "change_config",
        "publish_config",
        "rollback_config",
        "publish_file",
        "rollback_file",
        "file_history",
    ];
}

/// Appends a message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// The text. Line breaks are kept. It may be empty if there is a picture.
    pub text: String,
    /// The picture, which the reader has stored in `uploads/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// The author's name: 1 to 80 characters on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The event id: 1 to 256 bytes. By default the request id of the invocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Adds several messages, in their order. One that is refused does not keep the others from being added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostMany {
    /// The messages: 1 to [`MAX_BATCH`](crate::MAX_BATCH). Each is parsed on its own.
    pub messages: Vec<Value>,
    /// The sender that chose the `event` of each message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// One of the messages of [`PostMany`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostItem {
    /// The text. Line breaks are kept.
    pub text: String,
    /// The author's name: 1 to 80 characters on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The event id: 1 to 256 bytes. By default the request id of the invocation and the place in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// Returns the newest messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The number of messages.
    #[serde(default)]
    pub limit: ReadLimit,
    /// Ignored, because reading changes nothing. Every command accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Ignored, as `event` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Clears the wall.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clear {
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Restores the messages of a cleared wall, before the messages that are on the wall.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The id of the wall that was cleared: the part of its cursors before the first `-`.
    pub wall: String,
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Removes one message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The id of the message.
    pub id: String,
    /// The user who removes it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Changes fields of the configuration in force.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeConfig {
    /// A merge patch (RFC 7396).
    pub patch: Value,
    /// Refuses the change unless this generation is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
    /// The reason for the change: at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Publishes a whole configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishConfig {
    /// The configuration. Fields that it leaves out get their defaults.
    pub config: Value,
    /// Refuses the configuration unless this generation is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
    /// The reason for the publication: at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Publishes an earlier configuration again, as a new generation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackConfig {
    /// The generation to restore. 0 restores the defaults.
    pub generation: u64,
    /// Refuses the change unless this generation is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
    /// The reason for the change: at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The event id: see [`Post::event`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}
