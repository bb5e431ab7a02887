//! Keeping the log short, and beginning it anew.

use std::io::{self, Write};
use std::path::Path;

use ulid::Ulid;

use super::entry::Lines;
use super::file::{Beginning, Header, LogFile};
use crate::replace::{remove_leftovers, replace};
use crate::volume::WallDir;

/// Rewrites the log with its newest `keep` messages. The wall stays the same one, and its positions go on.
///
/// To be called under the writers' lock. Other programs do not take that lock: what one of them appends to the old file
/// while the new one is being written is carried over. What it appends later, through a file it still holds open, is
/// lost, as it would be had the file been deleted.
pub(super) fn compact(wall: &WallDir, keep: usize) -> io::Result<()> {
    let path = wall.content();
    let Some(old) = LogFile::open(&path)? else { return Ok(()) };
    let Some(beginning) = Beginning::read(&old)? else { return Ok(()) };
    let bytes = old.read_from(beginning.header_bytes)?;
    let lines = Lines::parse(&bytes, beginning.header.start);
    let Some(first) = lines.entries.len().checked_sub(keep).and_then(|surplus| lines.entries.get(surplus)) else {
        return Ok(());
    };
    let start = first.span.start;
    // Positions are byte offsets, so what is kept is kept byte for byte, damaged lines included.
    let kept = usize::try_from(start - beginning.header.start).unwrap_or(usize::MAX).min(bytes.len());
    let mut new = Header { start, ..beginning.header }.line()?;
    new.extend_from_slice(&bytes[kept..]);
    rewrite(&path, &old, beginning.header_bytes + bytes.len() as u64, &new)
}

/// Puts the log as it is into a new file. What is still under way to the old one does no harm then.
///
/// To be called under the writers' lock, as [`compact`].
pub(super) fn move_to_new_file(wall: &WallDir) -> io::Result<()> {
    let path = wall.content();
    let Some(old) = LogFile::open(&path)?.filter(|old| old.metadata.is_file()) else {
        return remove_leftovers(&path);
    };
    // A log that another program began is named after its file: from now on by its header.
    let (header, from) = match Beginning::read(&old)? {
        Some(Beginning { header, header_bytes }) => (header.line()?, header_bytes),
        None => (Vec::new(), 0),
    };
    let bytes = old.read_from(from)?;
    rewrite(&path, &old, from + bytes.len() as u64, &[header, bytes].concat())
}

/// Replaces the old log by `new`, which takes in the first `taken` bytes of the old one, and carries over what was
/// appended to that meanwhile.
fn rewrite(path: &Path, old: &LogFile, taken: u64, new: &[u8]) -> io::Result<()> {
    replace(path, new)?;
    let late = old.read_range(taken, 1024 * 1024)?;
    if late.is_empty() {
        return Ok(());
    }
    let mut file = fs_err::OpenOptions::new().append(true).open(path)?;
    file.write_all(&late)?;
    file.sync_all()
}

/// Begins a new wall, with nothing on it; or finds that this event has done so already.
pub(super) fn begin_anew(wall: &WallDir, event: Option<&str>) -> io::Result<Cleared> {
    let path = wall.content();
    if let (Some(event), Some(log)) = (event, LogFile::open(&path)?)
        && let Some(Beginning { header, .. }) = Beginning::read(&log)?
        && header.cleared_by.as_deref() == Some(event)
    {
        return Ok(Cleared { wall: header.wall, repeated: true });
    }
    let header = Header::of_new_wall(event.map(str::to_owned));
    replace(&path, &header.line()?)?;
    Ok(Cleared { wall: header.wall, repeated: false })
}

/// A wall that was begun anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// The new wall.
    pub wall: Ulid,
    /// Whether an earlier try with the same event id had done it: messages that came since are kept.
    pub repeated: bool,
}
