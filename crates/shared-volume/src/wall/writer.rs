//! The writer of one wall.

use std::io;
use std::time::{Duration, Instant};

use ulid::Ulid;

use super::compact::Cleared;
use super::cycle::{Appended, Cycle, Labelled, Removed};
use super::restore::{self, RestoreError, Restored, RestoredWall, Trashed};
use super::session::Session;
use super::view::{Newest, View};
use crate::config::{self, Outcome, PublishError, Request};
use crate::error::{ChangeError, Refusal, WriteError};
use crate::files::{FileError, FileOutcome, FileRequest, Validate};
use crate::limits::DEFAULT_RETRY_WINDOW;
use crate::lock::LockFile;
use crate::message::{Draft, Findings};
use crate::retries::RetryStore;
use crate::volume::WallDir;

/// The writer of one wall. It remembers what it has read, so that it reads only what was added.
#[derive(Debug)]
pub struct WallWriter {
    wall: WallDir,
    lock: LockFile,
    view: View,
    retries: RetryStore,
}

/// The result of several posts.
#[derive(Debug)]
pub struct Batch {
    /// One answer for each draft, in their order.
    pub answers: Vec<Result<Appended, Refusal>>,
    /// The error of the compaction that followed. The messages are accepted all the same, and the next append compacts the
    /// log.
    pub compaction_failed: Option<io::Error>,
}

