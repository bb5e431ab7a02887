//! The open log, and its beginning.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use ulid::Ulid;

use super::line::HEADER_MARK;
use crate::digest::Digest;
use crate::open;
use crate::time::optional_millis;

/// A header is about 100 bytes, and an event of up to 288 bytes, each of which JSON may escape by six.
const HEADER_BYTES: usize = 4096;

/// How much of a log is read at once, in bytes.
const PIECE_BYTES: usize = 256 * 1024;

/// No wall that is written all the time gets as far in a lifetime, and a position behind it does not overflow.
const MAX_START: u64 = 1 << 60;

/// The first line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// Stands first, because a header is recognised by its beginning.
    pub(super) wall: Ulid,
    /// The position of the first line behind the header. At most [`MAX_START`].
    #[serde(deserialize_with = "start")]
    pub(super) start: u64,
    /// The edition of the cursor at `start`, if compaction has dropped what stood before it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_hex")]
    pub(super) edition: Option<u64>,
    /// The event that cleared the wall before this one, so that its retry does not clear this one as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cleared_by: Option<String>,
    /// When it did.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub(super) cleared_at: Option<Timestamp>,
}

impl Header {
    /// The header of a new wall.
    pub(super) fn of_new_wall(cleared_by: Option<String>, cleared_at: Option<Timestamp>) -> Self {
        Self { wall: Ulid::generate(), start: 0, edition: None, cleared_by, cleared_at }
    }

    /// Returns the header's line.
    pub(super) fn line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// The place where the messages of a file begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) header: Header,
    /// The length of the header's line in bytes; 0 if there is none.
    pub(super) header_bytes: u64,
}

impl Beginning {
    /// Returns the offset in the file of a position in the life of the wall, if it is still kept.
    pub(super) fn offset(&self, position: u64) -> Option<u64> {
        Some(position.checked_sub(self.header.start)? + self.header_bytes)
    }

    /// Returns the position in the life of the wall of an offset in the file.
    pub(super) fn position(&self, offset: u64) -> u64 {
        self.header.start.saturating_add(offset.saturating_sub(self.header_bytes))
    }

    /// Reads the beginning of `file`. Returns `None` if it has no whole line yet.
    ///
    /// A file that another program began has no header. Its wall is then named after its inode and first line, so that
    /// every reader gives it the same name.
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
        let digest = Digest::of(&[&file.metadata.ino().to_be_bytes(), line]);
        let wall = Ulid::from(u128::from_be_bytes(digest.0));
        let header = Header { wall, start: 0, edition: None, cleared_by: None, cleared_at: None };
        Ok(Some(Self { header, header_bytes: 0 }))
    }
}

/// The log, open for reading, and its metadata as the server had it when it was opened.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    path: PathBuf,
    pub(super) metadata: Metadata,
}

impl LogFile {
    /// Opens the log. Returns `None` if it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        open::read(path)?.map(|file| Self::new(file, path)).transpose()
    }

    pub(super) fn new(file: File, path: &Path) -> io::Result<Self> {
        let metadata = file.metadata().map_err(|error| open::failed("ask for the metadata of", path, &error))?;
        Ok(Self { file, path: path.to_owned(), metadata })
    }

    pub(super) fn into_file(self) -> File {
        self.file
    }

    pub(super) fn len(&self) -> u64 {
        self.metadata.len()
    }

    /// Returns what identifies the file: device and inode.
    pub(super) fn identity(&self) -> (u64, u64) {
        (self.metadata.dev(), self.metadata.ino())
    }

    /// Reads up to `length` bytes at `offset`; fewer only where the file ends.
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

    /// Hands the bytes from `from` to `to` to `piece`, in pieces of at most 256 KiB. Returns the offset behind the last
    /// one: the file may have become shorter.
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

fn start<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let start = u64::deserialize(deserializer)?;
    if start > MAX_START { Err(Error::custom(format!("must be at most {MAX_START}"))) } else { Ok(start) }
}

/// For a `u64` that is written as 16 hexadecimal digits: JSON numbers are exact only up to 2^53.
mod optional_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub(super) fn serialize<S: Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => serializer.collect_str(&format_args!("{number:016x}")),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| u64::from_str_radix(&text, 16).map_err(D::Error::custom)).transpose()
    }
}
