//! The JSON that clients may rely on.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;
use shared_volume::config::{Cause, Config, Published};
use shared_volume::time::{millis, optional_millis};
use shared_volume::wall::Cursor;

use super::picture::{LabelJson, PictureJson};
use super::posting::PostingState;
use crate::follow::{
    Follow, HIDDEN_FIELD, Liveness, Message, MessagePage, Rejected, Snapshot, VolumeHealth, WatcherKind,
};

/// A message: a `MessageView` of the function, with the times at which it was on the volume and in this task.
#[derive(Debug, Serialize)]
pub(crate) struct MessageJson<'a> {
    id: &'a str,
    #[serde(serialize_with = "optional_millis::serialize")]
    at: Option<Timestamp>,
    author: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<PictureJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<LabelJson<'a>>,
    #[serde(serialize_with = "optional_millis::serialize", skip_serializing_if = "Option::is_none")]
    received: Option<Timestamp>,
    #[serde(serialize_with = "optional_millis::serialize", skip_serializing_if = "Option::is_none")]
    stored: Option<Timestamp>,
    #[serde(serialize_with = "optional_millis::serialize", skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    plain: bool,
    #[serde(serialize_with = "as_text")]
    cursor: Cursor,
}

impl<'a> From<&'a Message> for MessageJson<'a> {
    fn from(message: &'a Message) -> Self {
        Self {
            id: &message.id,
            at: message.at,
            author: message.author.as_deref(),
            text: &message.text,
            picture: message.picture.map(PictureJson::from),
            label: message.label.as_deref().map(LabelJson::from),
            received: message.received,
            stored: message.stored,
            seen: message.seen,
            plain: message.plain,
            cursor: message.ends,
        }
    }
}

/// A page of messages, without the messages: see [`WallJson::begin`].
#[derive(Debug, Serialize)]
pub(crate) struct WallJson {
    wall: String,
    #[serde(serialize_with = "as_text")]
    cursor: Cursor,
    older: Option<String>,
}

impl WallJson {
    /// Returns the JSON of a page up to its messages. The messages follow with commas between them, then `]}`.
    ///
    /// # Errors
    /// Returns an error if it cannot be written as JSON.
    pub(crate) fn begin(snapshot: &Snapshot, page: &MessagePage<'_>) -> Result<String, askama::Error> {
        let wall = snapshot.cursor.wall.to_string();
        let older = page.older.map(|cursor| cursor.to_string());
        let begin = serde_json::to_string(&Self { wall, cursor: snapshot.cursor, older });
        let begin = begin.map_err(askama::Error::custom)?;
        Ok(format!("{},\"messages\":[", begin.trim_end_matches('}')))
    }
}

/// A configuration and its origin.
#[derive(Debug, Serialize)]
struct PublishedJson<'a> {
    generation: u64,
    #[serde(serialize_with = "optional_millis::serialize")]
    published_at: Option<Timestamp>,
    cause: &'a Cause,
    config: ShownConfig<'a>,
}

/// The document of a configuration.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ShownConfig<'a> {
    Whole(&'a Config),
    /// Without the field that strangers never see.
    Shown(Value),
}

impl<'a> PublishedJson<'a> {
    fn new(published: &'a Published, is_whole: bool) -> Self {
        let Published { generation, published_at, cause, config, .. } = published;
        let config = if is_whole { ShownConfig::Whole(config) } else { ShownConfig::Shown(shown(config)) };
        Self { generation: *generation, published_at: *published_at, cause, config }
    }
}

fn shown(config: &Config) -> Value {
    let mut document = serde_json::to_value(config).unwrap_or_default();
    document.as_object_mut().map(|fields| fields.remove(HIDDEN_FIELD));
    document
}

/// The configuration that is running. `rejected` is set while the one on disk is at fault.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigJson<'a> {
    #[serde(flatten)]
    published: PublishedJson<'a>,
    rejected: Option<RejectedJson<'a>>,
}

#[derive(Debug, Serialize)]
struct RejectedJson<'a> {
    reason: &'a str,
    #[serde(serialize_with = "millis::serialize")]
    since: Timestamp,
    source: &'a str,
}

impl<'a> ConfigJson<'a> {
    /// Returns what strangers may see.
    pub(crate) fn for_strangers(snapshot: &'a Snapshot) -> Self {
        Self::new(snapshot, false)
    }

    /// Returns all fields, for administrators.
    pub(crate) fn whole(snapshot: &'a Snapshot) -> Self {
        Self::new(snapshot, true)
    }

    fn new(snapshot: &'a Snapshot, is_whole: bool) -> Self {
        let rejected = snapshot.rejected.as_ref();
        let rejected =
            rejected.map(|Rejected { reason, since, source }| RejectedJson { reason, since: *since, source });
        Self { published: PublishedJson::new(&snapshot.config, is_whole), rejected }
    }
}

/// The state of the reader.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StatusJson {
    /// The number of open streams.
    pub(crate) streams: usize,
    posting: PostingState,
    watching: Option<WatcherKind>,
    /// True while writers announce every change, so that the volume is scanned less often.
    announced: bool,
    pub(crate) volume: VolumeJson,
}

/// The health of the volume.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VolumeJson {
    state: VolumeState,
    reason: Option<String>,
    #[serde(serialize_with = "optional_millis::serialize")]
    since: Option<Timestamp>,
    /// The age of the last successful scan.
    last_look_seconds: Option<f64>,
    /// The time for which the volume has not answered the scan that is running.
    silent_seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum VolumeState {
    Waiting,
    Ok,
    Failing,
}

impl StatusJson {
    pub(crate) fn new(snapshot: &Snapshot, follow: &Follow, posting: PostingState) -> Self {
        let volume = VolumeJson::new(&snapshot.volume, follow.liveness());
        let (streams, announced) = (follow.streams(), follow.is_announced());
        Self { streams, posting, watching: snapshot.watcher, announced, volume }
    }

    /// Returns true if it differs from `earlier` in nothing but times.
    pub(crate) fn is_same_as(&self, earlier: &Self) -> bool {
        let state = |status: &Self| (status.streams, status.posting, status.watching, status.volume.state);
        state(self) == state(earlier) && self.volume.reason == earlier.volume.reason
    }
}

impl VolumeJson {
    fn new(health: &VolumeHealth, liveness: &Liveness) -> Self {
        let (state, reason, since) = match health {
            VolumeHealth::Waiting(reason) => (VolumeState::Waiting, reason.clone(), None),
            VolumeHealth::Ok => (VolumeState::Ok, None, None),
            VolumeHealth::Failing { reason, since } => (VolumeState::Failing, Some(reason.clone()), Some(*since)),
        };
        let last_look_seconds = liveness.last_scan_age().map(|age| age.as_secs_f64());
        Self { state, reason, since, last_look_seconds, silent_seconds: liveness.silent_for().as_secs_f64() }
    }
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
