//! Replaces the log: to compact it, to clear it, or to move it away from a late write.

use std::io;
use std::os::unix::fs::MetadataExt;

use ulid::Ulid;

use super::carry;
use super::file::LogFile;
use super::header::Header;
use super::line::has_record;
use super::session::Session;
use super::trash;
use crate::cursor::Cursor;
use crate::error::{after_the_change, is_full};
use crate::intent::Intent;
use crate::open;
use crate::replace::{self, Staged};
use crate::retries::{Applied, EventKey};
use crate::state::Recorded;
use crate::time;
use crate::volume::WallDir;

/// The largest part of a log that compaction keeps, in bytes.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;

/// The length above which a log is compacted even if it has few messages, in bytes.
const LONGEST_BYTES: u64 = 24 * 1024 * 1024;

/// The largest part of the log whose events are not stored in `retries/`, in bytes.
const UNRECORDED_BYTES: u64 = 128 * 1024;

/// The largest size of an event in `retries/`, in bytes.
const STORED_EVENT_BYTES: u64 = 4 + Applied::BYTES as u64;

/// The unit in which a file system allocates space, in bytes.
const BLOCK_BYTES: u64 = 4096;

/// The result of a clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// The new wall.
    pub wall: Ulid,
    /// True if an earlier attempt with the same event id cleared the wall. Messages that were posted since then are kept.
    pub repeated: bool,
}

impl Session<'_> {
    /// Keeps the log short after an append. Its events move to `retries/` in batches. It is compacted when it has more than
    /// twice `keep_messages` messages, or is too long.
    pub(super) fn keep_short(&mut self) -> io::Result<()> {
        let keep = self.in_force.published.config.keep_messages.get();
        let is_long = self.log_bytes()? > LONGEST_BYTES;
        if is_long || (self.view.count() > keep.saturating_mul(2) && carry::has_room(&self.lock.state)) {
            return self.compact(keep);
        }
        if self.view.unrecorded_bytes(self.lock.state.recorded) > UNRECORDED_BYTES {
            self.record_events()?;
            self.lock.declare()?;
        }
        Ok(())
    }

    fn log_bytes(&self) -> io::Result<u64> {
        let beginning = self.view.tail.beginning();
        Ok(beginning.map_or(0, |beginning| self.view.cursor.position.saturating_sub(beginning.header.start)))
    }

    /// Rewrites the log with its newest `keep` messages. The wall and all positions stay the same.
    fn compact(&mut self, keep: usize) -> io::Result<()> {
        self.verify()?;
        self.record_events()?;
        let from = self.view.cursor_before_newest(keep, KEPT_BYTES);
        self.rewrite(from)
    }

    /// Moves the log to a new file. Bytes that arrive late in the old file then do not affect the log.
    pub(super) fn move_log(&mut self) -> io::Result<()> {
        self.blank_half()?;
        match self.view.tail.beginning() {
            // The records of removed messages are moved too, because they contain events.
            Some(_) if self.log_bytes()? <= LONGEST_BYTES => self.rewrite(self.view.first()),
            Some(_) => self.compact(usize::MAX),
            // The first line is unfinished. If it is completed later, it is carried over from the old file.
            None => {
                let header = Header::of_new_wall(None, None);
                let recorded = header.cursor().into();
                self.replace_log(&[&header.line()?], recorded, 0)
            }
        }
    }

    /// Rewrites the log with the lines after the cursor `from`.
    fn rewrite(&mut self, from: Cursor) -> io::Result<()> {
        let Some(log) = LogFile::open(&self.wall.content())? else { return Ok(()) };
        let Some(beginning) = self.view.tail.beginning() else { return Ok(()) };
        let Some(offset) = beginning.offset(from.position) else { return Ok(()) };
        let is_whole = from == beginning.cursor();
        let edition = if is_whole { beginning.header.edition } else { Some(from.edition) };
        let header = Header { start: from.position, edition, ..beginning.header.clone() }.line()?;
        // An unfinished line stays in the old file, and is carried over when it is complete.
        let end = self.view.tail.whole_until(log.len());
        let mut bytes = log.read_range(offset, usize::try_from(end.saturating_sub(offset)).unwrap_or(0))?;
        for copy in self.view.copies_behind(from) {
            let place = |position: u64| usize::try_from(position - from.position).unwrap_or(usize::MAX);
            // The newline is kept, so that the positions after it stay the same.
            bytes.get_mut(place(copy.start)..place(copy.end - 1)).into_iter().for_each(|line| line.fill(b' '));
        }
        let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1);
        let recorded = self.lock.state.recorded.unwrap_or_else(|| from.into());
        self.replace_log(&[&header, &bytes[..whole]], recorded, offset + whole as u64)
    }

    /// Begins a new, empty wall.
    pub(super) fn begin_anew(&mut self, event: Option<&str>) -> io::Result<Ulid> {
        let header = Header::of_new_wall(event.map(str::to_owned), event.map(|_| time::now()));
        let line = header.line()?;
        let recorded = header.cursor().into();
        let mut cleared = self.clear_with(&line, recorded);
        // On a full volume the only room is the space that is freed here.
        if is_full(&cleared) && self.empty_trash(room_for(self.events().len()))? {
            cleared = self.clear_with(&line, recorded);
        }
        if is_full(&cleared) {
            cleared = self.clear_in_place(&line, recorded);
        }
        cleared.map(|()| header.wall)
    }

    /// Deletes logs in `trash/` if this makes room for `needed` bytes on a full volume. Returns true if any was deleted. Logs
    /// that are followed are kept, because lines may still arrive in them.
    pub(super) fn empty_trash(&self, needed: u64) -> io::Result<bool> {
        trash::empty(self.wall, blocks(needed), |file| carry::is_followed(&self.lock.state, file))
    }

    fn clear_with(&mut self, header: &[u8], recorded: Recorded) -> io::Result<()> {
        self.record_events()?;
        let length = LogFile::open(&self.wall.content())?.map_or(0, |log| log.len());
        let taken = self.view.tail.whole_until(length);
        self.replace_log(&[header], recorded, taken)
    }

    /// Deletes the log and then writes the new one, because there is no room for both. The log is not kept in `trash/`.
    fn clear_in_place(&mut self, header: &[u8], recorded: Recorded) -> io::Result<()> {
        let events = self.events();
        let freed = LogFile::open(&self.wall.content())?.map_or(0, |log| log.metadata.blocks().saturating_mul(512));
        if freed < room_for(events.len()) {
            return Err(open::failed("clear", &self.wall.content(), &io::ErrorKind::StorageFull.into()));
        }
        self.lock.state.intent = Intent::Replace;
        self.lock.state.recorded = Some(recorded);
        self.lock.declare()?;
        self.log = None;
        self.free_log().and_then(|()| self.begin_in_place(header, events)).map_err(after_the_change)
    }

    /// Empties the log and deletes it. A deleted file that a reader has open would occupy its space until the reader closes it.
    fn free_log(&self) -> io::Result<()> {
        let path = self.wall.content();
        match open::append(&path) {
            Ok(Some(log)) => log.set_len(0).map_err(|error| open::failed("empty", &path, &error))?,
            Ok(None) => {}
            // The log of another user can only be deleted.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(error),
        }
        fs_err::remove_file(&path)
    }

    /// Stores the events of the deleted log and begins the new one, which it does even if the events cannot be stored.
    fn begin_in_place(&mut self, header: &[u8], events: Vec<(EventKey, Applied)>) -> io::Result<()> {
        let stored = self.retries.add(&mut self.lock, events);
        replace::put(&self.wall.content(), &[header])?;
        self.view.read()?;
        stored?;
        self.lock.declare()
    }

    /// Replaces the log by `parts`, and moves the old one to `trash/`. Its first `taken` bytes are in `parts`.
    pub(super) fn replace_log(&mut self, parts: &[&[u8]], recorded: Recorded, taken: u64) -> io::Result<()> {
        let path = self.wall.content();
        let staged = Staged::write(&path, parts)?;
        let log = LogFile::open(&path)?;
        if let Some(log) = &log {
            carry::forget(&mut self.lock.state, &trash::remove_names_of(self.wall, log)?);
            if let Some(file) = trash::keep(self.wall)? {
                carry::follow(&mut self.lock.state, file, taken);
            }
        }
        self.lock.state.recorded = Some(recorded);
        self.log = None;
        replace::commit(vec![staged], &mut self.lock, || match &log {
            Some(log) => ensure_current(self.wall, log, taken),
            None => Ok(()),
        })?;
        self.carry_over().map_err(after_the_change)
    }

    /// Carries over the lines that arrived in the old file before it was replaced.
    fn carry_over(&mut self) -> io::Result<()> {
        self.view.read()?;
        self.append(&[])?;
        trash::expire(self.wall, |file| carry::is_followed(&self.lock.state, file))
    }
}

