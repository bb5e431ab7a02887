//! Publishing a configuration.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::time::Instant;

use serde_json::Value;

use super::history;
use super::in_force::{Fault, InForce, in_force};
use super::published::{AppliedEvent, Cause, MAX_GENERATION, Published};
use super::schema::{Config, ConfigError};
use crate::digest::Digest;
use crate::error::{ChangeError, WriteError};
use crate::message::Refusal;
use crate::open::{self, ForeignFile};
use crate::replace::{self, Staged};
use crate::retries::{Applied, EventKey, Kind};
use crate::time;
use crate::volume::{WallDir, create_directory};
use crate::wall::{Session, WallWriter};

/// The longest note, in characters.
const MAX_NOTE_CHARS: usize = 500;

/// So many history files that are ahead of `config.json` are passed over, and deleted, one by one.
const MOST_AHEAD: usize = 16;

/// How many events the envelope of a configuration remembers. Older ones are in `retries/`.
const MAX_APPLIED: usize = 20;

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
    /// The event is unusable, or was used before for something else.
    #[error(transparent)]
    Refused(Refusal),
    /// The highest generation is in force.
    #[error(
        "generation: {MAX_GENERATION} is in force, and no generation can follow it; give config.json a lower one by hand"
    )]
    Exhausted,
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

impl From<ChangeError> for PublishError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Write(error) => Self::Write(error),
        }
    }
}

impl PublishError {
    /// The stable name, such as `generation_conflict`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "generation_conflict",
            Self::Invalid(_) => "config_invalid",
            Self::Refused(refusal) => refusal.name(),
            Self::Exhausted => "generation_exhausted",
            Self::UnknownGeneration(_) => "generation_unknown",
            Self::Write(error) => error.name(),
        }
    }
}

/// Publishes a configuration with a writer of its own. See [`WallWriter::publish`].
///
/// # Errors
/// See [`PublishError`].
pub fn publish(wall: &WallDir, request: Request, deadline: Instant) -> Result<Outcome, PublishError> {
    WallWriter::new(wall.clone()).publish(request, deadline)
}

/// Publishes a configuration in a lock cycle.
pub(crate) fn publish_in(session: &mut Session<'_>, request: Request) -> Result<Outcome, PublishError> {
    if request.cause.note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE_CHARS) {
        return Err(invalid("note", format!("must have at most {MAX_NOTE_CHARS} characters")));
    }
    let (event, payload) = (request.cause.event.clone(), payload(&request)?);
    if let Some(applied) = session.earlier(event.as_deref(), Kind::Configuration, payload)? {
        return Ok(repeated(session, &applied)?);
    }
    let current = session.in_force.published.clone();
    if let Some(expected) = request.expected_generation
        && expected != current.generation
    {
        return Err(PublishError::Conflict { expected, current: current.generation });
    }
    let config = apply(session.wall, request.change, &current.config)?;
    let generation = next_generation(session, current.generation)?;
    if generation > MAX_GENERATION {
        return Err(PublishError::Exhausted);
    }
    let now = time::now();
    let mut applied = current.applied;
    applied.extend(event.map(|event| AppliedEvent::new(event, payload, generation, now)));
    let cause = Cause { at: Some(now), ..request.cause };
    let published = Published {
        generation,
        published_at: Some(now),
        cause,
        applied: forget_oldest(session, applied)?,
        ..Published::bare(config, 0)
    };
    put_in_force(session, &published)?;
    if session.in_force.fault.is_none() {
        delete_ahead(session.wall, current.generation + 1..generation);
    }
    Ok(Outcome::Published(published))
}

/// The generation after the one in force. A history file that is ahead of `config.json` was left by a writer that crashed
/// before its configuration came into force: its number is not used again.
fn next_generation(session: &Session<'_>, current: u64) -> io::Result<u64> {
    let mut generation = current + 1;
    if session.in_force.fault.is_some() {
        return Ok(generation.max(history::generations(session.wall)?.pop().unwrap_or(0) + 1));
    }
    for _ in 0..MOST_AHEAD {
        let ahead = session.wall.history_file(generation);
        if generation > MAX_GENERATION || ahead.symlink_metadata().is_err() {
            return Ok(generation);
        }
        generation += 1;
    }
    Ok(history::generations(session.wall)?.pop().unwrap_or(0).max(generation) + 1)
}

/// Deletes history files between two generations in force: they never were. What cannot be deleted, such as a directory
/// that somebody planted, keeps its number.
fn delete_ahead(wall: &WallDir, generations: Range<u64>) {
    for generation in generations.rev().take(MOST_AHEAD) {
        drop(fs_err::remove_file(wall.history_file(generation)));
    }
}

