//! Reading what was added, without a lock and without reading anything twice.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant, SystemTime};

use super::cursor::Cursor;
use super::entry::{Entry, Parser, first_edition};
use super::file::{Beginning, LogFile};
use crate::volume::WallDir;

/// The most that is read of a log, from its end, in bytes.
pub const MAX_LOG_BYTES: u64 = 32 * 1024 * 1024;

/// The most entries that one read returns, the newest: twice as many messages as a configuration can keep.
const MAX_ENTRIES: usize = 20_000;

/// How many bytes before its position a reader remembers, to notice that the file was rewritten in place.
const REMEMBERED_BYTES: u64 = 128;

/// ESTALE means that the file was replaced on the server between two steps: opening it again is the cure.
const STALE_TRIES: u32 = 3;

/// How soon a changed log is read again from its beginning, by default.
const VERIFY_AFTER: Duration = Duration::from_secs(5);

/// A reader's place in the log.
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
    /// Everything before this offset of the file was read.
    offset: u64,
    /// The last bytes before the offset.
    remembered: Vec<u8>,
    /// The log as it was when it was last read from its beginning, and when.
    verified: (Option<Fingerprint>, Instant),
}

/// Two equal fingerprints mean the same bytes: identity, length, and both times at full resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fingerprint([i64; 7]);

impl Fingerprint {
    fn of(file: &LogFile) -> Self {
        let meta = &file.metadata;
        let [dev, ino, len] = [meta.dev().cast_signed(), meta.ino().cast_signed(), meta.len().cast_signed()];
        Self([dev, ino, len, meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()])
    }

    fn is_same_file(&self, other: &Self) -> bool {
        self.0[..2] == other.0[..2]
    }
}

/// The result of one read.
#[derive(Debug)]
pub struct Added {
    /// The log is not a continuation of what was read before: forget all entries.
    pub restarted: bool,
    /// Oldest first. All of them when `restarted`, else the ones that were added.
    pub entries: Vec<Entry>,
    /// The cursor before the first entry that the log still holds: entries before it are gone.
    pub first: Cursor,
    /// The number of damaged lines in the log.
    pub damaged_lines: u64,
    /// The cursor behind the last entry. It is [`Cursor::NO_WALL`] while there is no log.
    pub cursor: Cursor,
    /// The log's modification time: when the newest entry reached the volume.
    pub modified: Option<SystemTime>,
    /// The log, still open; `None` when it is missing. Closing a file is a round trip on NFS: drop it after publishing.
    pub open: Option<File>,
}

