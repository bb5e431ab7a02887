//! Restores messages that clear or compaction took off the wall.

use std::collections::HashSet;
use std::io;

use ulid::Ulid;

use super::entry::{Entry, EntryKind, Parser};
use super::file::{Beginning, LogFile};
use super::header::{Header, Restoration};
use super::session::Session;
use super::{carry, trash};
use crate::digest::Digest;
use crate::error::{ChangeError, Refusal, WriteError};
use crate::limits::MAX_LOG_BYTES;
use crate::open;
use crate::retries::{Kind, payload};
use crate::time;
use crate::volume::WallDir;

/// A replaced log in `trash/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// The name in `trash/`. It contains the time at which the log was replaced.
    pub file: Ulid,
    /// The wall of the log.
    pub wall: Ulid,
    /// The number of messages in the log.
    pub messages: usize,
}

/// The result of a restoration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The number of messages that were restored.
    pub messages: usize,
    /// The number of messages that are on the wall afterwards.
    pub total: usize,
}

/// A cleared wall that was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredWall {
    /// The number of messages that came back.
    pub messages: usize,
    /// True if an earlier attempt with the same event had restored them.
    pub repeated: bool,
}

/// The error of a restoration. The wall is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// `trash/` contains no log with this name.
    #[error("there is no log {0} in the trash")]
    Unknown(Ulid),
    /// The wall would have more than `keep_messages` messages, so that compaction would drop them again.
    #[error("the wall would hold {total} messages, and keep_messages is {keep}: raise keep_messages first")]
    TooMany {
        /// The number of messages that the wall would have.
        total: usize,
        /// The value of `keep_messages` in the configuration in force.
        keep: usize,
    },
    /// The log would be too long with the restored messages.
    #[error("the wall would take {0} bytes, more than a log may have")]
    TooLong(u64),
    /// The volume failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<io::Error> for RestoreError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Returns the logs in `trash/`, oldest first. Other files are ignored.
