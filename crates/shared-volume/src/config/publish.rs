//! Publishes a configuration.

use std::io;
use std::ops::Range;

use serde_json::Value;

use super::error::{ConfigError, PublishError};
use super::history;
use super::in_force::{Fault, InForce, in_force};
use super::object::canonical;
use super::published::Published;
use super::request::{Change, Outcome, Request};
use super::schema::Config;
use crate::cause::{AppliedEvent, Cause};
use crate::digest::Digest;
use crate::limits::{MAX_DOCUMENT_BYTES, MAX_GENERATION};
use crate::lock::WriterLock;
use crate::open::{self, ForeignFile};
use crate::replace::{self, Staged};
use crate::retries::{Applied, EventKey, Kind, RetryStore};
use crate::source::{SourceDocument, Standing};
use crate::time;
use crate::volume::WallDir;

/// The number of history files ahead of `config.json` that are skipped and deleted one by one.
const MAX_AHEAD: usize = 16;

/// The number of events in the envelope of a configuration. Older ones are in `retries/`.
const MAX_APPLIED: usize = 20;

/// A publication in one lock cycle of a writer.
#[derive(Debug)]
pub(crate) struct Publication<'a, 'lock> {
    pub(crate) wall: &'a WallDir,
    pub(crate) lock: &'a mut WriterLock<'lock>,
    pub(crate) retries: &'a mut RetryStore,
    /// The configuration in force.
    pub(crate) in_force: &'a InForce,
}

impl Publication<'_, '_> {
    /// Publishes the configuration of a request. `payload` is the digest of the request.
    pub(crate) fn publish(mut self, request: Request, payload: Digest) -> Result<Outcome, PublishError> {
        let current = &self.in_force.published;
        if let Some(expected) = request.expected_generation
            && expected != current.generation
        {
            return Err(PublishError::Conflict { expected, current: current.generation });
        }
        let (mut cause, mut sources) = (request.cause, current.sources.clone());
        let config = match request.change {
            Change::Source(source) => {
                let (config, digest, standing) = compare(&source, current, cause.reconciled)?;
                match standing {
                    Standing::Newer => sources.extend([source.recorded(digest)]),
                    Standing::Moved => return Err(PublishError::SourceMoved),
                    Standing::Unchanged(reason) => return Ok(Outcome::Unchanged(current.clone(), reason)),
                }
                config
            }
            change => {
                cause.restored = change.restored();
                change.apply(self.wall, &current.config)?
            }
        };
        let generation = self.next_generation()?;
        if generation > MAX_GENERATION {
            return Err(PublishError::Exhausted);
        }
        let now = time::now();
        let mut applied = current.applied.clone();
        applied.extend(cause.event.clone().map(|event| AppliedEvent::new(event, payload, generation, now)));
        let mut published = Published::bare(config, generation);
        published.published_at = Some(now);
        published.cause = Cause { at: Some(now), ..cause };
        published.sources = sources;
        published.applied = self.move_oldest(applied)?;
        self.put_in_force(&published)?;
        if self.in_force.fault.is_none() {
            delete_ahead(self.wall, current.generation + 1..generation);
        }
        Ok(Outcome::Published(published))
    }

    /// Returns the configuration that a retried event has published. Completes what a crash may have left undone.
    pub(crate) fn repeated(mut self, applied: &Applied) -> io::Result<Outcome> {
        let generation = u64::try_from(applied.result).unwrap_or(MAX_GENERATION);
        self.finish(generation)?;
        let current = &self.in_force.published;
        if current.generation == generation {
            return Ok(Outcome::Repeated(current.clone()));
        }
        let published = history::generation(self.wall, generation)?;
        // If its file was deleted, only the generation is known.
        let deleted =
            || Published { published_at: Some(applied.at), ..Published::bare(current.config.clone(), generation) };
        Ok(Outcome::Repeated(published.unwrap_or_else(deleted)))
    }

