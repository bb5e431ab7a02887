//! Lines that another program appends to a log after it was replaced.
//!
//! A program that opened the log before a compaction or a clear still writes to the old file. It keeps a name in `trash/`,
//! and whoever appends next takes over what has arrived there. Only plain lines are taken over: a record of ours in an
//! old file was written late by a client that was cut off, and was never accepted.

use std::io;

use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use super::file::LogFile;
use super::line::{Line, is_half_of_ours};
use super::trash;
use crate::open;
use crate::state::{MAX_REPLACED, Replaced, State};
use crate::time;
use crate::volume::WallDir;

/// How long a replaced log is followed.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_secs(60);

/// How much is taken over of one log at once, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Remembers a log that is about to be replaced. Its first `from` bytes were taken over.
pub(super) fn follow(state: &mut State, file: Ulid, from: u64) {
    let until = time::now().checked_add(FOLLOWED_FOR).unwrap_or(Timestamp::MAX);
    state.replaced.push(Replaced { file, from, then: None, until });
}

/// Forgets logs that were about to be replaced under these names, and never were.
pub(super) fn forget(state: &mut State, files: &[Ulid]) {
    state.replaced.retain(|replaced| !files.contains(&replaced.file));
}

/// Returns true if lines may still arrive in this log.
pub(super) fn is_followed(state: &State, file: Ulid) -> bool {
    state.replaced.iter().any(|replaced| replaced.file == file)
}

/// Returns true if one more replaced log can be followed.
pub(super) fn has_room(state: &State) -> bool {
    state.replaced.len() < MAX_REPLACED
}

/// Collects the plain lines that have arrived in replaced logs. The state says what was collected, once the intent to
/// append them is settled: see [`settle`].
pub(super) fn collect(wall: &WallDir, state: &mut State, log: (u64, u64)) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    let now = time::now();
    let mut followed = Vec::with_capacity(state.replaced.len());
    for replaced in std::mem::take(&mut state.replaced) {
        let over = now > replaced.until;
        let file = match LogFile::open(&trash::path(wall, replaced.file)) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            // Something else stands there now. The messages go on; the log may come back.
            Err(error) if open::is_about_the_file(&error) => {
                followed.extend((!over).then_some(replaced));
                continue;
            }
            Err(error) => return Err(error),
        };
        // It was to be replaced and never was.
        if file.identity() == log {
            continue;
        }
        let bytes = file.read_range(replaced.from, MOST_BYTES)?;
        let whole = whole_lines(&bytes, over);
        lines.extend(bytes[..whole].split_inclusive(|byte| *byte == b'\n').filter(|line| is_foreign(line)).flatten());
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

/// Takes note of whether the collected lines were appended.
pub(super) fn settle(state: &mut State, appended: bool) {
    for replaced in &mut state.replaced {
        let then = replaced.then.take();
        if let (true, Some(then)) = (appended, then) {
            replaced.from = then;
        }
    }
}

/// A line that is not finished waits for its end, but not for ever; a line that is too long is taken over in pieces.
fn whole_lines(bytes: &[u8], over: bool) -> usize {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    if (over && bytes.len() < MOST_BYTES) || whole == 0 && bytes.len() == MOST_BYTES { bytes.len() } else { whole }
}

fn is_foreign(line: &[u8]) -> bool {
    let content = line.strip_suffix(b"\n").unwrap_or(line);
    let finished = content.len() < line.len();
    matches!(Line::parse(content, false), Line::Plain(_)) && (finished || !is_half_of_ours(content))
}
