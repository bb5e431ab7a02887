//! Reads the entries that were added to a log, without a lock and without reading bytes twice.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::entry::{Entry, Parser};
use super::file::{Beginning, LogFile};
use crate::cursor::Cursor;
use crate::fingerprint::Fingerprint;
use crate::limits::MAX_LOG_BYTES;
use crate::open;
use crate::volume::WallDir;

/// The number of entries that one read returns, the newest: three for each message that a wall can keep, so that labels and
/// removals leave room for the messages.
const MAX_ENTRIES: usize = 30_000;

/// The number of bytes before its offset that a reader remembers, to detect that the file was rewritten in place.
const REMEMBERED_BYTES: u64 = 128;

/// The default of [`Tail::verify_after`].
const VERIFY_AFTER: Duration = Duration::from_secs(5);

/// A reader of a log, with its place in it.
#[derive(Debug)]
pub struct Tail {
    wall: WallDir,
    seen: Option<Seen>,
    verify_after: Duration,
}

/// The state after the last read.
#[derive(Debug)]
struct Seen {
    fingerprint: Option<Fingerprint>,
    beginning: Option<Beginning>,
    /// The cursor before the first entry that was read.
    first: Cursor,
    parser: Parser,
    /// The offset up to which the file was read.
    offset: u64,
    /// The last bytes before the offset.
    remembered: Vec<u8>,
    /// The fingerprint of the log when it was last read from its beginning, and the time of that read.
    verified: (Option<Fingerprint>, Instant),
}

/// The result of a read.
#[derive(Debug)]
pub struct Added {
    /// True if the log does not continue the one that was read before. All earlier entries are invalid.
    pub restarted: bool,
    /// The entries, oldest first: all of them if `restarted`, otherwise those that were added.
    pub entries: Vec<Entry>,
    /// The cursor before the first entry of the log. Entries before it are gone.
    pub first: Cursor,
    /// The number of damaged lines in the log.
    pub damaged_lines: u64,
    /// The cursor after the last entry, or [`Cursor::NO_WALL`] if the log is missing.
    pub cursor: Cursor,
    /// The modification time of the log.
    pub modified: Option<SystemTime>,
    /// The open log, or `None` if it is missing. Closing a file is a round trip on NFS, so a caller in a hurry drops it
    /// after using the entries.
    pub open: Option<Arc<File>>,
}

