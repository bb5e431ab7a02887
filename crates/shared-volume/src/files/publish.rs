//! Publishes a file.

use std::collections::BTreeMap;
use std::io;

use super::content::Content;
use super::dir::FileDir;
use super::error::FileError;
use super::history;
use super::published::PublishedFile;
use super::request::{FileChange, FileOutcome, FileRequest, FileVersion, Validate, check_length};
use super::state::{Fault, FileState};
use crate::cause::AppliedEvent;
use crate::digest::Digest;
use crate::error::after_the_change;
use crate::generations;
use crate::limits::{MAX_FILE_ENVELOPE_BYTES, MAX_GENERATION};
use crate::lock::WriterLock;
use crate::open::{self, ForeignFile};
use crate::replace::{self, Staged};
use crate::retries::{Applied, EventKey, Kind, RetryStore};
use crate::source::{SourceDocument, SourceState, Standing, Unchanged};
use crate::time;

/// The number of events in an envelope. All of them are in `retries/`, too, unless a writer crashed.
const MAX_APPLIED: usize = 20;

/// A publication of a file in one lock cycle of a writer.
#[derive(Debug)]
pub(crate) struct Publication<'a, 'lock> {
    pub(crate) dir: FileDir,
    pub(crate) lock: &'a mut WriterLock<'lock>,
    pub(crate) retries: &'a mut RetryStore,
    /// The state of the file when the cycle has read it.
    pub(crate) state: FileState,
}

/// The bytes to publish, or the reason why there is nothing to publish.
enum Wanted {
    Bytes(Vec<u8>),
    Nothing(Unchanged),
}

impl Publication<'_, '_> {
    /// Publishes the file of a request. `payload` is the digest of the request.
    pub(crate) fn publish(
        mut self,
        request: FileRequest,
        payload: Digest,
        validate: &Validate<'_>,
    ) -> Result<FileOutcome, FileError> {
        let current = self.state.generation();
        if let Some(expected) = request.expected_generation.filter(|expected| *expected != current) {
            return Err(FileError::Conflict { expected, current });
        }
        let before = self.state.published.as_ref();
        let mut sources = before.map_or_else(Default::default, |before| before.sources.clone());
        let (name, mut cause) = (request.name, request.cause);
        let bytes = match request.change {
            FileChange::Content(bytes) => bytes,
            FileChange::Rollback(generation) => {
                cause.restored = Some(generation);
                let earlier = history::generation(&self.dir, generation)?;
                earlier.ok_or(FileError::UnknownGeneration(generation))?.content.bytes().to_vec()
            }
            FileChange::Source(source) => match self.newer(*source, cause.reconciled, &mut sources)? {
                Wanted::Bytes(bytes) => bytes,
                Wanted::Nothing(reason) => return self.unchanged(reason),
            },
        };
        check_length(&bytes)?;
        if !self.dir.exists()? && self.dir.is_full()? {
            return Err(FileError::TooMany);
        }
        if let Some(schema) = self.schema()? {
            validate(&name, &schema, &bytes)?;
        }
        let generation = self.state.highest() + 1;
        if generation > MAX_GENERATION {
            return Err(FileError::Exhausted);
        }
        let now = time::now();
        let event = cause.event.clone().map(|event| AppliedEvent::new(event, payload, generation, now));
        cause.at = Some(now);
        let (applied, oldest) = self.applied(event.clone());
        let (content, replaced) = (Content::new(bytes), self.state.current.digest());
        let published = PublishedFile { generation, published_at: now, cause, applied, sources, replaced, content };
        self.put_in_force(&published)?;
        self.remember(event.into_iter().chain(oldest)).map_err(after_the_change)?;
        Ok(FileOutcome::Published { version: FileVersion::of(&published), ended: self.state.fault() })
    }

    /// Returns the generation that a retried event has published. Completes what a crash may have left undone.
    pub(crate) fn repeated(mut self, change: &FileChange, event: &str, applied: Applied) -> io::Result<FileOutcome> {
        let generation = u64::try_from(applied.result).unwrap_or(MAX_GENERATION);
        self.finish(generation)?;
        if self.retries.find(self.lock, EventKey::of(event))?.is_none() {
            let added = self.retries.add(self.lock, vec![(EventKey::of(event), applied)]);
            added.and_then(|()| self.lock.declare()).map_err(after_the_change)?;
        }
        let kept = match &self.state.published {
            Some(published) if published.generation == generation => Some(published.clone()),
            _ => history::generation(&self.dir, generation)?,
        };
        // If its file was deleted, the retry itself may have the bytes.
        let sha256 = kept.map(|kept| kept.content).or(match change {
            FileChange::Content(bytes) => Some(Content::new(bytes.clone())),
            FileChange::Rollback(_) | FileChange::Source(_) => None,
        });
        let sha256 = sha256.map(|content| content.sha256().to_owned());
        Ok(FileOutcome::Repeated(FileVersion { generation, sha256 }))
    }

