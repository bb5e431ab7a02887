//! The identity of each entry of a source, by which a change is noticed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};

/// The time in which a file may change again without another change time: clocks of servers move in steps, and differ from ours.
const RACY: Duration = Duration::from_secs(2);

/// The identity of an entry at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    device: u64,
    inode: u64,
    pub(super) size: u64,
    modified: (i64, u64),
    changed: (i64, u64),
    pub(super) mode: u32,
    pub(super) is_directory: bool,
}

/// The entries of a source by their paths below its root, which is the empty path.
pub(crate) type Survey = BTreeMap<PathBuf, Print>;

impl Print {
    /// Returns the identity of a directory or a regular file. Anything else is described by its type.
    pub(super) fn of(stat: &Stat) -> Result<Self, &'static str> {
        let kind = FileType::from_raw_mode(stat.st_mode);
        let is_directory = kind == FileType::Directory;
        if !is_directory && kind != FileType::RegularFile {
            return Err(described(kind));
        }
        Ok(Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            // The size of a directory says nothing, and differs between two servers' answers.
            size: if is_directory { 0 } else { stat.st_size.cast_unsigned() },
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
            mode: stat.st_mode & 0o777,
            is_directory,
        })
    }

    pub(super) fn device(&self) -> u64 {
        self.device
    }

    /// Returns true if a later change would certainly show: the last one is older than a step of the server's clock.
    pub(crate) fn is_settled(&self, read_at: SystemTime) -> bool {
        let read_at = read_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let changed = Duration::from_secs(u64::try_from(self.changed.0).unwrap_or(0));
        changed + RACY < read_at
    }
}

/// Returns the type of a file, for people.
pub(super) fn described(kind: FileType) -> &'static str {
    match kind {
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "no regular file",
    }
}
