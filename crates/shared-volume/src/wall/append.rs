//! Appends lines to the log.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

use super::carry;
use super::file::LogFile;
use super::header::Header;
use super::line::{MAX_RECORD_BYTES, is_half_of_record};
use super::session::Session;
use crate::error::{after_the_change, is_full};
use crate::intent::Intent;
use crate::{fingerprint, open};

/// The number of attempts to append. Another program may delete or replace the log during each.
const TRIES: u32 = 30;

/// The bytes that one system call wrote: their offset and number.
type Piece = (u64, u64);

impl Session<'_> {
    /// Appends complete lines, and the lines that have arrived in replaced logs. When this returns, they are durable, except
    /// for those of [`Session::unsynced`], and the path names the file that contains them.
    pub(super) fn append(&mut self, records: &[u8]) -> io::Result<()> {
        for _ in 0..TRIES {
            if self.try_append(records)? {
                return Ok(());
            }
        }
        let text =
            format!("`{}` was deleted or replaced by another program at every attempt", self.wall.content().display());
        Err(io::Error::other(text))
    }

    /// Returns false if the log was deleted or replaced while it was written, or another program was in the middle of a line.
    fn try_append(&mut self, records: &[u8]) -> io::Result<bool> {
        let path = self.wall.content();
        let file = self.log.take().map_or_else(|| open::append_or_create(&path).map(Arc::new), Ok)?;
        open::let_the_group_read(&file);
        let log = LogFile::new(Arc::clone(&file), &path)?;
        let (identity, length) = (log.identity(), log.len());
        self.view.read_file(Some(log))?;

        let mut lines = self.begin_line(&path, length)?;
        let carried = carry::collect(self.wall, &mut self.lock.state, identity)?;
        let has_carried = !carried.is_empty();
        lines.extend(carried);
        if lines.is_empty() && records.is_empty() {
            carry::settle(&mut self.lock.state, true);
            return Ok(true);
        }
        lines.extend_from_slice(records);
        self.lock.state.intent = Intent::append(identity.1, length, &lines);
        // Carried lines must not be carried again, whatever happens.
        if has_carried {
            self.lock.declare()?;
        } else {
            self.lock.declare_append()?;
        }
        let may_sync_later = self.may_sync_later && !has_carried;
        if !self.write(&file, &lines, (length, identity), may_sync_later)? {
            return Ok(false);
        }
        carry::settle(&mut self.lock.state, true);
        if has_carried {
            // The intent proves that the lines were carried over only until the log is replaced.
            self.lock.declare().map_err(after_the_change)?;
        }
        self.is_named(file, &path).map_err(after_the_change)
    }

    /// Returns the bytes before the first new line: the header in an empty log, or the newline that the last line lacks.
    ///
    /// Another program may leave a line without a newline, or be about to complete it. Half a record of a crashed writer was
    /// overwritten before: see [`Session::blank_half`].
    fn begin_line(&self, path: &Path, length: u64) -> io::Result<Vec<u8>> {
        if length == 0 {
            // The creator of the log may have crashed before its name was durable.
            open::sync_parent(path)?;
            return Header::of_new_wall(None, None).line();
        }
        let is_finished = self.unfinished_line(path)?.is_none();
        Ok(if is_finished { Vec::new() } else { vec![b'\n'] })
    }

    /// Returns the offset and the beginning of the unfinished line at the end of the log.
    fn unfinished_line(&self, path: &Path) -> io::Result<Option<(u64, Vec<u8>)>> {
        if let Some((at, line)) = self.view.tail.unfinished() {
            return Ok(Some((at, line.to_vec())));
        }
        if self.view.tail.beginning().is_some() {
            return Ok(None);
        }
        // The first line is unfinished.
        let first = LogFile::open(path)?.map(|log| log.read_range(0, MAX_RECORD_BYTES)).transpose()?;
        Ok(first.filter(|line| !line.is_empty()).map(|line| (0, line)))
    }

    /// Replaces half a record at the end of the log, which the intent of a crashed writer covers, by a blank line. Otherwise
    /// another program that still appends to this file would append to it.
    ///
    /// The complete record may still arrive late. [`State::late`](crate::state::State::late) covers this.
    pub(super) fn blank_half(&mut self) -> io::Result<()> {
        let path = self.wall.content();
        let Some(log) = LogFile::open(&path)? else { return Ok(()) };
        if let Some((at, half)) = self.unfinished_line(&path)?
            && at + half.len() as u64 == log.len()
            && self.lock.state.late.covers(log.metadata.ino(), at..log.len())
            && is_half_of_record(&half)
        {
            blank(&path, log.identity(), &[(at, half.len() as u64)])?;
            self.lock.state.half = false;
            self.view.read()?;
        }
        Ok(())
    }

    /// Writes `lines` at the end of the file, which has this length and identity, and syncs it, now or later. Returns false
    /// if they continue half a line that another program has just written.
    ///
    /// In this case, and on an error, the written bytes are replaced by blank lines.
    fn write(
        &mut self,
        file: &Arc<File>,
        lines: &[u8],
        (from, identity): (u64, (u64, u64)),
        may_sync_later: bool,
    ) -> io::Result<bool> {
        let path = self.wall.content();
        let mut pieces = Vec::new();
        let written = write_pieces(file, lines, &mut pieces).and_then(|()| match pieces[..] {
            [(at, _)] if at != from && continues_a_line(file, at)? => Ok(false),
            [(at, _)] => self.correct_intent(at, from).and_then(|()| self.sync(file, may_sync_later)).map(|()| true),
            _ => Err(io::Error::other("another program wrote in between")),
        });
        if matches!(written, Ok(true)) {
            return written;
        }
        // If the bytes cannot be blanked, the intent remains, and the next holder of the lock settles it.
        let blanked = blank(&path, identity, &pieces);
        if matches!(blanked, Ok(true)) {
            self.lock.state.intent = Intent::Nothing;
            drop(self.lock.declare());
        }
        match (written, blanked) {
            (Ok(_), Ok(true)) => Ok(false),
            // The blanks are not durable, so another attempt must not follow them.
            (Ok(_), Ok(false)) => Err(open::failed("append to", &path, &io::ErrorKind::StorageFull.into())),
            (Err(error), Ok(_)) => Err(open::failed("append to", &path, &error)),
            (Err(error), Err(_)) | (Ok(_), Err(error)) => {
                Err(after_the_change(open::failed("append to", &path, &error)))
            }
        }
    }

    /// Makes the log durable. If that may happen later and only this host writes the file system, it is left to
    /// [`Cycle::finish`](super::Cycle::finish): the syncs of several writers then run at the same time.
    fn sync(&mut self, file: &Arc<File>, may_be_later: bool) -> io::Result<()> {
        if may_be_later && self.lock.is_local() {
            self.unsynced = Some(Arc::clone(file));
            return Ok(());
        }
        file.sync_all()
    }

    /// Corrects the intent if another program, which takes no lock, has appended since the intent was declared.
    fn correct_intent(&mut self, at: u64, declared: u64) -> io::Result<()> {
        if at == declared {
            return Ok(());
        }
        if let Intent::Append { from, .. } = &mut self.lock.state.intent {
            *from = at;
        }
        self.lock.declare_append()
    }

    /// Returns true if the path still names the file that was written, and updates the view.
    fn is_named(&mut self, file: Arc<File>, path: &Path) -> io::Result<bool> {
        self.lock.refresh_names(self.wall)?;
        let log = LogFile::new(file, path)?;
        let is_named = open::identity_of_name(path) == Some(log.identity());
        if is_named {
            self.view.read_file(Some(log))?;
        }
        Ok(is_named)
    }

    /// Makes the log durable.
    pub(super) fn sync_log(&self) -> io::Result<()> {
        let path = self.wall.content();
        let synced = match &self.log {
            Some(log) => log.sync_all(),
            None => open::append(&path)?.map_or(Ok(()), |log| log.sync_all()),
        };
        synced.map_err(|error| open::failed("sync", &path, &error))
    }
}

