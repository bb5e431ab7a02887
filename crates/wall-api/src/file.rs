//! The commands about files that are published by name, and their answers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use shared_volume::files::{FileGeneration, FileName};

use crate::limits::ReadLimit;
use crate::origin::Origin;

/// Publishes a file. It has either `content` or `content_base64`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishFile {
    /// The name: 1 to 100 of `A-Z a-z 0-9 . _ -`, not beginning with a dot.
    pub name: FileName,
    /// The content as text: at most 256 KiB of UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The content in Base64, with padding: at most 256 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_base64: Option<String>,
    /// Refuses the file unless this generation is in force; 0 if the file must not have been published yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
    /// The reason for the publication: at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The event id: see [`Post::event`](crate::Post::event).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Publishes an earlier generation of a file again, as a new generation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackFile {
    /// The name of the file.
    pub name: FileName,
    /// The generation to restore.
    pub generation: u64,
    /// Refuses the change unless this generation is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
    /// The reason for the change: at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The event id: see [`Post::event`](crate::Post::event).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender that chose `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// Returns the newest generations of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHistory {
    /// The name of the file.
    pub name: FileName,
    /// The number of generations. The newest 200 are kept.
    #[serde(default)]
    pub limit: ReadLimit,
    /// Ignored, because reading changes nothing. Every command accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Ignored, as `event` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Origin>,
}

/// The answer to `publish_file` and `rollback_file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePublished {
    /// The name of the file.
    pub name: FileName,
    /// The generation that was published.
    pub generation: u64,
    /// The SHA-256 digest of its bytes, as 64 hexadecimal digits; null if a repeated generation is not kept any more.
    pub sha256: Option<String>,
    /// True if an earlier command with the same event id published it.
    #[serde(default)]
    pub repeated: bool,
    /// The fault of the file that this publication has ended: another program had deleted or written it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The reason why a followed document changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchanged: Option<Cow<'static, str>>,
}

/// The answer to `file_history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileGenerations {
    /// The name of the file.
    pub name: FileName,
    /// The generations, newest first.
    pub generations: Vec<FileGeneration>,
    /// The difference between the file that programs read and its newest generation; null if there is none.
    pub fault: Option<String>,
}