pub(super) fn logs(wall: &WallDir) -> io::Result<Vec<Trashed>> {
    let mut listed = Vec::new();
    for file in trash::list(wall)? {
        match Old::read(wall, file) {
            Ok(old) => listed.extend(old.map(|old| old.trashed())),
            // A foreign file has no messages to restore.
            Err(error) if open::is_about_the_file(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(listed)
}

/// Restores the messages of a log in `trash/`.
pub(super) fn restore_log(session: &mut Session<'_>, file: Ulid) -> Result<Restored, RestoreError> {
    let old = Old::read(session.wall, file)?.ok_or(RestoreError::Unknown(file))?;
    session.restore(&old, None)
}

/// Restores the newest log of a cleared wall that has a message which is not on the wall.
pub(super) fn restore_wall(
    session: &mut Session<'_>,
    wall: Ulid,
    event: Option<&str>,
) -> Result<RestoredWall, ChangeError> {
    if let Some(applied) = session.earlier(event, Kind::Restoration, payload::restoration(wall))? {
        // The first attempt may have crashed before the new name was durable.
        open::sync_parent(&session.wall.content())?;
        return Ok(RestoredWall { messages: usize::try_from(applied.result).unwrap_or(usize::MAX), repeated: true });
    }
    for file in trash::list(session.wall)?.into_iter().rev() {
        let old = match Old::of_wall(session.wall, file, wall) {
            Err(error) if open::is_about_the_file(&error) => continue,
            old => old?,
        };
        let Some(old) = old else { continue };
        match session.restore(&old, event) {
            Ok(Restored { messages: 0, .. }) => {}
            Ok(Restored { messages, .. }) => return Ok(RestoredWall { messages, repeated: false }),
            Err(RestoreError::Write(error)) => return Err(error.into()),
            Err(error) => return Err(Refusal::NoRoom { reason: error.to_string() }.into()),
        }
    }
    Err(Refusal::NothingToRestore { wall }.into())
}

/// The content of a log in `trash/`.
struct Old {
    file: Ulid,
    beginning: Beginning,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    messages: usize,
}

impl Old {
    /// Reads a log if it is of this wall.
    fn of_wall(wall: &WallDir, file: Ulid, cleared: Ulid) -> io::Result<Option<Self>> {
        let Some(log) = LogFile::open(&trash::path(wall, file))? else { return Ok(None) };
        let is_of_wall = Beginning::read(&log)?.is_some_and(|beginning| beginning.header.wall == cleared);
        if is_of_wall { Self::read(wall, file) } else { Ok(None) }
    }

    fn read(wall: &WallDir, file: Ulid) -> io::Result<Option<Self>> {
        let Some(log) = LogFile::open(&trash::path(wall, file))? else { return Ok(None) };
        let Some(beginning) = Beginning::read(&log)? else { return Ok(None) };
        let length = log.len().saturating_sub(beginning.header_bytes).min(MAX_LOG_BYTES);
        let mut bytes = log.read_range(beginning.header_bytes, usize::try_from(length).unwrap_or(0))?;
        bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1));
        let mut entries = Vec::new();
        Parser::new(beginning.cursor()).feed(&bytes, |entry| entries.push(entry));
        let messages = entries.iter().filter(|entry| entry.is_message()).count();
        Ok(Some(Self { file, beginning, bytes, entries, messages }))
    }

    fn trashed(&self) -> Trashed {
        Trashed { file: self.file, wall: self.beginning.header.wall, messages: self.messages }
    }

    /// Returns the bytes before a position.
    fn bytes_before(&self, position: u64) -> Vec<u8> {
        self.bytes[..self.offset(position)].to_vec()
    }

    fn lines_of<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Vec<u8> {
        entries
            .flat_map(|entry| &self.bytes[self.offset(entry.span.start)..self.offset(entry.span.end)])
            .copied()
            .collect()
    }

    fn offset(&self, position: u64) -> usize {
        usize::try_from(position.saturating_sub(self.beginning.header.start))
            .unwrap_or(usize::MAX)
            .min(self.bytes.len())
    }
}

impl Session<'_> {
    fn restore(&mut self, old: &Old, event: Option<&str>) -> Result<Restored, RestoreError> {
        let current = self.view.tail.beginning().map(|beginning| beginning.header.clone());
        let same_wall = current.as_ref().is_some_and(|header| header.wall == old.beginning.header.wall);
        // If the log is of the same wall, only the messages that compaction has dropped are missing.
        let until = if same_wall { current.as_ref().map_or(0, |header| header.start) } else { u64::MAX };
        let dropped: Vec<&Entry> = old.entries.iter().take_while(|entry| entry.span.end <= until).collect();
        let removed: HashSet<&str> = dropped.iter().filter_map(|entry| removes(entry)).collect();
        let is_missing = |entry: &&Entry| {
            removes(entry).is_none() && !removed.contains(&*entry.id()) && !self.is_known(entry, same_wall)
        };
        let back: Vec<&Entry> = dropped.iter().copied().filter(is_missing).collect();
        let ids = back.iter().filter(|entry| entry.is_message()).map(|entry| entry.id());
        let messages = ids.collect::<HashSet<_>>().len();
        let (total, keep) = (messages + self.view.count(), self.in_force.published.config.keep_messages.get());
        if messages == 0 {
            return Ok(Restored { messages, total });
        }
        if total > keep {
            return Err(RestoreError::TooMany { total, keep });
        }
        let wall = old.beginning.header.wall;
        let restored = event.map(|event| Restoration { by: event.to_owned(), at: time::now(), wall, messages });
        if same_wall {
            let bytes = old.bytes_before(dropped.last().map_or(0, |entry| entry.span.end));
            self.put_before(&bytes, &old.beginning.header, restored)?;
        } else {
            self.put_together(old, back, restored)?;
        }
        // The restored messages cannot be restored a second time.
        trash::remove_restored(self.wall, old.file, carry::is_followed(&self.lock.state, old.file))?;
        Ok(Restored { messages, total: self.view.count() })
    }

    /// Returns true if the message was removed, or is on the wall because an earlier restoration was interrupted. The id of a
    /// plain line has no meaning on another wall.
    fn is_known(&self, entry: &Entry, same_wall: bool) -> bool {
        let id = entry.id();
        (same_wall || matches!(entry.kind, EntryKind::Message(_))) && (self.view.has(&id) || self.view.has_removed(&id))
    }

    /// Restores the lines that compaction dropped from this wall, at their old positions. The header gets a new edition, so
    /// that a browser that reconnects starts over: it may never have received the restored messages.
    fn put_before(&mut self, bytes: &[u8], header: &Header, restored: Option<Restoration>) -> Result<(), RestoreError> {
        let (now, end) = self.lines_now()?;
        let edition = Some(Digest::of(&[b"restored", &Ulid::generate().to_bytes()]).short());
        let header = Header { edition, restored, ..self.keep_clear(header) };
        self.put(&header, &[bytes, &now].concat(), end)
    }

    /// Begins a new wall with these messages of another wall and the current messages. Plain lines get new positions and
    /// therefore new ids, so the removal records of plain lines are dropped together with the lines that they removed.
    fn put_together(
        &mut self,
        old: &Old,
        back: Vec<&Entry>,
        restored: Option<Restoration>,
    ) -> Result<(), RestoreError> {
        let mut lines = old.lines_of(back.into_iter());
        let (now, end) = self.lines_now()?;
        let start = self.view.tail.beginning().map_or(0, |beginning| beginning.header.start);
        let place =
            |position: u64| usize::try_from(position.saturating_sub(start)).unwrap_or(usize::MAX).min(now.len());
        for entry in self.view.messages_and_additions() {
            lines.extend_from_slice(&now[place(entry.span.start)..place(entry.span.end)]);
        }
        let header = Header { restored, ..self.keep_clear(&Header::of_new_wall(None, None)) };
        let newest = |session: &Self| session.lock.state.replaced.last().map(|replaced| replaced.file);
        let before = newest(self);
        self.put(&header, &lines, end)?;
        // All messages of the replaced log are on the new wall. Restoring it would double its plain lines.
        match newest(self).filter(|file| Some(*file) != before) {
            Some(file) => Ok(trash::remove_restored(self.wall, file, true)?),
            None => Ok(()),
        }
    }

    /// Returns the complete lines after the header of the log, and the offset after them.
    fn lines_now(&self) -> Result<(Vec<u8>, u64), RestoreError> {
        let Some(log) = LogFile::open(&self.wall.content())? else { return Ok((Vec::new(), 0)) };
        let from = self.view.tail.beginning().map_or(0, |beginning| beginning.header_bytes);
        let end = self.view.tail.unfinished().map_or(log.len(), |(at, _)| at);
        let length = end.saturating_sub(from);
        if length > MAX_LOG_BYTES {
            return Err(RestoreError::TooLong(length));
        }
        Ok((log.read_range(from, usize::try_from(length).unwrap_or(0))?, end))
    }

    /// Returns `header` with the event that cleared the previous wall, so that its retry does not clear this one.
    fn keep_clear(&self, header: &Header) -> Header {
        let current = self.view.tail.beginning().map(|beginning| beginning.header.clone());
        let (cleared_by, cleared_at) = current.map_or((None, None), |header| (header.cleared_by, header.cleared_at));
        Header { cleared_by, cleared_at, ..header.clone() }
    }

    fn put(&mut self, header: &Header, lines: &[u8], taken: u64) -> Result<(), RestoreError> {
        if lines.len() as u64 > MAX_LOG_BYTES / 2 {
            return Err(RestoreError::TooLong(lines.len() as u64));
        }
        self.record_events()?;
        self.replace_log(&[&header.line()?, lines], header.cursor().into(), taken)?;
        Ok(())
    }
}

/// Returns the id of the message that an entry removes. `None` if the entry is not a removal.
fn removes(entry: &Entry) -> Option<&str> {
    match &entry.kind {
        EntryKind::Removal(removal) => Some(&removal.removes),
        _ => None,
    }
}