    /// Returns the generation after the one in force.
    ///
    /// A history file ahead of `config.json` was left by a writer that crashed before its configuration came into force.
    /// Its number is not used again.
    fn next_generation(&self) -> io::Result<u64> {
        let newest = || io::Result::Ok(history::generations(self.wall)?.pop().unwrap_or(0));
        let mut generation = self.in_force.published.generation + 1;
        if self.in_force.fault.is_some() {
            return Ok(generation.max(newest()? + 1));
        }
        for _ in 0..MAX_AHEAD {
            let ahead = self.wall.history_file(generation);
            if generation > MAX_GENERATION || ahead.symlink_metadata().is_err() {
                return Ok(generation);
            }
            generation += 1;
        }
        Ok(newest()?.max(generation) + 1)
    }

    /// Writes the history file and then `config.json`. If the latter cannot be replaced, the former is removed again.
    fn put_in_force(&mut self, published: &Published) -> Result<(), PublishError> {
        let (json, config) = (published.to_json()?, self.wall.config());
        if json.len() as u64 > MAX_DOCUMENT_BYTES {
            // No reader would read a longer file.
            let problem =
                format!("takes {} bytes with its envelope, and must take at most {MAX_DOCUMENT_BYTES}", json.len());
            return Err(ConfigError::whole(problem).into());
        }
        let history = self.wall.history_file(published.generation);
        open::create_directory(&self.wall.history())?;
        // A foreign file is reported and not replaced.
        open::read(&config).or_else(|error| if ForeignFile::of(&error).is_some() { Err(error) } else { Ok(None) })?;
        let files = vec![Staged::write(&history, &[&json])?, Staged::write(&config, &[&json])?];
        self.commit(files)?;
        // The publication is complete. The next one deletes files that remain.
        drop(history::prune(self.wall, published.generation));
        Ok(())
    }

    /// Commits files, the last of which is `config.json`, unless another writer has published in the meantime.
    fn commit(&mut self, files: Vec<Staged<'_>>) -> io::Result<()> {
        let (wall, before) = (self.wall, self.in_force);
        replace::commit(files, self.lock, || match in_force(wall)? == *before {
            true => Ok(()),
            false => Err(io::Error::other("config.json was changed while a configuration was published")),
        })
    }

    /// Completes the first attempt of an event: it may have crashed after writing the history file, or before the name of
    /// `config.json` was durable.
    fn finish(&mut self, generation: u64) -> io::Result<()> {
        let InForce { published, fault } = self.in_force;
        let config = self.wall.config();
        match fault {
            Some(Fault::Missing | Fault::Invalid(_)) if published.generation == generation => {
                let files = vec![Staged::write(&config, &[&published.to_json()?])?];
                self.commit(files)
            }
            _ => open::sync_parent(&config),
        }
    }

    /// Moves the oldest events to `retries/` if the envelope has too many.
    fn move_oldest(&mut self, mut applied: Vec<AppliedEvent>) -> io::Result<Vec<AppliedEvent>> {
        if applied.len() > MAX_APPLIED {
            let oldest: Vec<_> = applied.drain(..applied.len() - MAX_APPLIED / 2).collect();
            let events = oldest
                .iter()
                .filter_map(|old| Some((EventKey::of(&old.event), old.stored(Kind::Configuration)?)))
                .collect();
            self.retries.add(self.lock, events)?;
            self.lock.declare()?;
        }
        Ok(applied)
    }
}

/// Validates a followed document and compares it with the published one. Returns its digest as well.
fn compare(
    source: &SourceDocument,
    current: &Published,
    reconciled: bool,
) -> Result<(Config, String, Standing), PublishError> {
    let config = Config::from_value(source.document.clone())?;
    let digest = digest(&source.document)?;
    let stored = current.sources.get(&source.name);
    let standing = source.standing(&digest, stored, reconciled, config == current.config);
    Ok((config, digest, standing))
}

/// Returns the digest of a document, whatever the order of its fields.
fn digest(document: &Value) -> io::Result<String> {
    let text = serde_json::to_vec(&canonical(document))?;
    Ok(Digest::of(&[b"document", &text]).to_hex())
}

/// Deletes history files between two generations, which were never in force. A file that cannot be deleted, such as a
/// directory, keeps its number.
fn delete_ahead(wall: &WallDir, generations: Range<u64>) {
    for generation in generations.rev().take(MAX_AHEAD) {
        drop(fs_err::remove_file(wall.history_file(generation)));
    }
}
