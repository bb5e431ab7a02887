//! The JSON that clients may rely on.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared_volume::config::{Cause, Config, Published};
use shared_volume::time::{millis, optional_millis};
use shared_volume::wall::Cursor;

use crate::follow::Pulse;
use crate::page::PostingState;
use crate::snapshot::{ConfigChange, Page, Rejected, Shown, Snapshot, VolumeHealth};
use crate::state::App;

/// A message.
#[derive(Debug, Serialize)]
pub(crate) struct Message<'a> {
    id: &'a str,
    #[serde(serialize_with = "optional_millis::serialize")]
    at: Option<Timestamp>,
    author: Option<&'a str>,
    text: &'a str,
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

impl<'a> From<&'a Shown> for Message<'a> {
    fn from(shown: &'a Shown) -> Self {
        Self {
            id: &shown.id,
            at: shown.at,
            author: shown.author.as_deref(),
            text: &shown.text,
            received: shown.received,
            stored: shown.stored,
            seen: shown.seen,
            plain: shown.plain,
            cursor: shown.ends,
        }
    }
}

/// A piece of the wall, but for its messages, which follow one by one; see [`Wall::begin`].
#[derive(Debug, Serialize)]
pub(crate) struct Wall {
    wall: String,
    #[serde(serialize_with = "as_text")]
    cursor: Cursor,
    older: Option<String>,
}

impl Wall {
    /// The JSON of a piece of the wall up to its messages: they follow with commas between them, then `]}`.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(crate) fn begin(snapshot: &Snapshot, page: &Page<'_>) -> Result<String, askama::Error> {
        let wall = snapshot.cursor.wall.to_string();
        let older = page.older.map(|cursor| cursor.to_string());
        let begin = serde_json::to_string(&Self { wall, cursor: snapshot.cursor, older });
        let begin = begin.map_err(askama::Error::custom)?;
        Ok(format!("{},\"messages\":[", begin.trim_end_matches('}')))
    }
}

/// A configuration and where it came from.
#[derive(Debug, Serialize)]
pub(crate) struct Generation<'a> {
    generation: u64,
    #[serde(serialize_with = "optional_millis::serialize")]
    published_at: Option<Timestamp>,
    cause: &'a Cause,
    config: &'a Config,
}

impl<'a> From<&'a Published> for Generation<'a> {
    fn from(published: &'a Published) -> Self {
        let Published { generation, published_at, cause, config, .. } = published;
        Self { generation: *generation, published_at: *published_at, cause, config }
    }
}

/// The configuration that is running, and why it is not the one on disk.
#[derive(Debug, Serialize)]
pub(crate) struct Running<'a> {
    #[serde(flatten)]
    generation: Generation<'a>,
    rejected: Option<RejectedConfig<'a>>,
}

#[derive(Debug, Serialize)]
struct RejectedConfig<'a> {
    reason: &'a str,
    #[serde(serialize_with = "millis::serialize")]
    since: Timestamp,
    source: &'a str,
}

impl<'a> From<&'a Snapshot> for Running<'a> {
    fn from(snapshot: &'a Snapshot) -> Self {
        let rejected = snapshot.rejected.as_ref();
        let rejected =
            rejected.map(|Rejected { reason, since, source }| RejectedConfig { reason, since: *since, source });
        Self { generation: (&*snapshot.config).into(), rejected }
    }
}

/// One publication, in the history.
#[derive(Debug, Serialize)]
pub(crate) struct Change<'a> {
    #[serde(flatten)]
    generation: Generation<'a>,
    changed: &'a [String],
    #[serde(serialize_with = "optional_millis::serialize", skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
}

impl<'a> From<&'a ConfigChange> for Change<'a> {
    fn from(change: &'a ConfigChange) -> Self {
        Self { generation: (&*change.published).into(), changed: &change.changed, seen: change.seen }
    }
}

/// How the reader does.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Status {
    pub(crate) streams: usize,
    posting: PostingState,
    watching: Option<&'static str>,
    pub(crate) volume: VolumeStatus,
}

/// How the volume does.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VolumeStatus {
    /// `waiting`, `ok` or `failing`.
    state: &'static str,
    reason: Option<String>,
    #[serde(serialize_with = "optional_millis::serialize")]
    since: Option<Timestamp>,
    /// How old the last successful look is.
    last_look_seconds: Option<f64>,
    /// For how long the look under way has had no answer.
    silent_seconds: f64,
}

impl Status {
    pub(crate) fn new(app: &App, snapshot: &Snapshot) -> Self {
        Self {
            streams: app.follow.streams(),
            posting: app.posting(snapshot),
            watching: snapshot.watching,
            volume: VolumeStatus::new(&snapshot.volume, app.follow.pulse()),
        }
    }

    /// Whether there is nothing new in it but that time went on.
    pub(crate) fn says_the_same_as(&self, earlier: &Self) -> bool {
        let said = |status: &Self| (status.streams, status.posting, status.watching);
        let volume = |status: &Self| (status.volume.state, status.volume.reason.clone());
        said(self) == said(earlier) && volume(self) == volume(earlier)
    }
}

impl VolumeStatus {
    pub(crate) fn new(health: &VolumeHealth, pulse: &Pulse) -> Self {
        let (state, reason, since) = match health {
            VolumeHealth::Waiting(reason) => ("waiting", reason.clone(), None),
            VolumeHealth::Ok => ("ok", None, None),
            VolumeHealth::Failing { reason, since } => ("failing", Some(reason.clone()), Some(*since)),
        };
        let last_look_seconds = pulse.last_look().map(|age| age.as_secs_f64());
        Self { state, reason, since, last_look_seconds, silent_seconds: pulse.silent().as_secs_f64() }
    }
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
