//! The envelope of a configuration.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::object::object;
use super::schema::{Config, ConfigError};
use super::text::{parse, value};
use crate::digest::Digest;
use crate::retries::{Applied, Kind};
use crate::time::optional_millis;

/// The highest generation: larger numbers are not exact in JSON.
pub const MAX_GENERATION: u64 = (1 << 53) - 1;

/// A configuration as it stands on the volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Goes up by at least one with every publication; 0 before the first. At most [`MAX_GENERATION`].
    #[serde(deserialize_with = "generation")]
    pub generation: u64,
    /// When it was written. A person who edits the file by hand need not say.
    #[serde(default, with = "optional_millis")]
    pub published_at: Option<Timestamp>,
    /// What brought it.
    #[serde(default)]
    pub cause: Cause,
    /// The events that were applied last, newest last, so that a retry is not applied twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<AppliedEvent>,
    /// Was here before `applied`; ignored.
    #[doc(hidden)]
    #[serde(default, skip_serializing)]
    pub recent_events: Ignored,
    /// The configuration itself.
    #[serde(deserialize_with = "object")]
    pub config: Config,
}

/// A field that is read and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// What brought a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// Such as `aws.ssm`, `messagewall` or `direct`; empty when nobody said.
    pub source: String,
    /// The id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What somebody wanted to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the function got the event.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub received: Option<Timestamp>,
    /// When the function was about to write.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub at: Option<Timestamp>,
}

/// An event that has published a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedEvent {
    /// The event, `<source>:<id>`.
    pub event: String,
    /// The digest of its command, 32 hexadecimal digits.
    digest: String,
    /// The generation that it has published.
    pub generation: u64,
    /// When it was published.
    at: Timestamp,
}

impl AppliedEvent {
    pub(super) fn new(event: String, payload: Digest, generation: u64, at: Timestamp) -> Self {
        Self { event, digest: payload.to_hex(), generation, at }
    }

    /// Returns the event in the form in which `retries/` stores it, unless a person has damaged it.
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
    /// The defaults, as generation 0: what is in force before anything was published.
    #[must_use]
    pub fn initial() -> Self {
        Self::bare(Config::default(), 0)
    }

    /// A configuration without an envelope, as a person may write it.
    pub(super) fn bare(config: Config, generation: u64) -> Self {
        let (cause, applied) = (Cause::default(), Vec::new());
        Self { generation, published_at: None, cause, applied, recent_events: Ignored, config }
    }

    /// Reads and validates the content of `config.json`: a configuration in its envelope, or a bare one, to which
    /// `generation` is given.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn from_json(json: &[u8], generation: u64) -> Result<Self, ConfigError> {
        let enveloped = value(json)?.as_object().is_some_and(|fields| {
            ["generation", "config", "cause", "published_at"].iter().any(|field| fields.contains_key(*field))
        });
        if enveloped { parse(json) } else { Ok(Self::bare(parse(json)?, generation)) }
    }

    /// Looks up an event among those that were applied last.
    pub(crate) fn applied_by(&self, event: &str) -> Option<Applied> {
        self.applied.iter().rev().find(|applied| applied.event == event)?.stored()
    }

    /// The document, for people: indented, with a newline at the end.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}