/// Writes all of `bytes` and records where each system call has written.
fn write_pieces(mut file: &File, mut bytes: &[u8], pieces: &mut Vec<Piece>) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = match file.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (end, count) = (file.stream_position()?, written as u64);
        match pieces.last_mut() {
            Some((at, length)) if *at + *length == end - count => *length += count,
            _ => pieces.push((end - count, count)),
        }
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Returns true if the byte before this offset does not end a line.
fn continues_a_line(file: &File, at: u64) -> io::Result<bool> {
    let mut before = [b'\n'];
    file.read_at(&mut before, at.saturating_sub(1))?;
    Ok(at > 0 && before != *b"\n")
}

/// Replaces bytes of the log by blank lines.
///
/// They are not cut off, because another program may append after them at any moment. The newline at their beginning keeps
/// them from becoming part of a line of another program.
///
/// Returns false if there was no room for the blanks either: an NFS client learns only from a sync that the volume is full.
/// The record is gone all the same, because the kernel now holds blanks in its place, and the server has no whole record.
fn blank(path: &Path, identity: (u64, u64), pieces: &[Piece]) -> io::Result<bool> {
    // A handle with O_APPEND would write to the end.
    let Some(file) = open::edit(path)? else { return Ok(true) };
    let metadata = file.metadata()?;
    if fingerprint::identity(&metadata) != identity {
        return Ok(true);
    }
    for (at, length) in pieces {
        let mut bytes = vec![b' '; usize::try_from(*length).unwrap_or(0)];
        bytes.first_mut().into_iter().for_each(|first| *first = b'\n');
        bytes.last_mut().into_iter().for_each(|last| *last = b'\n');
        file.write_all_at(&bytes, *at)?;
    }
    let synced = file.sync_all();
    if is_full(&synced) { Ok(false) } else { synced.map(|()| true) }
}