impl Tail {
    /// Returns a reader that has read nothing yet.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self { wall, seen: None, verify_after: VERIFY_AFTER }
    }

    /// Sets the time after which a changed log is read again from its beginning, 5 s by default.
    ///
    /// This finds changes in the middle of the log that were made at the same time as an append.
    #[must_use]
    pub fn verify_after(self, verify_after: Duration) -> Self {
        Self { verify_after, ..self }
    }

    /// Reads the entries that were added since the last call. Returns `None` if the log has not changed.
    ///
    /// The first call returns the whole log, of which at most the last [`MAX_LOG_BYTES`] are read. A missing or empty log in
    /// an existing directory is an empty wall.
    ///
    /// # Errors
    /// Returns an error if the log or its directory cannot be read or is a foreign file. The place is kept for the next
    /// call.
    pub fn read(&mut self) -> io::Result<Option<Added>> {
        open::retry_stale(|| {
            let file = self.open()?;
            self.read_file(file)
        })
    }

    /// Makes the next read start at the beginning of the log, to find changes within it.
    pub(super) fn verify_next(&mut self) {
        if let Some(seen) = &mut self.seen {
            seen.fingerprint = None;
        }
    }

    /// Reads the added entries of a log that is already open.
    pub(super) fn read_file(&mut self, file: Option<LogFile>) -> io::Result<Option<Added>> {
        let Some(file) = file else { return Ok(self.empty(None)) };
        let fingerprint = Fingerprint::of(&file.metadata);
        let unchanged = self.seen.as_ref().is_some_and(|seen| seen.fingerprint.as_ref() == Some(&fingerprint));
        if unchanged && !self.is_due() {
            return Ok(None);
        }
        if !unchanged && !self.is_due() && self.continues_in(&file, &fingerprint)? {
            return self.read_on(file, fingerprint).map(Some);
        }
        match Beginning::read(&file)? {
            None => Ok(self.empty(Some(fingerprint))),
            Some(beginning) => self.read_all(file, fingerprint, beginning, unchanged),
        }
    }

    /// Reads the log from its beginning.
    pub(super) fn verify(&mut self) -> io::Result<Option<Added>> {
        let due = std::mem::take(&mut self.verify_after);
        if let Some(seen) = &mut self.seen {
            seen.verified.0 = None;
        }
        let read = self.read();
        self.verify_after = due;
        read
    }

    /// Returns the beginning of the log.
    pub(super) fn beginning(&self) -> Option<&Beginning> {
        self.seen.as_ref()?.beginning.as_ref()
    }

    /// Returns the offset and the beginning of the unfinished line at the end of the log.
    pub(super) fn unfinished(&self) -> Option<(u64, &[u8])> {
        let seen = self.seen.as_ref().filter(|seen| seen.parser.unfinished() > 0)?;
        Some((seen.offset - seen.parser.unfinished(), seen.parser.unfinished_line()))
    }

    /// Returns the offset after the last complete line of a log with this length.
    pub(super) fn whole_until(&self, length: u64) -> u64 {
        match (self.unfinished(), self.beginning()) {
            (Some((at, _)), _) => at,
            // The first line is unfinished.
            (None, None) => 0,
            (None, Some(_)) => length,
        }
    }

    /// Opens the log. Returns `None` if it is missing from its directory. A missing directory is an error, because then
    /// nothing is known about the wall.
    fn open(&self) -> io::Result<Option<LogFile>> {
        // An NFS client opens a file by the name that it has cached, or caches that it is missing. Opening the directory
        // makes it ask: the log that was read last may be in `trash/` by now.
        drop(self.wall.open()?);
        LogFile::open(&self.wall.content())
    }

    /// Returns true if the log has changed since it was last read from its beginning, at least `verify_after` ago.
    fn is_due(&self) -> bool {
        self.seen
            .as_ref()
            .is_some_and(|seen| seen.fingerprint != seen.verified.0 && seen.verified.1.elapsed() >= self.verify_after)
    }

    /// Returns true if `file` is the log that was read last, is longer, and has the same bytes before the offset.
    fn continues_in(&self, file: &LogFile, fingerprint: &Fingerprint) -> io::Result<bool> {
        let Some(seen) = self.seen.as_ref().filter(|seen| seen.beginning.is_some()) else { return Ok(false) };
        let same = seen.fingerprint.as_ref().is_some_and(|before| before.identity == fingerprint.identity);
        if !same || file.len() <= seen.offset || file.len() - seen.offset > MAX_LOG_BYTES {
            return Ok(false);
        }
        let from = seen.offset - seen.remembered.len() as u64;
        Ok(file.read_range(from, seen.remembered.len())? == seen.remembered)
    }

    fn read_on(&mut self, file: LogFile, fingerprint: Fingerprint) -> io::Result<Added> {
        let Some(seen) = &mut self.seen else { return Err(io::Error::other("nothing was read before")) };
        let (mut parser, mut entries) = (seen.parser.clone(), Window::default());
        let offset =
            file.read_pieces(seen.offset, file.len(), |piece| parser.feed(piece, |entry| entries.push(entry)))?;
        seen.remembered = remembered(&file, offset)?;
        (seen.parser, seen.offset, seen.fingerprint) = (parser, offset, Some(fingerprint));
        if entries.dropped.is_some() {
            seen.first = entries.first(seen.first);
        }
        Ok(added(false, entries.entries.into(), seen, file))
    }

    /// Reads the log from its beginning and checks if it continues what was read before. With `verify`, returns `None` if
    /// nothing differs.
    fn read_all(
        &mut self,
        file: LogFile,
        fingerprint: Fingerprint,
        beginning: Beginning,
        verify: bool,
    ) -> io::Result<Option<Added>> {
        let (from, first) = first_in_window(&file, &beginning)?;
        let (mut parser, mut entries) = (Parser::new(first), Window::default());
        let offset = file.read_pieces(from, file.len(), |piece| parser.feed(piece, |entry| entries.push(entry)))?;
        let remembered = remembered(&file, offset)?;
        let first = entries.first(first);
        let before = self.seen.as_ref().map(|seen| seen.parser.cursor);
        let wall = first.wall;
        let known = before.and_then(|before| {
            let at = entries.entries.iter().rposition(|entry| entry.end(wall) == before).map(|at| at + 1);
            at.or((before == first).then_some(0))
        });
        // A restoration puts messages before those that were read, so the reader has to start over.
        let grown = self.seen.as_ref().is_some_and(|seen| first.position < seen.first.position);
        let known = known.filter(|_| !grown);
        let verified = (Some(fingerprint), Instant::now());
        let (fingerprint, beginning) = (Some(fingerprint), Some(beginning));
        let seen = Seen { fingerprint, beginning, first, parser, offset, remembered, verified };
        let entries: Vec<Entry> = entries.entries.into_iter().skip(known.unwrap_or(0)).collect();
        let seen = self.seen.insert(seen);
        if verify && known.is_some() && entries.is_empty() {
            return Ok(None);
        }
        Ok(Some(added(known.is_none(), entries, seen, file)))
    }

    /// Returns the result for a log that is missing or has no complete line.
    fn empty(&mut self, fingerprint: Option<Fingerprint>) -> Option<Added> {
        let first = Cursor::NO_WALL;
        let seen = Seen {
            verified: (fingerprint, Instant::now()),
            fingerprint,
            beginning: None,
            first,
            parser: Parser::new(first),
            offset: 0,
            remembered: Vec::new(),
        };
        let before = self.seen.replace(seen);
        let was_empty = before.is_some_and(|seen| seen.parser.cursor == first);
        (!was_empty).then(|| Added {
            restarted: true,
            entries: Vec::new(),
            first,
            damaged_lines: 0,
            cursor: first,
            modified: None,
            open: None,
        })
    }
}

