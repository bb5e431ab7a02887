//! One lock cycle of a writer.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::view::View;
use crate::config::InForce;
use crate::digest::Digest;
use crate::error::{ChangeError, Refusal};
use crate::lock::WriterLock;
use crate::retries::{Applied, EventKey, Kind, RetryStore, check_event, payload};
use crate::time;
use crate::volume::WallDir;

/// The right to write a wall, with everything that is known about the wall. It begins with [`Session::begin`].
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) wall: &'a WallDir,
    pub(super) lock: WriterLock<'a>,
    pub(super) view: &'a mut View,
    pub(super) retries: &'a mut RetryStore,
    /// The configuration in force.
    pub(super) in_force: InForce,
    /// The log as it was opened for appending when the session began.
    pub(super) log: Option<Arc<File>>,
    /// True if the next append may leave the log to be synced after the lock is released.
    pub(super) may_sync_later: bool,
    /// The log, if it has bytes that are not durable yet.
    pub(super) unsynced: Option<Arc<File>>,
}

impl Session<'_> {
    /// Reads the log from its beginning, so that changes within it are known before it is rewritten.
    pub(super) fn verify(&mut self) -> io::Result<()> {
        self.view.tail.verify_next();
        self.view.read()?;
        self.view.forget_recorded(self.lock.state.recorded);
        Ok(())
    }

    /// Looks up an event that was applied within the retry window.
    ///
    /// # Errors
    /// Returns [`Refusal::EventReused`] if it was applied with another payload or as another kind of command.
    pub(super) fn earlier(
        &mut self,
        event: Option<&str>,
        kind: Kind,
        payload: Digest,
    ) -> Result<Option<Applied>, ChangeError> {
        self.earlier_or(event, kind, payload, None)
    }

    /// Looks up an event as [`Session::earlier`] does. `elsewhere` is what the place of its effect has, if that is no place of
    /// the wall.
    ///
    /// # Errors
    /// Returns the same error as [`Session::earlier`].
    pub(super) fn earlier_or(
        &mut self,
        event: Option<&str>,
        kind: Kind,
        payload: Digest,
        elsewhere: Option<Applied>,
    ) -> Result<Option<Applied>, ChangeError> {
        check_event(event)?;
        let Some(event) = event else { return Ok(None) };
        let applied = match elsewhere.or_else(|| self.in_place(event)) {
            Some(applied) => Some(applied),
            None => self.retries.find(&self.lock, EventKey::of(event))?,
        };
        match applied.filter(|applied| applied.is_within(self.retries.window, time::now())) {
            Some(applied) if !applied.matches(kind, payload) => Err(Refusal::event_reused(event).into()),
            applied => Ok(applied),
        }
    }

    /// Looks up an event in the places of its effect: the log, its header, and `config.json`.
    fn in_place(&self, event: &str) -> Option<Applied> {
        let cleared = self.cleared().filter(|(cleared_by, _)| *cleared_by == event).map(|(_, applied)| applied);
        let restored = || self.restored().filter(|(restored_by, _)| *restored_by == event).map(|(_, applied)| applied);
        cleared
            .or_else(restored)
            .or_else(|| self.view.event(EventKey::of(event)))
            .or_else(|| self.in_force.published.applied_by(event))
    }

    /// Returns the event that cleared the previous wall.
    fn cleared(&self) -> Option<(&str, Applied)> {
        let header = &self.view.tail.beginning()?.header;
        let at = header.cleared_at?;
        let (kind, payload, result) = (Kind::Clear, payload::clear(), header.wall.0);
        Some((header.cleared_by.as_deref()?, Applied { kind, payload, result, received: at, at }))
    }

    /// Returns the event of the restoration that made this log.
    fn restored(&self) -> Option<(&str, Applied)> {
        let restored = self.view.tail.beginning()?.header.restored.as_ref()?;
        let (kind, payload, result) =
            (Kind::Restoration, payload::restoration(restored.wall), restored.messages as u128);
        Some((&restored.by, Applied { kind, payload, result, received: restored.at, at: restored.at }))
    }

    /// Returns the events within the retry window that are stored only in the log and its header.
    pub(super) fn events(&self) -> Vec<(EventKey, Applied)> {
        let mut events = self.view.events();
        events.extend(self.cleared().map(|(event, applied)| (EventKey::of(event), applied)));
        events.extend(self.restored().map(|(event, applied)| (EventKey::of(event), applied)));
        let now = time::now();
        events.retain(|(_, applied)| applied.is_within(self.retries.window, now));
        events
    }

    /// Stores all events of the log in `retries/`, before their records disappear. The caller declares the state.
    ///
    /// The log is synced first: the record of an event must not survive a power failure that its message did not survive.
    pub(super) fn record_events(&mut self) -> io::Result<()> {
        self.sync_log()?;
        let events = self.events();
        self.retries.add(&mut self.lock, events)?;
        self.lock.state.recorded = Some(self.view.cursor.into());
        self.view.forget_recorded(self.lock.state.recorded);
        Ok(())
    }
}
