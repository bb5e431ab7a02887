//! An open log, and its beginning.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ulid::Ulid;

use super::header::{HEADER_MARK, Header};
use crate::cursor::Cursor;
use crate::digest::Digest;
use crate::{fingerprint, open};

/// The longest header, in bytes. It has about 100 bytes and an event of up to 288, each of which JSON may escape by six.
const HEADER_BYTES: usize = 4096;

/// The number of bytes that are read at once.
const PIECE_BYTES: usize = 256 * 1024;

/// The place in a log file where the entries begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) header: Header,
    /// The length of the header line in bytes, or 0 if there is none.
    pub(super) header_bytes: u64,
}

impl Beginning {
    /// Returns the offset in the file of a position, or `None` if the log begins after it.
    pub(super) fn offset(&self, position: u64) -> Option<u64> {
        Some(position.checked_sub(self.header.start)? + self.header_bytes)
    }

    /// Returns the position of an offset in the file.
    pub(super) fn position(&self, offset: u64) -> u64 {
        self.header.start.saturating_add(offset.saturating_sub(self.header_bytes))
    }

    /// Returns the cursor before the first entry.
    pub(super) fn cursor(&self) -> Cursor {
        self.header.cursor()
    }

    /// Reads the beginning of `file`. Returns `None` if it has no complete line yet.
    ///
    /// A log that another program has created has no header. The id of its wall is then a digest of its inode and first
    /// line, so that all readers agree on it.
    pub(super) fn read(file: &LogFile) -> io::Result<Option<Self>> {
        let first = file.read_range(0, HEADER_BYTES)?;
        let line = match memchr::memchr(b'\n', &first) {
            Some(newline) => &first[..=newline],
            None if first.len() == HEADER_BYTES => &first[..],
            None => return Ok(None),
        };
        // Serde also accepts an array for a header. Such a line is a plain line.
        if line.starts_with(HEADER_MARK)
            && let Ok(header) = serde_json::from_slice::<Header>(line)
        {
            return Ok(Some(Self { header, header_bytes: line.len() as u64 }));
        }
        let digest = Digest::of(&[&file.metadata.ino().to_be_bytes(), line]);
        let wall = Ulid::from(u128::from_be_bytes(digest.0));
        Ok(Some(Self { header: Header::at_start(wall), header_bytes: 0 }))
    }
}

/// A log, open for reading, with its metadata at the time of opening.
#[derive(Debug)]
pub(super) struct LogFile {
    file: Arc<File>,
    path: PathBuf,
    pub(super) metadata: Metadata,
}

impl LogFile {
    /// Opens a log. Returns `None` if it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        open::read(path)?.map(|file| Self::new(file, path)).transpose()
    }

    pub(super) fn new(file: impl Into<Arc<File>>, path: &Path) -> io::Result<Self> {
        let file = file.into();
        let metadata = file.metadata().map_err(|error| open::failed("ask for the metadata of", path, &error))?;
        Ok(Self { file, path: path.to_owned(), metadata })
    }

    pub(super) fn into_file(self) -> Arc<File> {
        self.file
    }

    pub(super) fn len(&self) -> u64 {
        self.metadata.len()
    }

    /// Returns device and inode.
    pub(super) fn identity(&self) -> (u64, u64) {
        fingerprint::identity(&self.metadata)
    }

    /// Reads `length` bytes at `offset`, or fewer at the end of the file.
    pub(super) fn read_range(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match self.file.read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(open::failed("read", &self.path, &error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Passes the bytes from `from` to `to` to `piece`, in pieces of at most 256 KiB. Returns the offset after the last
    /// one, which is less than `to` if the file has become shorter.
    pub(super) fn read_pieces(&self, from: u64, to: u64, mut piece: impl FnMut(&[u8])) -> io::Result<u64> {
        let mut at = from;
        while at < to {
            let wanted = usize::try_from(to - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let bytes = self.read_range(at, wanted)?;
            piece(&bytes);
            at += bytes.len() as u64;
            if bytes.len() < wanted {
                break;
            }
        }
        Ok(at)
    }
}
