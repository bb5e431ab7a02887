//! The intent of the lock's holder, recorded in `writer.lock` before it writes.
//!
//! A client that is cut off from the server loses its lock when its lease ends, and its process may be killed. Its kernel
//! still keeps the unwritten bytes, and writes them when the server is reachable again: over bytes that others have
//! written there in the meantime. No lock prevents this. The next holder of the lock therefore compares the intent with
//! the log. If the intended bytes are missing, they may still arrive, and the log is moved to a new file first.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The largest append that is compared with the log, in bytes. No append is larger.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The next write to a file of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    /// No write has begun.
    #[default]
    Nothing,
    /// Bytes are appended to the file with this inode.
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
    /// A temporary file is renamed over a file of the wall.
    Replace,
    /// The content of `writer.lock` could not be parsed.
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

    /// Returns true if this is an append that includes this range of the file with this inode.
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
            // Removing the temporary file prevents a late rename: see `replace::remove_leftovers`.
            Self::Nothing | Self::Replace => Ok(true),
            // Bytes that arrive in another file do not affect this log.
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
