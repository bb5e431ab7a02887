//! A lock cycle in which a writer applies any number of commands.

mod files;

use std::collections::HashMap;
use std::io;

use ulid::Ulid;

use super::compact::Cleared;
use super::reached::Reached;
use super::restore::{self, RestoredWall};
use super::session::Session;
use crate::config::{self, InForce, Outcome, Publication, PublishError, Request};
use crate::cursor::Cursor;
use crate::error::{ChangeError, Refusal, WriteError, after_the_change, is_full};
use crate::intent::Intent;
use crate::message::{Draft, Findings, Label, Message, Removal};
use crate::retries::{Applied, Kind, payload};
use crate::{open, time};

/// The longest id of a message, in bytes: that of a plain line.
const MAX_ID_BYTES: usize = 100;

/// A message that was appended to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The message, as the log has it.
    pub message: Message,
    /// True if an earlier attempt with the same event had appended it.
    pub repeated: bool,
}

/// A message that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The id of the message.
    pub id: String,
    /// True if an earlier attempt with the same event had removed it.
    pub repeated: bool,
}

/// A message that was labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The id of the message.
    pub id: String,
    /// True if the message had its label already: from an earlier attempt with the same event, or with classes.
    pub repeated: bool,
}

/// The right to write a wall, for commands that are applied in their order.
///
/// Posts are collected and written together by [`Cycle::flush`]. Every other command writes them first. A cycle that is
/// dropped discards the posts that were not written.
#[derive(Debug)]
pub struct Cycle<'a> {
    session: Session<'a>,
    /// The collected messages, as lines of the log.
    records: Vec<u8>,
    /// The collected messages that have an event, by event.
    collected: HashMap<String, Message>,
    /// True if a retry was answered. Its message may not be durable yet.
    has_repeated: bool,
    /// True if a configuration was published.
    has_published: bool,
    /// True if a file was published.
    has_file: bool,
    /// The end of the log before the first command.
    began: Cursor,
}

impl<'a> Cycle<'a> {
    pub(super) fn new(session: Session<'a>) -> Self {
        Self {
            began: session.view.cursor,
            session,
            records: Vec::new(),
            collected: HashMap::new(),
            has_repeated: false,
            has_published: false,
            has_file: false,
        }
    }

    /// Collects a message that keeps the rules of the configuration in force. It is accepted when [`Cycle::flush`] has
    /// written it. A retry of an event gets the answer of the first attempt, even if the rules have changed.
    ///
    /// # Errors
    /// Returns an error if the message is refused, or if the volume fails.
    pub fn post(&mut self, draft: &Draft) -> Result<Appended, ChangeError> {
        if let Some(message) = draft.event.as_ref().and_then(|event| self.collected.get(event)) {
            return Ok(repeated_in_cycle(message, draft)?);
        }
        let appended = answer(&mut self.session, draft)?;
        if appended.repeated {
            self.has_repeated = true;
        } else {
            serde_json::to_writer(&mut self.records, &appended.message).map_err(io::Error::from)?;
            self.records.push(b'\n');
            self.collected.extend(draft.event.clone().map(|event| (event, appended.message.clone())));
        }
        Ok(appended)
    }

    /// Writes the collected messages. They are durable when this returns. Returns the error of the compaction that may
    /// follow: the next append compacts the log.
    ///
    /// # Errors
    /// Returns an error if the volume fails. None of the collected messages was accepted then.
    pub fn flush(&mut self) -> Result<Option<io::Error>, WriteError> {
        self.collected.clear();
        let records = std::mem::take(&mut self.records);
        if !records.is_empty() {
            append(&mut self.session, &records)?;
            self.has_repeated = false;
            return Ok(self.session.keep_short().err());
        }
        if std::mem::take(&mut self.has_repeated) {
            // The writer of a repeated message may have crashed before the message was durable.
            self.session.sync_log()?;
        }
        Ok(None)
    }

