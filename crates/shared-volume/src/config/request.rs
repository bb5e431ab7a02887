//! A request to publish a configuration.

use std::io;

use serde_json::Value;

use super::error::{ConfigError, PublishError};
use super::history;
use super::object::canonical;
use super::published::Published;
use super::schema::Config;
use crate::cause::Cause;
use crate::digest::Digest;
use crate::limits::MAX_NOTE_CHARS;
use crate::retries::payload;
use crate::source::{SourceDocument, Unchanged};
use crate::volume::WallDir;

/// A change of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A JSON merge patch (RFC 7396) to the configuration in force.
    Patch(Value),
    /// A whole configuration.
    Whole(Value),
    /// The configuration of an earlier generation. 0 stands for the defaults.
    Rollback(u64),
    /// A followed document, as a whole configuration.
    Source(Box<SourceDocument>),
}

/// A request to publish a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The change.
    pub change: Change,
    /// The generation that must be in force. `None` accepts any.
    pub expected_generation: Option<u64>,
    /// The cause that is stored with the configuration. Its `at` is set when it is published.
    pub cause: Cause,
}

/// The result of a successful request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The configuration that is in force now.
    Published(Published),
    /// The configuration that an earlier attempt with the same event id published.
    Repeated(Published),
    /// The configuration in force, because the followed document is not newer than it.
    Unchanged(Published, Unchanged),
}

impl Request {
    /// Checks the request and returns its digest. A retry has the same digest.
    pub(crate) fn payload(&self) -> Result<Digest, PublishError> {
        if self.cause.note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE_CHARS) {
            let problem = format!("must have at most {MAX_NOTE_CHARS} characters");
            return Err(ConfigError::in_command("note", problem).into());
        }
        let change = match &self.change {
            Change::Patch(patch) => ("patch", canonical(patch)),
            Change::Whole(document) => ("whole", canonical(document)),
            Change::Rollback(generation) => ("rollback", Value::from(*generation)),
            // A retry of the event may read another version of the document.
            Change::Source(source) => ("source", Value::from(source.name.as_str())),
        };
        let text =
            serde_json::to_vec(&(change, self.expected_generation, &self.cause.note)).map_err(io::Error::from)?;
        Ok(payload::configuration(&text))
    }
}

impl Change {
    /// Returns the generation that the change restores.
    pub(super) fn restored(&self) -> Option<u64> {
        match self {
            Self::Rollback(generation) => Some(*generation),
            Self::Patch(_) | Self::Whole(_) | Self::Source(_) => None,
        }
    }

    /// Applies the change to the configuration in force.
    pub(super) fn apply(self, wall: &WallDir, current: &Config) -> Result<Config, PublishError> {
        match self {
            Self::Whole(document) => Ok(Config::from_value(document)?),
            Self::Source(source) => Ok(Config::from_value(source.document)?),
            Self::Patch(patch) => {
                if !patch.is_object() {
                    let problem = "must be a JSON object (a merge patch, RFC 7396)".to_owned();
                    return Err(ConfigError::in_command("patch", problem).into());
                }
                let mut document = serde_json::to_value(current).map_err(io::Error::from)?;
                json_patch::merge(&mut document, &patch);
                Ok(Config::from_value(document)?)
            }
            // The defaults were in force before the first publication.
            Self::Rollback(0) => Ok(Config::default()),
            Self::Rollback(generation) => {
                let earlier = history::generation(wall, generation)?;
                Ok(earlier.ok_or(PublishError::UnknownGeneration(generation))?.config)
            }
        }
    }
}
