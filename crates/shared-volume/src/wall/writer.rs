//! The writer of one wall: appends, removes, clears and publishes.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use ulid::Ulid;

use super::compact::Cleared;
use super::session::Session;
use super::view::{Newest, View};
use crate::config::{self, Config, Outcome, Publication, PublishError, Request};
use crate::error::{ChangeError, Refusal, WriteError, is_full};
use crate::intent::Intent;
use crate::limits::DEFAULT_RETRY_WINDOW;
use crate::lock::LockFile;
use crate::message::{Draft, Message, Removal};
use crate::retries::{Applied, Kind, RetryStore, payload};
use crate::volume::WallDir;
use crate::{open, time};

/// The longest id of a message, in bytes: that of a plain line.
const MAX_ID_BYTES: usize = 100;

/// The writer of one wall. It keeps the entries of the log in memory, so that each call reads only the lines that were added.
#[derive(Debug)]
pub struct WallWriter {
    wall: WallDir,
    lock: LockFile,
    view: View,
    retries: RetryStore,
}

/// The result of a batch.
#[derive(Debug)]
pub struct Batch {
    /// One answer for each draft, in their order.
    pub answers: Vec<Result<Appended, Refusal>>,
    /// The error of compaction, if it failed. The messages are on the wall, and the next append compacts again.
    pub compaction_failed: Option<io::Error>,
}

/// A message that is durable on the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The message that the log contains.
    pub message: Message,
    /// True if an earlier attempt with the same event id appended it.
    pub repeated: bool,
}

/// A message that was removed from the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The id of the message.
    pub id: String,
    /// True if an earlier attempt with the same event id removed it.
    pub repeated: bool,
}

impl WallWriter {
    /// Returns a writer of `wall` without touching the volume.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self {
            lock: LockFile::new(wall.clone()),
            view: View::new(wall.clone()),
            retries: RetryStore::new(&wall, DEFAULT_RETRY_WINDOW),
            wall,
        }
    }

    /// Sets the time for which an applied event is remembered, 24 hours by default.
    #[must_use]
    pub fn retry_window(mut self, window: Duration) -> Self {
        self.retries.window = window;
        self
    }

    /// Returns the directory of the wall.
    #[must_use]
    pub fn wall(&self) -> &WallDir {
        &self.wall
    }

    /// Appends the drafts that satisfy the configuration in force, in one lock cycle. They are durable when this returns. A
    /// retry of an event gets the answer of its first attempt, even if the configuration has changed since.
    ///
    /// # Errors
    /// Returns an error if other writers hold the lock until `deadline`, or if the volume fails. No draft was accepted then.
    pub fn append(&mut self, drafts: &[Draft], deadline: Instant) -> Result<Batch, WriteError> {
        let mut session = self.begin(deadline)?;
        let mut records = Vec::new();
        let answers = answer_all(&mut session, drafts, &mut records)?;
        if !records.is_empty() {
            append(&mut session, &records)?;
        } else if answers.iter().flatten().any(|appended| appended.repeated) {
            // The writer of the first attempt may have crashed before its message was durable.
            session.sync_log()?;
            return Ok(Batch { answers, compaction_failed: None });
        } else {
            return Ok(Batch { answers, compaction_failed: None });
        }
        let compaction_failed = session.keep_short().err();
        Ok(Batch { answers, compaction_failed })
    }

    /// Removes one message by its id. This appends a removal record and does not rewrite the log.
    ///
    /// # Errors
    /// Returns [`Refusal::MessageUnknown`] if no message on the wall has this id, another [`Refusal`] if the event id is
    /// invalid or was used for something else, and the errors of [`WallWriter::append`].
    pub fn remove(
        &mut self,
        id: &str,
        by: Option<&str>,
        event: Option<&str>,
        deadline: Instant,
    ) -> Result<Removed, ChangeError> {
        let mut session = self.begin(deadline)?;
        if session.earlier(event, Kind::Removal, payload::removal(id))?.is_some() {
            session.sync_log()?;
            return Ok(Removed { id: id.to_owned(), repeated: true });
        }
        if !session.view.has(id) {
            session.view.verify()?;
        }
        if id.len() > MAX_ID_BYTES || !session.view.has(id) {
            let id = id.chars().take(MAX_ID_BYTES).collect();
            return Err(Refusal::MessageUnknown { id }.into());
        }
        let (by, event) = (by.map(str::to_owned), event.map(str::to_owned));
        let removal = Removal { removes: id.to_owned(), at: time::now(), by, event };
        let mut record = serde_json::to_vec(&removal).map_err(io::Error::from)?;
        record.push(b'\n');
        append(&mut session, &record)?;
        Ok(Removed { id: id.to_owned(), repeated: false })
    }

    /// Clears the wall: begins a new, empty one. The old log moves to `trash/`.
    ///
    /// # Errors
    /// Returns a [`Refusal`] if the event id is invalid or was used for something else, and the errors of
    /// [`WallWriter::append`]. The wall is unchanged then.
    pub fn clear(&mut self, event: Option<&str>, deadline: Instant) -> Result<Cleared, ChangeError> {
        let mut session = self.begin(deadline)?;
        if let Some(applied) = session.earlier(event, Kind::Clear, payload::clear())? {
            // The writer of the first attempt may have crashed before the name of the new log was durable.
            open::sync_parent(&session.wall.content())?;
            return Ok(Cleared { wall: Ulid(applied.result), repeated: true });
        }
        let wall = session.begin_anew(event)?;
        Ok(Cleared { wall, repeated: false })
    }

    /// Publishes a configuration: writes its file in `history/`, then `config.json`. It is durable and in force when this
    /// returns.
    ///
    /// # Errors
    /// Returns a [`PublishError`] if the request is refused or the volume fails. The configuration in force is unchanged
    /// then.
    pub fn publish(&mut self, request: Request, deadline: Instant) -> Result<Outcome, PublishError> {
        let mut session = self.begin(deadline)?;
        let payload = request.payload()?;
        let earlier = session.earlier(request.cause.event.as_deref(), Kind::Configuration, payload)?;
        let Session { wall, lock, retries, in_force, .. } = &mut session;
        let publication = Publication { wall, lock, retries, in_force };
        match earlier {
            Some(applied) => Ok(publication.repeated(&applied)?),
            None => publication.publish(request, payload),
        }
    }

    /// Returns the newest `limit` messages, oldest first, and at most `keep_messages` of the configuration in force.
    ///
    /// # Errors
    /// Returns an error if the volume fails.
    pub fn newest(&mut self, limit: usize) -> io::Result<Newest> {
        let keep = config::in_force(&self.wall)?.published.config.keep_messages.get();
        self.view.read()?;
        Ok(self.view.newest(limit.min(keep)))
    }

    pub(super) fn begin(&mut self, deadline: Instant) -> Result<Session<'_>, WriteError> {
        Session::begin(&self.wall, &mut self.lock, &mut self.view, &mut self.retries, deadline)
    }
}

