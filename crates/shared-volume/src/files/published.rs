//! A published file in its envelope.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::content::{Content, Encoding};
use crate::cause::{AppliedEvent, Cause};
use crate::limits::MAX_GENERATION;
use crate::retries::{Applied, Kind};
use crate::source::SourceState;
use crate::time::millis;

/// A published file, as its file in `history/` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFile {
    /// The generation. It increases with every publication of this name, and is 1 for the first.
    pub generation: u64,
    /// The time of the publication.
    pub published_at: Timestamp,
    /// The cause of the publication.
    pub cause: Cause,
    /// The events of the newest publications, oldest first. A retry of one of them is not applied again.
    pub applied: Vec<AppliedEvent>,
    /// The followed documents, such as `s3://bucket/key`, and the version of each that was published last.
    pub sources: BTreeMap<String, SourceState>,
    /// The state of `current` that this generation has replaced. A writer that crashed before the rename has left that state.
    pub(super) replaced: Option<String>,
    /// The bytes.
    pub content: Content,
}

/// The JSON of a [`PublishedFile`].
#[derive(Serialize, Deserialize)]
struct Envelope {
    generation: u64,
    #[serde(with = "millis")]
    published_at: Timestamp,
    #[serde(default)]
    cause: Cause,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    applied: Vec<AppliedEvent>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sources: BTreeMap<String, SourceState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced: Option<String>,
    size: usize,
    sha256: String,
    encoding: Encoding,
    content: String,
}

impl PublishedFile {
    /// Parses the content of a file in `history/`. `None` if it is damaged: size and digest must be those of the content.
    pub(super) fn from_json(json: &[u8]) -> Option<Self> {
        let envelope: Envelope = serde_json::from_slice(json).ok()?;
        let Envelope { generation, published_at, cause, applied, sources, replaced, .. } = envelope;
        let content = Content::decoded(envelope.encoding, envelope.content)?;
        let is_whole = content.bytes().len() == envelope.size && content.sha256() == envelope.sha256;
        let published = Self { generation, published_at, cause, applied, sources, replaced, content };
        (is_whole && generation <= MAX_GENERATION).then_some(published)
    }

    /// Returns the JSON text, indented, with a newline at the end.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        let (encoding, content) = self.content.encoded();
        let envelope = Envelope {
            generation: self.generation,
            published_at: self.published_at,
            cause: self.cause.clone(),
            applied: self.applied.clone(),
            sources: self.sources.clone(),
            replaced: self.replaced.clone(),
            size: self.content.bytes().len(),
            sha256: self.content.sha256().to_owned(),
            encoding,
            content: content.into_owned(),
        };
        let mut json = serde_json::to_vec_pretty(&envelope)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Looks up an event in the envelope.
    pub(super) fn applied_by(&self, event: &str) -> Option<Applied> {
        AppliedEvent::find(&self.applied, event)?.stored(Kind::File)
    }
}