/// Puts the history first, then `config.json`: when the latter cannot be replaced, the former is taken back.
fn put_in_force(session: &mut Session<'_>, published: &Published) -> io::Result<()> {
    let (json, config) = (published.to_json()?, session.wall.config());
    let history = session.wall.history_file(published.generation);
    create_directory(&session.wall.history())?;
    // Reads it first: what is not a regular file is named, and not replaced.
    open::read(&config).or_else(|error| if ForeignFile::of(&error).is_some() { Err(error) } else { Ok(None) })?;
    let files = vec![Staged::write(&history, &[&json])?, Staged::write(&config, &[&json])?];
    commit(session, files)?;
    // The publication stands. What could not be deleted is deleted with a later one.
    drop(history::prune(session.wall, published.generation));
    Ok(())
}

/// Commits files, the last of which is `config.json`, unless another writer has published meanwhile.
fn commit(session: &mut Session<'_>, files: Vec<Staged<'_>>) -> io::Result<()> {
    let (wall, before) = (session.wall, &session.in_force);
    replace::commit(files, &mut session.lock, || match in_force(wall)? == *before {
        true => Ok(()),
        false => Err(io::Error::other("config.json was changed while a configuration was published")),
    })
}

/// Finishes what the first try of an event may have left undone: a crash may have come after the history was written, or
/// before the name of `config.json` was durable.
fn finish(session: &mut Session<'_>, generation: u64) -> io::Result<()> {
    let InForce { published, fault } = &session.in_force;
    let config = session.wall.config();
    match fault {
        Some(Fault::Missing | Fault::Invalid(_)) if published.generation == generation => {
            let files = vec![Staged::write(&config, &[&published.to_json()?])?];
            commit(session, files)
        }
        _ => replace::sync_directory_of(&config),
    }
}

/// Moves events that do not fit into the envelope any more to `retries/`, before they go.
fn forget_oldest(session: &mut Session<'_>, mut applied: Vec<AppliedEvent>) -> io::Result<Vec<AppliedEvent>> {
    if applied.len() > MAX_APPLIED {
        let gone: Vec<_> = applied.drain(..applied.len() - MAX_APPLIED / 2).collect();
        let events = gone.iter().filter_map(|gone| Some((EventKey::of(&gone.event), gone.stored()?))).collect();
        session.retries.add(&mut session.lock, events)?;
        session.lock.declare()?;
    }
    Ok(applied)
}

/// The answer to the retry of an event that has published a generation.
fn repeated(session: &mut Session<'_>, applied: &Applied) -> io::Result<Outcome> {
    let generation = u64::try_from(applied.result).unwrap_or(MAX_GENERATION);
    finish(session, generation)?;
    let current = &session.in_force.published;
    if current.generation == generation {
        return Ok(Outcome::Repeated(current.clone()));
    }
    let published = history::generation(session.wall, generation)?;
    // Its file may have been pruned: then only its generation is known.
    let pruned = || Published { published_at: Some(applied.at), ..Published::bare(current.config.clone(), generation) };
    Ok(Outcome::Repeated(published.unwrap_or_else(pruned)))
}

/// The digest of a request: a retry brings the same one.
fn payload(request: &Request) -> io::Result<Digest> {
    let change = match &request.change {
        Change::Patch(patch) => ("patch", canonical(patch)),
        Change::Whole(document) => ("whole", canonical(document)),
        Change::Rollback(generation) => ("rollback", Value::from(*generation)),
    };
    let text = serde_json::to_vec(&(change, request.expected_generation, &request.cause.note))?;
    Ok(Digest::of(&[b"configuration", &text]))
}

/// Sorts the fields of all objects: in which order a map has them depends on how serde_json was built.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, Value> =
                fields.iter().map(|(name, value)| (name, canonical(value))).collect();
            let pairs = sorted.into_iter().map(|(name, value)| Value::from(vec![Value::from(name.as_str()), value]));
            Value::from(vec![Value::from("object"), pairs.collect()])
        }
        Value::Array(items) => Value::from(vec![Value::from("array"), items.iter().map(canonical).collect()]),
        other => other.clone(),
    }
}

fn invalid(path: &str, problem: String) -> PublishError {
    ConfigError { path: path.to_owned(), problem }.into()
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
        // The defaults were in force before anything was published.
        Change::Rollback(0) => Ok(Config::default()),
        Change::Rollback(generation) => {
            let earlier = history::generation(wall, generation)?;
            Ok(earlier.ok_or(PublishError::UnknownGeneration(generation))?.config)
        }
    }
}
