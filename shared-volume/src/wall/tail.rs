//! Reading what was added, without a lock and without reading anything twice.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use ulid::Ulid;

use super::cursor::Cursor;
use super::entry::{Entry, Lines};
use super::file::{Beginning, LogFile};
use crate::volume::WallDir;

/// How many bytes before its position a reader remembers, to notice that the file was rewritten in place.
const REMEMBERED_BYTES: u64 = 128;

/// ESTALE means that the file was replaced on the server between two steps: opening it again is the cure.
const STALE_TRIES: u32 = 3;

/// A reader's place in the log.
#[derive(Debug)]
pub struct Tail {
    wall: WallDir,
    seen: Option<Seen>,
}

/// What the last read found.
#[derive(Debug)]
struct Seen {
    fingerprint: Option<Fingerprint>,
    cursor: Cursor,
    /// The last bytes before the cursor's position.
    remembered: Vec<u8>,
}

/// Two equal fingerprints mean the same bytes: identity, length, and both times at full resolution.
#[derive(Debug, PartialEq, Eq)]
struct Fingerprint([i64; 7]);

impl Fingerprint {
    fn of(file: &LogFile) -> Self {
        let meta = &file.metadata;
        let identity = [meta.dev().cast_signed(), meta.ino().cast_signed(), meta.len().cast_signed()];
        let [dev, ino, len] = identity;
        Self([dev, ino, len, meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()])
    }
}

/// What one read found.
#[derive(Debug)]
pub struct Added {
    /// Whether the wall is another one than before, or had to be read from its beginning: forget what you had.
    pub restarted: bool,
    /// Oldest first. All of them when `restarted`, else the ones that were added.
    pub entries: Vec<Entry>,
    /// How many damaged lines were skipped among them.
    pub damaged: u64,
    /// Where the wall ends now. The wall is [`Ulid::nil`] while there is no log.
    pub cursor: Cursor,
    /// The log's modification time: when the newest of them reached the volume.
    pub modified: Option<SystemTime>,
    /// The log, still open; nothing when it is missing. Closing a file is a round trip on NFS: let go of it when what was
    /// added has been passed on.
    pub open: Option<File>,
}

impl Tail {
    /// A reader that has read nothing yet.
    #[must_use]
    pub fn new(wall: WallDir) -> Self {
        Self { wall, seen: None }
    }

    /// Reads what was added since the last call; nothing when the log is as it was.
    ///
    /// The first call always answers, with the whole log, and a log that is missing or empty is an empty wall; not so where
    /// the directory is missing as well.
    ///
    /// # Errors
    /// When the log cannot be read. The place is kept, so that the next call goes on.
    pub fn read(&mut self) -> io::Result<Option<Added>> {
        let mut tries = 0;
        loop {
            match self.read_once() {
                Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle && tries < STALE_TRIES => {
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    fn read_once(&mut self) -> io::Result<Option<Added>> {
        let Some(file) = self.open()? else { return Ok(self.empty(None)) };
        let fingerprint = Fingerprint::of(&file);
        if self.seen.as_ref().is_some_and(|seen| seen.fingerprint.as_ref() == Some(&fingerprint)) {
            return Ok(None);
        }
        let Some(beginning) = Beginning::read(&file)? else { return Ok(self.empty(Some(fingerprint))) };
        let resumed = self.place_in(&file, &beginning)?;
        let offset = resumed.unwrap_or(beginning.header_bytes);
        let bytes = file.read_from(offset)?;
        let lines = Lines::parse(&bytes, beginning.position(offset));

        let end = offset + lines.bytes as u64;
        let cursor = Cursor { wall: beginning.header.wall, position: beginning.position(end) };
        let remembered_from = end.saturating_sub(REMEMBERED_BYTES).max(beginning.header_bytes);
        let remembered = file.read_range(remembered_from, usize::try_from(end - remembered_from).unwrap_or(0))?;
        let modified = file.metadata.modified().ok();
        self.seen = Some(Seen { fingerprint: Some(fingerprint), cursor, remembered });
        let (restarted, open) = (resumed.is_none(), Some(file.into_file()));
        Ok(Some(Added { restarted, entries: lines.entries, damaged: lines.damaged, cursor, modified, open }))
    }

    /// Opens the log; nothing when it is missing from a directory that is there. When the directory is gone as well, the
    /// volume fails, and nothing is known of the wall.
    fn open(&self) -> io::Result<Option<LogFile>> {
        if let Some(file) = LogFile::open(&self.wall.content())? {
            return Ok(Some(file));
        }
        // Opening the directory makes an NFS client ask again for a name that it remembers as missing.
        let _directory = fs_err::read_dir(self.wall.path())?;
        LogFile::open(&self.wall.content())
    }

    /// Where to go on in `file`, if it still holds what was read last just before that place.
    fn place_in(&self, file: &LogFile, beginning: &Beginning) -> io::Result<Option<u64>> {
        let Some(seen) = &self.seen else { return Ok(None) };
        if seen.cursor.wall != beginning.header.wall {
            return Ok(None);
        }
        let Some(offset) = beginning.offset(seen.cursor.position).filter(|offset| *offset <= file.len()) else {
            return Ok(None);
        };
        // A compaction may have dropped some of the remembered bytes; those that are left must be the same.
        let left = (offset - beginning.header_bytes).min(seen.remembered.len() as u64);
        let found = file.read_range(offset - left, usize::try_from(left).unwrap_or(0))?;
        Ok(seen.remembered.ends_with(&found).then_some(offset))
    }

    /// The log is missing, or has no whole line yet.
    fn empty(&mut self, fingerprint: Option<Fingerprint>) -> Option<Added> {
        let cursor = Cursor { wall: Ulid::nil(), position: 0 };
        let before = self.seen.replace(Seen { fingerprint, cursor, remembered: Vec::new() });
        let was_empty = before.is_some_and(|seen| seen.cursor == cursor);
        (!was_empty).then(|| Added {
            restarted: true,
            entries: Vec::new(),
            damaged: 0,
            cursor,
            modified: None,
            open: None,
        })
    }
}
