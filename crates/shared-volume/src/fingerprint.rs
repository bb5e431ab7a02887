//! The attributes of a file that identify it and its content.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

/// Device, inode, length, and both times at full resolution. Two equal fingerprints mean the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Device and inode.
    pub(crate) identity: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Fingerprint {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            identity: identity(metadata),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Returns true if both are the same file with the same content, perhaps renamed.
    ///
    /// The inode alone is not enough: a server may give the inode of a deleted file to a new one. The change time is
    /// ignored because renaming a file changes it.
    pub(crate) fn is_same_content(&self, other: &Self) -> bool {
        Self { changed: other.changed, ..*self } == *other
    }
}

/// Returns device and inode, which identify a file under any name.
pub(crate) fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Returns the fingerprint of an open file.
pub(crate) fn of_file(file: &File) -> io::Result<Fingerprint> {
    file.metadata().map(|metadata| Fingerprint::of(&metadata))
}
