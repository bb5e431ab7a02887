//! The cause of a publication, and the events of the newest publications.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::retries::{Applied, Kind};
use crate::time::optional_millis;

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
    /// The generation that was restored. 0 stands for the defaults of a configuration.
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

/// An event that published something, in the envelope of what it published.
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
    pub(crate) fn new(event: String, payload: Digest, generation: u64, at: Timestamp) -> Self {
        Self { event, digest: payload.to_hex(), generation, at }
    }

    /// Returns the newest of these events that has this id.
    pub(crate) fn find<'a>(applied: &'a [Self], event: &str) -> Option<&'a Self> {
        applied.iter().rev().find(|applied| applied.event == event)
    }

    /// Returns the event in the form in which `retries/` stores it. `None` if the digest was damaged by hand.
    pub(crate) fn stored(&self, kind: Kind) -> Option<Applied> {
        let payload = Digest(u128::from_str_radix(&self.digest, 16).ok()?.to_be_bytes());
        let result = u128::from(self.generation);
        Some(Applied { kind, payload, result, received: self.at, at: self.at })
    }
}
