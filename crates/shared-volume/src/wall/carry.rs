//! Carries over lines that another program appends to a log after it was replaced.
//!
//! A program that opened the log before a compaction or a clear still writes to the old file, which has a name in `trash/`.
//! The next append carries over the lines that have arrived there. Only plain lines are carried over: a record in an old
//! file was written late by a client that was cut off, and was never accepted.

use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;

use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use super::file::LogFile;
use super::line::{Line, is_half_of_record, may_be_half_of_record};
use super::trash;
use crate::intent::Intent;
use crate::open;
use crate::state::{MAX_REPLACED, Replaced, State};
use crate::time;
use crate::volume::WallDir;

/// The time for which a replaced log is followed.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_secs(60);

/// The number of bytes that one append carries over from one log.
const MAX_BYTES: usize = 1024 * 1024;

/// Follows a log that is about to be replaced. Its first `from` bytes are in the new log.
pub(super) fn follow(state: &mut State, file: Ulid, from: u64) {
    let until = until(time::now());
    // Clearing a wall repeatedly can replace more logs than can be followed.
    if !has_room(state) {
        state.replaced.remove(0);
    }
    let (late, half) = (std::mem::take(&mut state.late), std::mem::take(&mut state.half));
    state.replaced.push(Replaced { file, from, late, half, then: None, until });
}

fn until(now: Timestamp) -> Timestamp {
    now.checked_add(FOLLOWED_FOR).unwrap_or(Timestamp::MAX)
}

/// Stops following the logs with these names in `trash/`, because they were not replaced after all.
pub(super) fn forget(state: &mut State, files: &[Ulid]) {
    state.replaced.retain(|replaced| !files.contains(&replaced.file));
}

/// Returns true if this log is followed.
pub(super) fn is_followed(state: &State, file: Ulid) -> bool {
    state.replaced.iter().any(|replaced| replaced.file == file)
}

/// Returns true if another replaced log can be followed.
pub(super) fn has_room(state: &State) -> bool {
    state.replaced.len() < MAX_REPLACED
}

/// Collects the plain lines that have arrived in replaced logs. [`settle`] later records whether they were appended.
pub(super) fn collect(wall: &WallDir, state: &mut State, log: (u64, u64)) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    let now = time::now();
    let mut followed = Vec::with_capacity(state.replaced.len());
    for replaced in std::mem::take(&mut state.replaced) {
        // A wrong clock may have stored a time years ahead.
        let replaced = Replaced { until: replaced.until.min(until(now)), ..replaced };
        let over = now > replaced.until;
        let file = match trash::open(wall, replaced.file) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            // A foreign file has this name now. The log may get its name back.
            Err(error) if open::is_about_the_file(&error) => {
                followed.extend((!over).then_some(replaced));
                continue;
            }
            Err(error) => return Err(error),
        };
        // The log was not replaced after all, or the file is not the one that was followed.
        if file.identity() == log || replaced.from > file.len() {
            continue;
        }
        let arrived = usize::try_from(file.len() - replaced.from).unwrap_or(MAX_BYTES);
        let bytes = file.read_range(replaced.from, arrived.min(MAX_BYTES))?;
        let whole = whole_lines(&bytes, over, replaced.half);
        let (ours, mut at) = (arrived_late(replaced.late, &file)?, replaced.from);
        for line in bytes[..whole].split_inclusive(|byte| *byte == b'\n') {
            if is_foreign(line) && !ours.contains(&at) {
                lines.extend_from_slice(line);
            }
            at += line.len() as u64;
        }
        if !lines.is_empty() && !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        if whole > 0 || !over {
            followed.push(Replaced { then: Some(replaced.from + whole as u64), ..replaced });
        }
    }
    state.replaced = followed;
    Ok(lines)
}

/// Returns the range of the late append because of which `file` was moved, if it has arrived. It may contain lines that it
/// was carrying over.
fn arrived_late(late: Intent, file: &LogFile) -> io::Result<Range<u64>> {
    let read = |from, bytes| file.read_range(from, usize::try_from(bytes).unwrap_or(usize::MAX));
    match late {
        Intent::Append { inode, from, bytes, .. }
            if inode == file.metadata.ino() && late.is_settled((inode, file.len()), read)? =>
        {
            Ok(from..from + bytes)
        }
        _ => Ok(0..0),
    }
}

/// Records whether the collected lines were appended.
pub(super) fn settle(state: &mut State, appended: bool) {
    for replaced in &mut state.replaced {
        let then = replaced.then.take();
        if let (true, Some(then)) = (appended, then) {
            replaced.half &= replaced.from == then;
            replaced.from = then;
        }
    }
}

/// Records which collected lines arrived in `log` from the offset `at` on, before the writer that appended them crashed.
/// Collecting them again would double them. Half a line of that writer is recorded too.
pub(super) fn settle_arrived(wall: &WallDir, state: &mut State, log: &LogFile, at: u64) -> io::Result<()> {
    let length = usize::try_from(log.len().saturating_sub(at)).unwrap_or(usize::MAX).min(2 * MAX_BYTES);
    let bytes = log.read_range(at, length)?;
    let (whole, half) = bytes.split_at(memchr::memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1));
    let mut arrived = whole.split_inclusive(|byte| *byte == b'\n').peekable();
    // A header, or the newline that the last line lacked, may come first.
    arrived.next_if(|line| Line::parse(unfinished(line), false) == Line::Blank);
    state.half = may_be_half_of_record(half);
    for replaced in &mut state.replaced {
        let Some(then) = replaced.then else { continue };
        let file = match trash::open(wall, replaced.file) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            Err(error) if open::is_about_the_file(&error) => continue,
            Err(error) => return Err(error),
        };
        if replaced.from > file.len() {
            continue;
        }
        let collected = usize::try_from(then.saturating_sub(replaced.from)).unwrap_or(MAX_BYTES).min(MAX_BYTES);
        let bytes = file.read_range(replaced.from, collected)?;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if is_foreign(line) && arrived.next_if(|arrived| unfinished(arrived) == unfinished(line)).is_none() {
                state.half |= !half.is_empty() && line.starts_with(half);
                return Ok(());
            }
            replaced.from += line.len() as u64;
        }
    }
    Ok(())
}

/// Returns the number of bytes to carry over.
///
/// An unfinished line is carried over when `over` is true, and a line that is too long in pieces. `half` states that the
/// first line is half a record, whose other half may arrive at any time.
fn whole_lines(bytes: &[u8], over: bool, half: bool) -> usize {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    let is_ours = is_half_of_record(&bytes[whole..]) || (half && whole == 0);
    let is_whole = over && bytes.len() < MAX_BYTES && !is_ours;
    if is_whole || whole == 0 && bytes.len() == MAX_BYTES { bytes.len() } else { whole }
}

fn unfinished(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

fn is_foreign(line: &[u8]) -> bool {
    matches!(Line::parse(unfinished(line), false), Line::Plain(_))
}
