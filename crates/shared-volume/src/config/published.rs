//! A published configuration: the document in its envelope.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::ConfigError;
use super::object::object;
use super::schema::Config;
use super::source::SourceState;
use super::text::{parse, value};
use crate::digest::Digest;
use crate::limits::MAX_GENERATION;
use crate::retries::{Applied, Kind};
use crate::time::optional_millis;

/// A configuration in the form in which the volume stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The generation. It increases with every publication, is 0 before the first and at most [`MAX_GENERATION`].
    #[serde(deserialize_with = "generation")]
    pub generation: u64,
    /// The time of the publication. `None` if a person wrote the file by hand.
    #[serde(default, with = "optional_millis")]
    pub published_at: Option<Timestamp>,
    /// The cause of the publication.
    #[serde(default)]
    pub cause: Cause,
    /// The events of the newest publications, oldest first. A retry of one of them is not applied again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<AppliedEvent>,
    /// The followed documents, such as `ssm:/messagewall/config`, and the version of each that was published last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, SourceState>,
    /// The predecessor of `applied` in old files. It is ignored.
    #[doc(hidden)]
    #[serde(default, skip_serializing)]
    pub recent_events: Ignored,
    /// The document.
    #[serde(deserialize_with = "object")]
    pub config: Config,
}

/// A field that is accepted and discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// The cause of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The source, such as `aws.ssm`, `messagewall` or `direct`. Empty if unknown.
    pub source: String,
    /// The event id with its source, `<source>:<id>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The followed document that was published, such as `ssm:/messagewall/config` or `s3://bucket/wall.json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The version of this document, as its source names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// True if no event reported the change: a scheduled comparison with the source found it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reconciled: bool,
    /// The generation whose configuration was restored. 0 stands for the defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored: Option<u64>,
    /// A note by the sender, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The time at which the function received the event.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub received: Option<Timestamp>,
    /// The time at which the function wrote the file.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub at: Option<Timestamp>,
}

/// An event that published a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedEvent {
    /// The event id with its source, `<source>:<id>`.
    pub event: String,
    /// The digest of its command, as 32 hexadecimal digits.
    digest: String,
    /// The generation that it published.
    pub generation: u64,
    /// The time of the publication.
    at: Timestamp,
}

impl AppliedEvent {
    pub(super) fn new(event: String, payload: Digest, generation: u64, at: Timestamp) -> Self {
        Self { event, digest: payload.to_hex(), generation, at }
    }

    /// Returns the event in the form in which `retries/` stores it. `None` if the digest was damaged by hand.
    pub(super) fn stored(&self) -> Option<Applied> {
        let payload = Digest(u128::from_str_radix(&self.digest, 16).ok()?.to_be_bytes());
        let result = u128::from(self.generation);
        Some(Applied { kind: Kind::Configuration, payload, result, received: self.at, at: self.at })
    }
}

fn generation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let generation = u64::deserialize(deserializer)?;
    let too_high = || serde::de::Error::custom(format!("must be at most {MAX_GENERATION}, is {generation}"));
    if generation > MAX_GENERATION { Err(too_high()) } else { Ok(generation) }
}

impl Published {
    /// Returns the defaults as generation 0. They are in force before the first publication.
    #[must_use]
    pub fn initial() -> Self {
        Self::bare(Config::default(), 0)
    }

    /// Returns a configuration with an empty envelope.
    pub(super) fn bare(config: Config, generation: u64) -> Self {
        let (cause, applied) = (Cause::default(), Vec::new());
        let sources = BTreeMap::new();
        Self { generation, published_at: None, cause, applied, sources, recent_events: Ignored, config }
    }

    /// Parses and validates the content of `config.json`: a document with or without its envelope. Without an envelope it
    /// gets this `generation`.
    ///
    /// # Errors
    /// Returns the first fault, with its field.
    pub fn from_json(json: &[u8], generation: u64) -> Result<Self, ConfigError> {
        let enveloped = value(json)?.as_object().is_some_and(|fields| {
            ["generation", "config", "cause", "published_at"].iter().any(|field| fields.contains_key(*field))
        });
        if enveloped { parse(json) } else { Ok(Self::bare(parse(json)?, generation)) }
    }

    /// Looks up an event in the envelope.
    pub(crate) fn applied_by(&self, event: &str) -> Option<Applied> {
        self.applied.iter().rev().find(|applied| applied.event == event)?.stored()
    }

    /// Returns the JSON text, indented, with a newline at the end.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}