    /// Writes the collected messages, makes them durable and releases the lock. Calls `durable` once everything is durable.
    /// Returns the error of the compaction that may follow: the next append compacts the log.
    ///
    /// On a local file system the lock is released first, because the next writer need not wait for the disk: a process that
    /// is killed loses nothing that it has written, and a power failure loses nothing that a later sync has covered. On a
    /// network file system it is released last: its client writes late, and the intent in the lock covers only one append.
    ///
    /// # Errors
    /// Returns an error if the volume fails. If it fails after the lock was released, it is not known if the messages were
    /// written.
    pub fn finish(mut self, durable: impl FnOnce(Reached)) -> Result<Option<io::Error>, WriteError> {
        self.session.may_sync_later = true;
        let compaction_failed = self.flush()?;
        let (reached, content) = (self.reached(), self.session.wall.content());
        if let Some(log) = self.session.unsynced.take() {
            drop(self);
            log.sync_all().map_err(|error| after_the_change(open::failed("sync", &content, &error)))?;
        }
        durable(reached);
        Ok(compaction_failed)
    }

    /// Returns the number of messages that the configuration in force keeps.
    #[must_use]
    pub fn keep_messages(&self) -> usize {
        self.session.in_force.published.config.keep_messages.get()
    }

    fn reached(&self) -> Reached {
        let (generation, cursor) = (self.session.in_force.published.generation, self.session.view.cursor);
        let wall = !self.has_file || self.has_published || cursor != self.began;
        Reached { cursor, generation: self.has_published.then_some(generation), file: self.has_file, wall }
    }

    /// Removes one message by its id. See [`WallWriter::remove`](super::WallWriter::remove).
    ///
    /// # Errors
    /// Returns an error if no message has this id, if the event is refused, or if the volume fails.
    pub fn remove(&mut self, id: &str, by: Option<&str>, event: Option<&str>) -> Result<Removed, ChangeError> {
        self.flush()?;
        let session = &mut self.session;
        if session.earlier(event, Kind::Removal, payload::removal(id))?.is_some() {
            session.sync_log()?;
            return Ok(Removed { id: id.to_owned(), repeated: true });
        }
        if !session.view.has(id) {
            session.view.verify()?;
        }
        if id.len() > MAX_ID_BYTES || !session.view.has(id) {
            return Err(unknown(id).into());
        }
        let (by, event) = (by.map(str::to_owned), event.map(str::to_owned));
        let removal = Removal { removes: id.to_owned(), at: time::now(), by, event };
        let mut record = serde_json::to_vec(&removal).map_err(io::Error::from)?;
        record.push(b'\n');
        append(session, &record)?;
        Ok(Removed { id: id.to_owned(), repeated: false })
    }

    /// Adds a label to a message with a picture. See [`WallWriter::label`](super::WallWriter::label).
    ///
    /// # Errors
    /// Returns an error if no message has this id, if it has no picture, if the findings or the event are refused, or if the
    /// volume fails.
    pub fn label(&mut self, id: &str, findings: Findings, event: &str) -> Result<Labelled, ChangeError> {
        findings.check()?;
        self.flush()?;
        let session = &mut self.session;
        let earlier = session.earlier(Some(event), Kind::Label, payload::label(id))?;
        if earlier.is_some() || session.view.is_labelled(id) {
            session.sync_log()?;
            return Ok(Labelled { id: id.to_owned(), repeated: true });
        }
        if !session.view.has(id) {
            session.view.verify()?;
        }
        let message = session.view.message(id).ok_or_else(|| unknown(id))?;
        if message.picture.is_none() {
            return Err(Refusal::NoPicture { id: id.to_owned() }.into());
        }
        let label = Label { labels: id.to_owned(), at: time::now(), findings, event: event.to_owned() };
        let mut record = serde_json::to_vec(&label).map_err(io::Error::from)?;
        record.push(b'\n');
        append(session, &record)?;
        Ok(Labelled { id: id.to_owned(), repeated: false })
    }

