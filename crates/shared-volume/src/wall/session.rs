//! One lock cycle of a writer.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use super::carry;
use super::file::LogFile;
use super::trash;
use super::view::View;
use super::writer::clear_payload;
use crate::config::{self, InForce, in_force};
use crate::digest::Digest;
use crate::error::{ChangeError, WriteError};
use crate::intent::Intent;
use crate::lock::{LockFile, WriterLock};
use crate::message::{Refusal, check_event};
use crate::retries::{Applied, EventKey, Kind, RetryStore};
use crate::time;
use crate::volume::WallDir;
use crate::{open, replace};

/// The right to write a wall, and what is known of it. Whatever an earlier holder of the lock has left half done is
/// finished or made harmless before a session begins.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) wall: &'a WallDir,
    pub(crate) lock: WriterLock<'a>,
    pub(crate) view: &'a mut View,
    pub(crate) retries: &'a mut RetryStore,
    /// The configuration in force.
    pub(crate) in_force: InForce,
    /// The log as it was opened when the session began, for appending.
    pub(super) log: Option<File>,
}

impl<'a> Session<'a> {
    /// Takes the lock, trying until `deadline`, and brings the view up to date.
    pub(crate) fn begin(
        wall: &'a WallDir,
        lock: &'a mut LockFile,
        view: &'a mut View,
        retries: &'a mut RetryStore,
        deadline: Instant,
    ) -> Result<Self, WriteError> {
        let lock = lock.acquire(deadline)?;
        let in_force = in_force(wall)?;
        let mut session = Self { wall, lock, view, retries, in_force, log: None };
        session.settle()?;
        Ok(session)
    }

    /// Deals with what the last holder of the lock had begun.
    fn settle(&mut self) -> io::Result<()> {
        let intent = self.lock.state.intent;
        // A crash before the declaration has left its temporary file as well; whoever starts anew removes it.
        if intent == Intent::Replace || intent == Intent::Unknown || self.lock.is_first {
            replace::remove_leftovers(self.wall.path())?;
            config::remove_leftovers(self.wall)?;
        }
        let log = self.open_log()?;
        let (settled, appended) = match &log {
            None => (true, false),
            Some(log) => {
                let read = |from, bytes| log.read_range(from, usize::try_from(bytes).unwrap_or(usize::MAX));
                let settled = intent.is_settled((log.metadata.ino(), log.len()), read)?;
                let is_append = matches!(intent, Intent::Append { inode, .. } if inode == log.metadata.ino());
                (settled, settled && is_append)
            }
        };
        if let Some(log) = log.as_ref().filter(|_| intent == Intent::Replace) {
            carry::forget(&mut self.lock.state, &trash::remove_names_of(self.wall, log)?);
        }
        if let (Some(log), Intent::Append { inode, from, .. }) = (&log, intent)
            && !settled
            && inode == log.metadata.ino()
        {
            self.lock.state.late = intent;
            carry::settle_arrived(self.wall, &mut self.lock.state, log, from)?;
        }
        carry::settle(&mut self.lock.state, appended);
        match log {
            // The tail asks again before it believes that the log is gone.
            None => self.view.read()?,
            log => self.view.read_file(log)?,
        }
        self.view.forget_recorded(self.lock.state.recorded);
        if settled { Ok(()) } else { self.move_log() }
    }

    /// Opens the log once for the whole session: each open is two requests on NFS.
    fn open_log(&mut self) -> io::Result<Option<LogFile>> {
        let path = self.wall.content();
        match open::append(&path) {
            Ok(None) => Ok(None),
            Ok(Some(file)) => {
                self.log = Some(file.try_clone()?);
                LogFile::new(file, &path).map(Some)
            }
            // The log of another user cannot be appended to, but it can be replaced.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => LogFile::open(&path),
            Err(error) => Err(error),
        }
    }

    /// Reads the log from its beginning, so that what was edited in place is known before it is written again.
    pub(super) fn verify(&mut self) -> io::Result<()> {
        self.view.tail.verify_next();
        self.view.read()?;
        self.view.forget_recorded(self.lock.state.recorded);
        Ok(())
    }

    /// Looks up an event that was applied within the retry window.
    ///
    /// # Errors
    /// [`Refusal::EventReused`] if it was applied with another payload or as another kind of command.
    pub(crate) fn earlier(
        &mut self,
        event: Option<&str>,
        kind: Kind,
        payload: Digest,
    ) -> Result<Option<Applied>, ChangeError> {
        check_event(event)?;
        let Some(event) = event else { return Ok(None) };
        let applied = match self.in_place(event) {
            Some(applied) => Some(applied),
            None => self.retries.find(&self.lock, EventKey::of(event))?,
        };
        match applied.filter(|applied| applied.is_within(self.retries.window, time::now())) {
            Some(applied) if !applied.matches(kind, payload) => {
                let event = event.split_once(':').map_or(event, |(_, id)| id).to_owned();
                Err(Refusal::EventReused { event }.into())
            }
            applied => Ok(applied),
        }
    }

    /// Looks up an event where its effect is.
    fn in_place(&self, event: &str) -> Option<Applied> {
        let cleared = self.cleared().filter(|(cleared_by, _)| *cleared_by == event).map(|(_, applied)| applied);
        cleared.or_else(|| self.view.event(EventKey::of(event))).or_else(|| self.in_force.published.applied_by(event))
    }

    /// The event that cleared the wall before this one.
    fn cleared(&self) -> Option<(&str, Applied)> {
        let header = &self.view.tail.beginning()?.header;
        let at = header.cleared_at?;
        let (kind, payload, result) = (Kind::Clear, clear_payload(), header.wall.0);
        Some((header.cleared_by.as_deref()?, Applied { kind, payload, result, received: at, at }))
    }

    /// The events that stand in the log and its header only, and are still remembered.
    pub(super) fn events(&self) -> Vec<(EventKey, Applied)> {
        let mut events = self.view.events();
        events.extend(self.cleared().map(|(event, applied)| (EventKey::of(event), applied)));
        let now = time::now();
        events.retain(|(_, applied)| applied.is_within(self.retries.window, now));
        events
    }

    /// Stores all events of the log in `retries/`, before what they have brought goes. The caller declares the state.
    pub(super) fn record_events(&mut self) -> io::Result<()> {
        let events = self.events();
        self.retries.add(&mut self.lock, events)?;
        self.lock.state.recorded = Some(self.view.cursor.into());
        self.view.forget_recorded(self.lock.state.recorded);
        Ok(())
    }
}