/// Returns an error if another writer has replaced the log, or appended to it after its first `taken` bytes. Lines that other
/// programs appended are carried over later.
fn ensure_current(wall: &WallDir, log: &LogFile, taken: u64) -> io::Result<()> {
    // An NFS client opens a file by the name that it has cached, unless it has just asked for the directory.
    drop(wall.open()?);
    let named = LogFile::open(&wall.content())?.filter(|named| named.identity() == log.identity());
    let Some(named) = named else { return Err(io::Error::other("the log was replaced while a new one was written")) };
    let length = usize::try_from(named.len().saturating_sub(taken)).unwrap_or(usize::MAX);
    let behind = named.read_range(taken, length)?;
    // An unfinished line comes from a writer that crashed.
    let whole = memchr::memrchr(b'\n', &behind).map_or(0, |newline| newline + 1);
    if has_record(&behind[..whole]) {
        return Err(io::Error::other("another writer has appended to the log while a new one was written"));
    }
    Ok(())
}

/// Returns the disk space of a header and this number of stored events, in bytes, with a block by which the directory may
/// grow.
fn room_for(events: usize) -> u64 {
    let stored = if events == 0 { 0 } else { blocks(events as u64 * STORED_EVENT_BYTES) + BLOCK_BYTES };
    BLOCK_BYTES + stored
}

fn blocks(bytes: u64) -> u64 {
    bytes.next_multiple_of(BLOCK_BYTES)
}