impl Tail {
    /// A reader that has read nothing yet.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self { wall, seen: None, verify_after: VERIFY_AFTER }
    }

    /// Sets how soon a log that has changed is read again from its beginning, 5 s by default. That finds what somebody
    /// edited in place, in the middle of the log, at the moment when something was appended.
    #[must_use]
    pub fn verify_after(self, verify_after: Duration) -> Self {
        Self { verify_after, ..self }
    }

    /// Reads what was added since the last call. Returns `None` when the log is as it was.
    ///
    /// The first call always returns the whole log; a log that is missing or empty is an empty wall, unless the directory
    /// is missing as well. At most the last [`MAX_LOG_BYTES`] are read.
    ///
    /// # Errors
    /// When the log cannot be read, or is no regular file. The place is kept, so that the next call goes on.
    pub fn read(&mut self) -> io::Result<Option<Added>> {
        let mut tries = 0;
        loop {
            let read = self.open().and_then(|file| self.read_file(file));
            match read {
                Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle && tries < STALE_TRIES => {
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Makes the next read begin at the beginning of the log, to find what was edited in place.
    pub(super) fn verify_next(&mut self) {
        if let Some(seen) = &mut self.seen {
            seen.fingerprint = None;
        }
    }

    /// Like [`Tail::read`], for a log that was opened already.
    pub(super) fn read_file(&mut self, file: Option<LogFile>) -> io::Result<Option<Added>> {
        let Some(file) = file else { return Ok(self.empty(None)) };
        let fingerprint = Fingerprint::of(&file);
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

    /// Reads the log from its beginning, whatever is known of it.
    pub(super) fn verify(&mut self) -> io::Result<Option<Added>> {
        let due = std::mem::take(&mut self.verify_after);
        if let Some(seen) = &mut self.seen {
            seen.verified.0 = None;
        }
        let read = self.read();
        self.verify_after = due;
        read
    }

    /// The log's beginning, as it was read last.
    pub(super) fn beginning(&self) -> Option<&Beginning> {
        self.seen.as_ref()?.beginning.as_ref()
    }

    /// The unfinished line at the end of the log: its offset and its beginning.
    pub(super) fn unfinished(&self) -> Option<(u64, &[u8])> {
        let seen = self.seen.as_ref().filter(|seen| seen.parser.unfinished() > 0)?;
        Some((seen.offset - seen.parser.unfinished(), seen.parser.unfinished_line()))
    }

    /// Returns the offset behind the last whole line of the log, which is `length` bytes long.
    pub(super) fn whole_until(&self, length: u64) -> u64 {
        match (self.unfinished(), self.beginning()) {
            (Some((at, _)), _) => at,
            // Not even the first line is finished.
            (None, None) => 0,
            (None, Some(_)) => length,
        }
    }

    /// Opens the log. Returns `None` when it is missing from a directory that is there. When the directory is gone as
    /// well, the volume fails, and nothing is known of the wall.
    fn open(&self) -> io::Result<Option<LogFile>> {
        // An NFS client opens a file by the name that it remembers, and remembers a missing one as missing. Opening the
        // directory makes it ask: the log that was read last may be in `trash/` by now.
        drop(self.wall.open()?);
        LogFile::open(&self.wall.content())
    }

    /// Returns true if the log has changed since it was read from its beginning, and that was long enough ago.
    fn is_due(&self) -> bool {
        self.seen
            .as_ref()
            .is_some_and(|seen| seen.fingerprint != seen.verified.0 && seen.verified.1.elapsed() >= self.verify_after)
    }

    /// Returns true if `file` is the one that was read last, longer, with the same bytes just before the offset.
    fn continues_in(&self, file: &LogFile, fingerprint: &Fingerprint) -> io::Result<bool> {
        let Some(seen) = self.seen.as_ref().filter(|seen| seen.beginning.is_some()) else { return Ok(false) };
        let same = seen.fingerprint.as_ref().is_some_and(|before| before.is_same_file(fingerprint));
        if !same || file.len() <= seen.offset || file.len() - seen.offset > MAX_LOG_BYTES {
            return Ok(false);
        }
        let from = seen.offset - seen.remembered.len() as u64;
        Ok(file.read_range(from, seen.remembered.len())? == seen.remembered)
    }

    fn read_on(&mut self, file: LogFile, fingerprint: Fingerprint) -> io::Result<Added> {
        let Some(seen) = &mut self.seen else { return Err(io::Error::other("nothing was read before")) };
        let (mut parser, mut entries) = (seen.parser.clone(), Newest::default());
        let offset =
            file.read_pieces(seen.offset, file.len(), |piece| parser.feed(piece, |entry| entries.push(entry)))?;
        seen.remembered = remembered(&file, offset)?;
        (seen.parser, seen.offset, seen.fingerprint) = (parser, offset, Some(fingerprint));
        if entries.dropped.is_some() {
            seen.first = entries.first(seen.first);
        }
        Ok(added(false, entries.entries.into(), seen, file))
    }

    /// Reads the log from its beginning, and finds out whether it continues what was read before. `verify` says that
    /// nothing is returned if it is the same.
    fn read_all(
        &mut self,
        file: LogFile,
        fingerprint: Fingerprint,
        beginning: Beginning,
        verify: bool,
    ) -> io::Result<Option<Added>> {
        let (from, first) = first_in_window(&file, &beginning)?;
        let (mut parser, mut entries) = (Parser::new(first), Newest::default());
        let offset = file.read_pieces(from, file.len(), |piece| parser.feed(piece, |entry| entries.push(entry)))?;
        let remembered = remembered(&file, offset)?;
        let first = entries.first(first);
        let before = self.seen.as_ref().map(|seen| seen.parser.cursor);
        let wall = first.wall;
        let known = before.and_then(|before| {
            let at = entries.entries.iter().rposition(|entry| entry.end(wall) == before).map(|at| at + 1);
            at.or((before == first).then_some(0))
        });
        // What was restored stands before what was read: only a fresh start brings it.
        let grown = self.seen.as_ref().is_some_and(|seen| first.position < seen.first.position);
        let known = known.filter(|_| !grown);
        let verified = (Some(fingerprint.clone()), Instant::now());
        let (fingerprint, beginning) = (Some(fingerprint), Some(beginning));
        let seen = Seen { fingerprint, beginning, first, parser, offset, remembered, verified };
        let entries: Vec<Entry> = entries.entries.into_iter().skip(known.unwrap_or(0)).collect();
        let seen = self.seen.insert(seen);
        if verify && known.is_some() && entries.is_empty() {
            return Ok(None);
        }
        Ok(Some(added(known.is_none(), entries, seen, file)))
    }

    /// The log is missing, or has no whole line yet.
    fn empty(&mut self, fingerprint: Option<Fingerprint>) -> Option<Added> {
        let first = Cursor::NO_WALL;
        let seen = Seen {
            verified: (fingerprint.clone(), Instant::now()),
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
struct Newest {
    entries: VecDeque<Entry>,
    /// The position and edition behind the last entry that was dropped.
    dropped: Option<(u64, u64)>,
}

impl Newest {
    fn push(&mut self, entry: Entry) {
        if self.entries.len() == MAX_ENTRIES
            && let Some(oldest) = self.entries.pop_front()
        {
            self.dropped = Some((oldest.span.end, oldest.edition));
        }
        self.entries.push_back(entry);
    }

    /// The cursor before the first entry, if `first` was the one before those that were dropped.
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

/// Finds the first line that is read, and the cursor before it. Of a log that is longer than [`MAX_LOG_BYTES`] it is the
/// first whole line of its end.
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
    // A line that is longer than what is read is shown by its end.
    let from = newline.filter(|from| *from < file.len()).unwrap_or(window);
    let (wall, position) = (beginning.header.wall, beginning.position(from));
    Ok((from, Cursor { wall, position, edition: first_edition(wall, position) }))
}

/// Reads the last bytes before the offset, the header among them: another log may have got the same inode.
fn remembered(file: &LogFile, offset: u64) -> io::Result<Vec<u8>> {
    let from = offset.saturating_sub(REMEMBERED_BYTES);
    file.read_range(from, usize::try_from(offset - from).unwrap_or(0))
}
