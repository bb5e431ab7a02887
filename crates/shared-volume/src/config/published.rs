//! A published configuration: the document in its envelope.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::ConfigError;
use super::object::object;
use super::schema::Config;
use super::text::{parse, value};
use crate::cause::{AppliedEvent, Cause};
use crate::limits::MAX_GENERATION;
use crate::retries::{Applied, Kind};
use crate::source::SourceState;
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
        AppliedEvent::find(&self.applied, event)?.stored(Kind::Configuration)
    }

    /// Returns the JSON text, indented, with a newline at the end.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}