    /// Compares a followed document with the published one, and adds its version to `sources`.
    fn newer(
        &self,
        source: SourceDocument<Vec<u8>>,
        reconciled: bool,
        sources: &mut BTreeMap<String, SourceState>,
    ) -> Result<Wanted, FileError> {
        let digest = Digest::of(&[b"file", &source.document]).to_hex();
        let is_equal = self.state.published.as_ref().is_some_and(|before| before.content.bytes() == source.document);
        match source.standing(&digest, sources.get(&source.name), reconciled, is_equal) {
            Standing::Moved => Err(FileError::SourceMoved),
            Standing::Unchanged(reason) => Ok(Wanted::Nothing(reason)),
            Standing::Newer => {
                let bytes = source.document.clone();
                sources.extend([source.recorded(digest)]);
                Ok(Wanted::Bytes(bytes))
            }
        }
    }

    /// Returns the generation in force. Completes it if its writer crashed.
    fn unchanged(mut self, reason: Unchanged) -> Result<FileOutcome, FileError> {
        self.finish(self.state.generation())?;
        let version = self.state.published.as_ref().map(FileVersion::of);
        Ok(FileOutcome::Unchanged(version.unwrap_or(FileVersion { generation: 0, sha256: None }), reason))
    }

    /// Returns the schema beside the file, if there is one.
    fn schema(&self) -> io::Result<Option<Vec<u8>>> {
        let path = self.dir.schema();
        let schema = if self.dir.exists()? { open::read(&path)? } else { None };
        schema.map(|mut file| open::document(&path, &mut file)).transpose()
    }

    /// Returns the events of the envelope with one more, and those for which it has no room.
    fn applied(&self, event: Option<AppliedEvent>) -> (Vec<AppliedEvent>, Vec<AppliedEvent>) {
        let mut applied = self.state.published.as_ref().map_or_else(Vec::new, |before| before.applied.clone());
        applied.extend(event);
        let surplus = applied.len().saturating_sub(MAX_APPLIED);
        let kept = applied.split_off(surplus);
        (kept, applied)
    }

    /// Stores events in `retries/`, where the lookup of every command finds them: another file or another kind of command cannot
    /// use the same event.
    fn remember(&mut self, events: impl Iterator<Item = AppliedEvent>) -> io::Result<()> {
        let events: Vec<_> =
            events.filter_map(|event| Some((EventKey::of(&event.event), event.stored(Kind::File)?))).collect();
        if events.is_empty() {
            return Ok(());
        }
        self.retries.add(self.lock, events)?;
        self.lock.declare()
    }

    /// Writes the file of the history and then `current`. If the latter cannot be replaced, the former is removed again.
    fn put_in_force(&mut self, published: &PublishedFile) -> Result<(), FileError> {
        let json = published.to_json()?;
        if json.len() as u64 > MAX_FILE_ENVELOPE_BYTES {
            // No reader would read a longer file.
            return Err(FileError::TooLarge(json.len()));
        }
        self.dir.create()?;
        let (history, current) = (self.dir.history_file(published.generation), self.dir.current());
        // A foreign file is reported and not replaced.
        open::read(&current).or_else(|error| if ForeignFile::of(&error).is_some() { Err(error) } else { Ok(None) })?;
        let staged = |path, bytes| Staged::write_in(&self.dir.all, path, &[bytes]);
        let files = vec![staged(&history, &json)?, staged(&current, published.content.bytes())?];
        commit(&self.dir, &self.state, self.lock, files)?;
        // The publication is complete. The next one deletes files that remain.
        let generations: Vec<u64> = self.state.generations.iter().copied().chain([published.generation]).collect();
        drop(generations::keep_newest(&self.dir.history(), &generations));
        Ok(())
    }

    /// Completes the first attempt of an event: it may have crashed before it replaced `current`, or before the name of `current`
    /// was durable. What another program has written since stays.
    fn finish(&mut self, generation: u64) -> io::Result<()> {
        let Some(published) = self.state.published.as_ref().filter(|published| published.generation == generation)
        else {
            return Ok(());
        };
        let current = self.dir.current();
        match self.state.fault() {
            None => open::sync_parent(&current),
            Some(Fault::Missing(_) | Fault::Unfinished(_)) => {
                let files = vec![Staged::write_in(&self.dir.all, &current, &[published.content.bytes()])?];
                commit(&self.dir, &self.state, self.lock, files)
            }
            Some(Fault::Edited(_) | Fault::Unreadable(_)) => Ok(()),
        }
    }
}

/// Commits files, the last of which is `current`, unless another writer has published in the meantime.
fn commit(dir: &FileDir, before: &FileState, lock: &mut WriterLock<'_>, files: Vec<Staged<'_>>) -> io::Result<()> {
    replace::commit(files, lock, || match FileState::read(dir)? == *before {
        true => Ok(()),
        false => Err(io::Error::other("the file was changed while it was published")),
    })
}

impl FileVersion {
    fn of(published: &PublishedFile) -> Self {
        let sha256 = Some(published.content.sha256().to_owned());
        Self { generation: published.generation, sha256 }
    }
}
