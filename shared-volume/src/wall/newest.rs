//! The newest messages, read from the end of the log.

use std::io;

use ulid::Ulid;

use super::cursor::Cursor;
use super::entry::{Entry, Lines};
use super::file::{Beginning, LogFile};
use crate::volume::WallDir;

/// The first piece that is read; about a hundred messages of usual length.
const FIRST_PIECE: u64 = 32 * 1024;

/// The end of a wall.
#[derive(Debug, Default)]
pub struct Newest {
    /// Where the wall ends; nothing when no message was ever written.
    pub end: Option<Cursor>,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Where the messages that were left out end, when any were.
    pub older: Option<Cursor>,
}

/// The newest `limit` messages of `wall`.
///
/// # Errors
/// When the log cannot be read. A missing log is an empty wall.
pub fn newest(wall: &WallDir, limit: usize) -> io::Result<Newest> {
    let Some(file) = LogFile::open(&wall.content())? else { return Ok(Newest::default()) };
    let Some(beginning) = Beginning::read(&file)? else { return Ok(Newest::default()) };
    let mut piece = FIRST_PIECE;
    loop {
        let offset = file.len().saturating_sub(piece).max(beginning.header_bytes);
        let whole = offset == beginning.header_bytes;
        let (offset, bytes) = from_whole_line(&file, offset, whole)?;
        let lines = Lines::parse(&bytes, beginning.position(offset));
        if whole || lines.entries.len() >= limit {
            let cursor = |position| Cursor { wall: beginning.header.wall, position };
            let end = cursor(beginning.position(offset + lines.bytes as u64));
            return Ok(cut(lines.entries, limit, whole, end));
        }
        piece *= 4;
    }
}

/// The bytes from the first whole line at or after `offset`.
fn from_whole_line(file: &LogFile, offset: u64, whole: bool) -> io::Result<(u64, Vec<u8>)> {
    let mut bytes = file.read_from(offset)?;
    if whole {
        return Ok((offset, bytes));
    }
    let cut = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |newline| newline + 1);
    bytes.drain(..cut);
    Ok((offset + cut as u64, bytes))
}

fn cut(mut entries: Vec<Entry>, limit: usize, whole: bool, end: Cursor) -> Newest {
    let surplus = entries.len().saturating_sub(limit);
    let first = entries.get(surplus).map_or(end.position, |entry| entry.span.start);
    let left_out = surplus > 0 || !whole;
    entries.drain(..surplus);
    let older = left_out.then_some(Cursor { wall: end.wall, position: first });
    Newest { end: Some(end), entries, older }
}

/// The wall of an empty or missing log, so that there is always a cursor to answer with.
impl Newest {
    /// Where the wall ends, as a cursor that never fails: position 0 of no wall when there is none.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.end.unwrap_or(Cursor { wall: Ulid::nil(), position: 0 })
    }
}