    /// Removes all messages. See [`WallWriter::clear`](super::WallWriter::clear).
    ///
    /// # Errors
    /// Returns an error if the event is refused, or if the volume fails.
    pub fn clear(&mut self, event: Option<&str>) -> Result<Cleared, ChangeError> {
        self.flush()?;
        if let Some(applied) = self.session.earlier(event, Kind::Clear, payload::clear())? {
            // The first attempt may have crashed before the new name was durable.
            open::sync_parent(&self.session.wall.content())?;
            return Ok(Cleared { wall: Ulid(applied.result), repeated: true });
        }
        let wall = self.session.begin_anew(event)?;
        Ok(Cleared { wall, repeated: false })
    }

    /// Restores the messages of a cleared wall. See [`WallWriter::restore_wall`](super::WallWriter::restore_wall).
    ///
    /// # Errors
    /// Returns an error if nothing can be restored, if the event is refused, or if the volume fails.
    pub fn restore(&mut self, wall: Ulid, event: Option<&str>) -> Result<RestoredWall, ChangeError> {
        self.flush()?;
        restore::restore_wall(&mut self.session, wall, event)
    }

    /// Publishes a configuration. See [`WallWriter::publish`](super::WallWriter::publish).
    ///
    /// # Errors
    /// Returns a [`PublishError`].
    pub fn publish(&mut self, request: Request) -> Result<Outcome, PublishError> {
        self.flush()?;
        let payload = request.payload()?;
        let earlier = self.session.earlier(request.cause.event.as_deref(), Kind::Configuration, payload)?;
        let Session { wall, lock, retries, in_force, .. } = &mut self.session;
        let publication = Publication { wall, lock, retries, in_force };
        let outcome = match earlier {
            Some(applied) => publication.repeated(&applied)?,
            None => publication.publish(request, payload)?,
        };
        match &outcome {
            Outcome::Published(published) => {
                self.session.in_force = InForce { published: published.clone(), fault: None };
            }
            // A retry may have completed the first attempt.
            Outcome::Repeated(_) => self.session.in_force = config::in_force(self.session.wall)?,
            Outcome::Unchanged(..) => {}
        }
        self.has_published = true;
        Ok(outcome)
    }
}

fn unknown(id: &str) -> Refusal {
    Refusal::MessageUnknown { id: id.chars().take(MAX_ID_BYTES).collect() }
}

/// Appends records. On a full volume it deletes what is in the trash if that makes room, and tries once more.
fn append(session: &mut Session<'_>, records: &[u8]) -> io::Result<()> {
    let appended = session.append(records);
    // While an intent is not settled, the end of the log is unknown: the next holder of the lock settles it first.
    let is_settled = session.lock.state.intent == Intent::Nothing;
    if is_full(&appended) && is_settled && session.empty_trash(records.len() as u64)? {
        return session.append(records);
    }
    appended
}

fn repeated_in_cycle(earlier: &Message, draft: &Draft) -> Result<Appended, Refusal> {
    if (&earlier.author, &earlier.text, &earlier.picture) == (&draft.author, &draft.text, &draft.picture) {
        return Ok(Appended { message: earlier.clone(), repeated: true });
    }
    let event = draft.event.as_deref().unwrap_or_default();
    Err(Refusal::event_reused(event))
}

fn answer(session: &mut Session<'_>, draft: &Draft) -> Result<Appended, ChangeError> {
    let picture = draft.picture.map(String::from);
    let payload = payload::post(draft.author.as_deref(), &draft.text, picture.as_deref());
    let earlier = session.earlier(draft.event.as_deref(), Kind::Post, payload)?;
    let (id, received, at, repeated) = match earlier {
        Some(Applied { result, received, at, .. }) => (Ulid(result), received, at, true),
        None => {
            draft.check(&session.in_force.published.config)?;
            (Ulid::generate(), draft.received, time::now(), false)
        }
    };
    let Draft { author, text, picture, event, .. } = draft.clone();
    Ok(Appended { message: Message { id, received, at, author, text, picture, event }, repeated })
}
