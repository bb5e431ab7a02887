//! The intent of the lock's holder, recorded in `writer.lock` before it writes.
//!
//! A client that is cut off from the server loses its lock when its lease ends, and its process may be killed; but its
//! kernel keeps what was to be written, and writes it when the server is reached again: over what others have written
//! there meanwhile. No lock prevents that. So whoever takes the lock next compares the intent with the log. Where the
//! intended bytes are missing they may still come, and the log is moved to a new file, where they can do no harm.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// More is never appended at once, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The next write to a file of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    /// Nothing is under way.
    #[default]
    Nothing,
    /// These bytes are appended to the file with this inode.
    Append {
        /// The log's inode.
        inode: u64,
        /// The offset of the first byte.
        from: u64,
        /// The number of bytes.
        bytes: u64,
        /// The first eight bytes of their digest.
        hash: u64,
    },
    /// A temporary file is about to be renamed over a file of the wall.
    Replace,
    /// The content of `writer.lock` was not understood.
    Unknown,
}

impl Intent {
    /// Returns the intent to append `bytes` at `from`.
    pub(crate) fn append(inode: u64, from: u64, bytes: &[u8]) -> Self {
        Self::Append { inode, from, bytes: bytes.len() as u64, hash: Digest::of(&[bytes]).short() }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// Returns true if this is the intent to write these bytes of the file with this inode, among others.
    pub(crate) fn covers(self, log_inode: u64, range: Range<u64>) -> bool {
        match self {
            Self::Append { inode, from, bytes, .. } => {
                inode == log_inode && range.start >= from && range.end <= from.saturating_add(bytes)
            }
            _ => false,
        }
    }

    /// Returns true if the intended write is complete or can no longer reach the log, which has this inode and length.
    /// `read(offset, length)` reads from the log.
    pub(crate) fn is_settled(
        self,
        (log_inode, length): (u64, u64),
        read: impl FnOnce(u64, u64) -> io::Result<Vec<u8>>,
    ) -> io::Result<bool> {
        match self {
            // A rename is undone by removing the temporary file: see `replace::remove_leftovers`.
            Self::Nothing | Self::Replace => Ok(true),
            // Bytes that go to another file do no harm.
            Self::Append { inode, .. } if inode != log_inode => Ok(true),
            Self::Append { from, bytes, .. } if from.saturating_add(bytes) > length || bytes > MAX_BYTES => Ok(false),
            Self::Append { from, bytes, hash, .. } => Ok(Digest::of(&[&read(from, bytes)?]).short() == hash),
            Self::Unknown => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Intent;

    #[test]
    fn an_append_is_settled_where_its_bytes_stand() {
        let intent = Intent::append(7, 4, b"line\n");
        let settled = |inode: u64, log: &[u8]| {
            let read = |from: u64, bytes: u64| Ok(log[from as usize..(from + bytes) as usize].to_vec());
            intent.is_settled((inode, log.len() as u64), read).unwrap()
        };
        assert!(settled(7, b"old\nline\nnew\n"));
        assert!(settled(8, b""), "it went to another file");
        assert!(!settled(7, b"old\n"));
        assert!(!settled(7, b"old\nother\n"));
    }
}
