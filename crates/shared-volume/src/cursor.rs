//! A place in the life of a wall.

use std::fmt;
use std::str::FromStr;

use ulid::Ulid;

use crate::digest::Digest;

/// A place in the life of a wall, together with a digest of everything before it.
///
/// Its text form is `<ULID>-<position>-<edition>`, with the edition as 16 hexadecimal digits. It is the `id` of a
/// server-sent event.
///
/// Two cursors are equal only if the same bytes stand before them: the edition is a chain of digests over every entry up
/// to the position, and compaction keeps it. A cursor of a log that was rewritten, or deleted and started again, equals no
/// cursor of the new log, even if inode, length and first line are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The wall. Clearing a wall begins a new one.
    pub wall: Ulid,
    /// The offset after the last entry, in bytes. It keeps growing across compactions.
    pub position: u64,
    /// The digest of everything before the position.
    pub edition: u64,
}

impl Cursor {
    /// The cursor of a missing log.
    pub const NO_WALL: Self = Self { wall: Ulid::nil(), position: 0, edition: 0 };

    /// Returns the cursor at a position before which nothing was read.
    pub(crate) fn without_history(wall: Ulid, position: u64) -> Self {
        let edition = Digest::of(&[&wall.to_bytes(), &position.to_be_bytes()]).short();
        Self { wall, position, edition }
    }

    /// Returns the cursor after the next entry. `digest` covers everything between the two cursors.
    pub(crate) fn advanced(self, position: u64, digest: u64) -> Self {
        let edition = Digest::of(&[&self.edition.to_be_bytes(), &digest.to_be_bytes()]).short();
        Self { position, edition, ..self }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:016x}", self.wall, self.position, self.edition)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = text.splitn(3, '-');
            let (wall, position, edition) = (parts.next()?, parts.next()?, parts.next()?);
            let canonical = edition.len() == 16 && !position.starts_with('+') && !edition.starts_with('+');
            let edition = u64::from_str_radix(edition, 16).ok().filter(|_| canonical)?;
            Some(Self { wall: wall.parse().ok()?, position: position.parse().ok()?, edition })
        };
        parse().ok_or_else(|| InvalidCursor(text.chars().take(100).collect()))
    }
}

/// The error of parsing text that is not a cursor.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a cursor: expected <wall>-<position>-<edition>, as an earlier answer gave it")]
pub struct InvalidCursor(String);
