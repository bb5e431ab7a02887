//! The open log file, and what its beginning says.

use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// How a header begins.
pub(crate) const HEADER_MARK: &[u8] = br#"{"wall":""#;

/// A header is about 60 bytes, and the id of an event; a first line that is longer than this is none.
const HEADER_BYTES: usize = 1024;

/// The first line: which wall this is, and the position of the first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// Stands first, because [`HEADER_MARK`] is how a header is told from other lines.
    pub(super) wall: Ulid,
    pub(super) start: u64,
    /// The id of the event that cleared the wall before this one, so that its retry does not clear this one as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cleared_by: Option<String>,
}

impl Header {
    /// The header of a wall that begins.
    pub(super) fn of_new_wall(cleared_by: Option<String>) -> Self {
        Self { wall: Ulid::generate(), start: 0, cleared_by }
    }

    /// The header's line.
    pub(super) fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Where the messages of a file begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) header: Header,
    /// How many bytes the header's line takes; 0 when there is none.
    pub(super) header_bytes: u64,
}

impl Beginning {
    /// The place in the file of a position in the life of the wall, if it is still kept.
    pub(super) fn offset(&self, position: u64) -> Option<u64> {
        Some(position.checked_sub(self.header.start)? + self.header_bytes)
    }

    /// The position in the life of the wall of a place in the file.
    pub(super) fn position(&self, offset: u64) -> u64 {
        self.header.start + offset.saturating_sub(self.header_bytes)
    }

    /// Reads the beginning of `file`; nothing when it has no whole line yet.
    ///
    /// A file that another program began has no header. Its wall is then named after its inode and first line, so that
    /// every reader gives it the same name, and a file that is deleted and begun anew gets another.
    pub(super) fn read(file: &LogFile) -> io::Result<Option<Self>> {
        let first = file.read_range(0, HEADER_BYTES)?;
        let line = match memchr::memchr(b'\n', &first) {
            Some(newline) => &first[..=newline],
            None if first.len() == HEADER_BYTES => &first[..],
            None => return Ok(None),
        };
        // An array may be read as a header, too, and is a plain line.
        if line.starts_with(HEADER_MARK)
            && let Ok(header) = serde_json::from_slice::<Header>(line)
        {
            return Ok(Some(Self { header, header_bytes: line.len() as u64 }));
        }
        let header = Header { wall: foreign_wall(file.metadata.ino(), line), start: 0, cleared_by: None };
        Ok(Some(Self { header, header_bytes: 0 }))
    }
}

fn foreign_wall(inode: u64, first_line: &[u8]) -> Ulid {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, inode, first_line).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    Ulid::from((half(0) << 64) | half(1))
}

/// The log, open for reading, and its metadata as the server had it at that moment.
#[derive(Debug)]
pub(super) struct LogFile {
    file: fs_err::File,
    pub(super) metadata: Metadata,
}

impl LogFile {
    /// Opens the log; nothing when it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        match fs_err::File::open(path) {
            Ok(file) => Ok(Some(Self::new(file)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn new(file: fs_err::File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { file, metadata })
    }

    pub(super) fn into_file(self) -> File {
        self.file.into_file()
    }

    pub(super) fn len(&self) -> u64 {
        self.metadata.len()
    }

    /// Up to `length` bytes at `offset`; fewer only where the file ends.
    pub(super) fn read_range(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match self.file.file().read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let text = format!("failed to read `{}`: {error}", self.file.path().display());
                    return Err(io::Error::new(error.kind(), text));
                }
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Everything from `offset` to where the file ended when it was opened.
    pub(super) fn read_from(&self, offset: u64) -> io::Result<Vec<u8>> {
        let length = self.len().saturating_sub(offset);
        self.read_range(offset, usize::try_from(length).unwrap_or(usize::MAX))
    }
}