/// Appends records. On a full volume it deletes the logs in `trash/` if this makes room, and tries once more.
fn append(session: &mut Session<'_>, records: &[u8]) -> io::Result<()> {
    let appended = session.append(records);
    // The end of the log is unknown until an intent is settled, which the next holder of the lock does.
    let is_settled = session.lock.state.intent == Intent::Nothing;
    if is_full(&appended) && is_settled && session.empty_trash(records.len() as u64)? {
        return session.append(records);
    }
    appended
}

/// Answers every draft, and adds the records of the accepted ones to `records`.
fn answer_all(
    session: &mut Session<'_>,
    drafts: &[Draft],
    records: &mut Vec<u8>,
) -> Result<Vec<Result<Appended, Refusal>>, WriteError> {
    let config = session.in_force.published.config.clone();
    let mut answers: Vec<Result<Appended, Refusal>> = Vec::with_capacity(drafts.len());
    let mut in_batch: HashMap<&str, usize> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let earlier = draft.event.as_deref().and_then(|event| in_batch.get(event)).copied();
        if let Some(Ok(appended)) = earlier.and_then(|earlier| answers.get(earlier)) {
            let again = repeated_in_batch(appended, draft);
            answers.push(again);
            continue;
        }
        let answer = match answer(session, draft, &config) {
            Err(ChangeError::Write(error)) => return Err(error),
            Err(ChangeError::Refused(refusal)) => Err(refusal),
            Ok(appended) => Ok(appended),
        };
        if let Ok(Appended { message, repeated: false }) = &answer {
            serde_json::to_writer(&mut *records, message).map_err(io::Error::from)?;
            records.push(b'\n');
        }
        in_batch.extend(draft.event.as_deref().map(|event| (event, at)));
        answers.push(answer);
    }
    Ok(answers)
}

fn repeated_in_batch(earlier: &Appended, draft: &Draft) -> Result<Appended, Refusal> {
    if (&earlier.message.author, &earlier.message.text) == (&draft.author, &draft.text) {
        return Ok(Appended { message: earlier.message.clone(), repeated: true });
    }
    let event = draft.event.as_deref().unwrap_or_default();
    Err(Refusal::event_reused(event))
}

fn answer(session: &mut Session<'_>, draft: &Draft, config: &Config) -> Result<Appended, ChangeError> {
    let payload = payload::post(draft.author.as_deref(), &draft.text);
    let earlier = session.earlier(draft.event.as_deref(), Kind::Post, payload)?;
    let (id, received, at, repeated) = match earlier {
        Some(Applied { result, received, at, .. }) => (Ulid(result), received, at, true),
        None => {
            draft.check(config)?;
            (Ulid::generate(), draft.received, time::now(), false)
        }
    };
    let Draft { author, text, event, .. } = draft.clone();
    Ok(Appended { message: Message { id, received, at, author, text, event }, repeated })
}