/// The newest entries, in bounded memory.
#[derive(Default)]
struct Window {
    entries: VecDeque<Entry>,
    /// The position and edition after the last dropped entry.
    dropped: Option<(u64, u64)>,
}

impl Window {
    fn push(&mut self, entry: Entry) {
        if self.entries.len() == MAX_ENTRIES
            && let Some(oldest) = self.entries.pop_front()
        {
            self.dropped = Some((oldest.span.end, oldest.edition));
        }
        self.entries.push_back(entry);
    }

    /// Returns the cursor before the first entry. `first` is the cursor before the dropped ones.
    fn first(&self, first: Cursor) -> Cursor {
        self.dropped.map_or(first, |(position, edition)| Cursor { position, edition, ..first })
    }
}

fn added(restarted: bool, entries: Vec<Entry>, seen: &Seen, file: LogFile) -> Added {
    Added {
        restarted,
        entries,
        first: seen.first,
        damaged_lines: seen.parser.damaged,
        cursor: seen.parser.cursor,
        modified: file.metadata.modified().ok(),
        open: Some(file.into_file()),
    }
}

/// Returns the offset of the first line to read, and the cursor before it. In a log of more than [`MAX_LOG_BYTES`] it is the
/// first complete line of the last bytes.
fn first_in_window(file: &LogFile, beginning: &Beginning) -> io::Result<(u64, Cursor)> {
    let window = file.len().saturating_sub(MAX_LOG_BYTES);
    if window <= beginning.header_bytes {
        return Ok((beginning.header_bytes, beginning.cursor()));
    }
    let (mut at, mut newline) = (window, None);
    file.read_pieces(window, file.len(), |piece| {
        newline = newline.or_else(|| memchr::memchr(b'\n', piece).map(|found| at + found as u64 + 1));
        at += piece.len() as u64;
    })?;
    // A line that is longer than the window is shown by its end.
    let from = newline.filter(|from| *from < file.len()).unwrap_or(window);
    let (wall, position) = (beginning.header.wall, beginning.position(from));
    Ok((from, Cursor::without_history(wall, position)))
}

/// Reads the last bytes before the offset. A new log may have the same inode, but not the same bytes there.
fn remembered(file: &LogFile, offset: u64) -> io::Result<Vec<u8>> {
    let from = offset.saturating_sub(REMEMBERED_BYTES);
    file.read_range(from, usize::try_from(offset - from).unwrap_or(0))
}
