//! Publishing a configuration.

use std::io;
use std::time::Instant;

use serde_json::Value;

use super::history::{self, generations};
use super::published::{Cause, Published, in_force};
use super::schema::{Config, ConfigError};
use crate::error::WriteError;
use crate::lock::WriterLock;
use crate::replace;
use crate::time;
use crate::volume::{WallDir, create_directory};

/// The longest note, in characters.
const MAX_NOTE_CHARS: usize = 500;

/// How many event ids a configuration remembers.
const RECENT_EVENTS: usize = 100;

/// What is to become of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A JSON merge patch (RFC 7396) on the configuration in force.
    Patch(Value),
    /// A whole configuration.
    Whole(Value),
    /// The configuration of an earlier generation.
    Rollback(u64),
}

/// A wish to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is to become of the configuration.
    pub change: Change,
    /// The generation that the change was meant for; none when it does not matter.
    pub expected_generation: Option<u64>,
    /// What brought it; its `at` is set by [`publish`].
    pub cause: Cause,
}

/// What became of the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This is in force now.
    Published(Published),
    /// An earlier try with the same event id had done it: this is what it published.
    Repeated(Published),
}

/// Why nothing was published. The configuration in force is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Somebody else published meanwhile.
    #[error("expected_generation: {expected} was expected, {current} is in force")]
    Conflict {
        /// What the request expected.
        expected: u64,
        /// What is in force.
        current: u64,
    },
    /// The result would not be a valid configuration.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    /// There is no such generation to go back to.
    #[error("generation: {0} is not in the history")]
    UnknownGeneration(u64),
    /// The write failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<io::Error> for PublishError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

impl PublishError {
    /// The stable name, such as `generation_conflict`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "generation_conflict",
            Self::Invalid(_) => "config_invalid",
            Self::UnknownGeneration(_) => "generation_unknown",
            Self::Write(error) => error.name(),
        }
    }
}

/// Publishes a configuration: under the writers' lock, first its file in the history, then `config.json`. When this
/// returns it is durable and in force.
///
/// # Errors
/// See [`PublishError`].
pub fn publish(wall: &WallDir, request: Request, deadline: Instant) -> Result<Outcome, PublishError> {
    if request.cause.note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE_CHARS) {
        let problem = format!("must have at most {MAX_NOTE_CHARS} characters");
        return Err(ConfigError { path: "note".to_owned(), problem }.into());
    }
    let _lock = WriterLock::acquire(wall, deadline)?;
    let current = in_force(wall)?.published;
    if let Some(event) = &request.cause.event
        && current.recent_events.contains(event)
    {
        return Ok(Outcome::Repeated(published_by(wall, event)?.unwrap_or(current)));
    }
    if let Some(expected) = request.expected_generation
        && expected != current.generation
    {
        return Err(PublishError::Conflict { expected, current: current.generation });
    }
    let config = apply(wall, request.change, &current.config)?;

    // A history file may be ahead of config.json: its writer crashed between the two.
    let highest = generations(wall)?.pop().unwrap_or(0).max(current.generation);
    let mut recent_events = current.recent_events;
    recent_events.extend(request.cause.event.clone());
    recent_events.drain(..recent_events.len().saturating_sub(RECENT_EVENTS));
    let now = Some(time::now());
    let cause = Cause { at: now, ..request.cause };
    let generation = highest + 1;
    let published = Published { generation, published_at: now, cause, recent_events, config };

    let json = published.to_json()?;
    create_directory(&wall.history())?;
    replace::create(&wall.history_file(generation), &json)?;
    replace::replace(&wall.config(), &json)?;
    Ok(Outcome::Published(published))
}

fn apply(wall: &WallDir, change: Change, current: &Config) -> Result<Config, PublishError> {
    match change {
        Change::Whole(document) => Ok(Config::from_value(document)?),
        Change::Patch(patch) => {
            if !patch.is_object() {
                let problem = "must be a JSON object (a merge patch, RFC 7396)".to_owned();
                return Err(ConfigError { path: "patch".to_owned(), problem }.into());
            }
            let mut document = serde_json::to_value(current).map_err(io::Error::from)?;
            json_patch::merge(&mut document, &patch);
            Ok(Config::from_value(document)?)
        }
        Change::Rollback(generation) => {
            let earlier = history::generation(wall, generation)?;
            Ok(earlier.ok_or(PublishError::UnknownGeneration(generation))?.config)
        }
    }
}

/// The configuration that an event brought, if it is among the last ones.
fn published_by(wall: &WallDir, event: &str) -> io::Result<Option<Published>> {
    let recent = history::history(wall, RECENT_EVENTS)?;
    Ok(recent.into_iter().find(|published| published.cause.event.as_deref() == Some(event)))
}