impl WallWriter {
    /// Returns a writer of `wall`. It does not access the volume yet.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self {
            lock: LockFile::new(wall.clone()),
            view: View::new(wall.clone()),
            retries: RetryStore::new(&wall, DEFAULT_RETRY_WINDOW),
            wall,
        }
    }

    /// Sets the time for which an applied event is remembered. The default is 24 hours.
    #[must_use]
    pub fn retry_window(mut self, window: Duration) -> Self {
        self.retries.window = window;
        self
    }

    /// Returns the wall that this writes.
    #[must_use]
    pub fn wall(&self) -> &WallDir {
        &self.wall
    }

    /// Takes the lock, retrying until `deadline`, to apply any number of commands.
    ///
    /// # Errors
    /// Returns an error if the lock is held until `deadline`, or if the volume fails.
    pub fn cycle(&mut self, deadline: Instant) -> Result<Cycle<'_>, WriteError> {
        Ok(Cycle::new(self.begin(deadline)?))
    }

    /// Appends the drafts that keep the rules of the configuration in force, in one lock cycle. They are durable when this
    /// returns. A retry of an event gets the answer of the first attempt, even if the rules have changed.
    ///
    /// # Errors
    /// Returns an error if the lock is held until `deadline`, or if the volume fails. No draft was accepted then. After an
    /// error of [`Cycle::finish`] it is not known if the drafts were written.
    pub fn append(&mut self, drafts: &[Draft], deadline: Instant) -> Result<Batch, WriteError> {
        let mut cycle = self.cycle(deadline)?;
        let mut answers = Vec::with_capacity(drafts.len());
        for draft in drafts {
            answers.push(match cycle.post(draft) {
                Ok(appended) => Ok(appended),
                Err(ChangeError::Refused(refusal)) => Err(refusal),
                Err(ChangeError::Write(error)) => return Err(error),
            });
        }
        Ok(Batch { answers, compaction_failed: cycle.finish(|_| ())? })
    }

    /// Removes one message by its id. The log is not rewritten: a removal record is appended.
    ///
    /// # Errors
    /// Returns [`Refusal::MessageUnknown`](crate::message::Refusal::MessageUnknown) if the wall has no message with this id,
    /// and the same errors as [`WallWriter::append`].
    pub fn remove(
        &mut self,
        id: &str,
        by: Option<&str>,
        event: Option<&str>,
        deadline: Instant,
    ) -> Result<Removed, ChangeError> {
        self.cycle(deadline)?.remove(id, by, event)
    }

    /// Adds the classes of its picture to a message. The first label with classes stays: a later one changes nothing.
    ///
    /// # Errors
    /// Returns [`Refusal::MessageUnknown`](crate::message::Refusal::MessageUnknown) if the wall has no message record with
    /// this id, [`Refusal::NoPicture`](crate::message::Refusal::NoPicture) if it has no picture, and the same errors as
    /// [`WallWriter::append`].
    pub fn label(
        &mut self,
        id: &str,
        findings: Findings,
        event: &str,
        deadline: Instant,
    ) -> Result<Labelled, ChangeError> {
        self.cycle(deadline)?.label(id, findings, event)
    }

    /// Removes all messages by beginning a new wall. The old log goes to `trash/`.
    ///
    /// # Errors
    /// Returns the same errors as [`WallWriter::append`]. The wall is unchanged then.
    pub fn clear(&mut self, event: Option<&str>, deadline: Instant) -> Result<Cleared, ChangeError> {
        self.cycle(deadline)?.clear(event)
    }

    /// Publishes a configuration: first its file in the history, then `config.json`. It is durable and in force when this
    /// returns.
    ///
    /// # Errors
    /// Returns a [`PublishError`]. The configuration in force is unchanged then, and nothing of the refused one remains.
    pub fn publish(&mut self, request: Request, deadline: Instant) -> Result<Outcome, PublishError> {
        self.cycle(deadline)?.publish(request)
    }

    /// Publishes a file: first its generation in the history, then `current`. It is durable and in place when this returns.
    /// `validate` is called if a schema lies beside the file.
    ///
    /// # Errors
    /// Returns a [`FileError`]. The file is unchanged then, and nothing of the refused content remains.
    pub fn publish_file(
        &mut self,
        request: FileRequest,
        validate: &Validate<'_>,
        deadline: Instant,
    ) -> Result<FileOutcome, FileError> {
        self.cycle(deadline)?.publish_file(request, validate)
    }

    /// Returns the newest `limit` messages, oldest first, at most as many as the configuration keeps.
    ///
    /// # Errors
    /// Returns an error if the volume fails.
    pub fn newest(&mut self, limit: usize) -> io::Result<Newest> {
        let keep = config::in_force(&self.wall)?.published.config.keep_messages.get();
        self.view.read()?;
        Ok(self.view.newest(limit.min(keep)))
    }

    /// Returns the newest `limit` messages, oldest first, as they were at the end of the last cycle or read. It does not access
    /// the volume.
    #[must_use]
    pub fn newest_known(&self, limit: usize) -> Newest {
        self.view.newest(limit)
    }

    /// Returns the logs in `trash/`, oldest first. Other files are ignored.
    ///
    /// # Errors
    /// Returns an error if the volume fails.
    pub fn trash(&self) -> io::Result<Vec<Trashed>> {
        restore::logs(&self.wall)
    }

    /// Restores the messages of a log in `trash/`, before the messages that are on the wall. Retries the lock until
    /// `deadline`.
    ///
    /// # Errors
    /// Returns a [`RestoreError`] if there is no such log, the messages do not fit, or the volume fails.
    pub fn restore(&mut self, file: Ulid, deadline: Instant) -> Result<Restored, RestoreError> {
        restore::restore_log(&mut self.begin(deadline)?, file)
    }

    /// Restores the messages of a wall that was cleared, before the messages that are on the wall. Retries the lock until
    /// `deadline`.
    ///
    /// # Errors
    /// Returns [`Refusal::NothingToRestore`] if `trash/` has no message of that wall that is missing,
    /// [`Refusal::NoRoom`] if the wall would be too large, and the same errors as [`WallWriter::append`].
    pub fn restore_wall(
        &mut self,
        wall: Ulid,
        event: Option<&str>,
        deadline: Instant,
    ) -> Result<RestoredWall, ChangeError> {
        self.cycle(deadline)?.restore(wall, event)
    }

    pub(super) fn begin(&mut self, deadline: Instant) -> Result<Session<'_>, WriteError> {
        Session::begin(&self.wall, &mut self.lock, &mut self.view, &mut self.retries, deadline)
    }
}
