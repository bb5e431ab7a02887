//! A place in the life of a wall.

use std::fmt;
use std::str::FromStr;

use ulid::Ulid;

/// A place in the life of a wall, and the edition of what stands before it.
///
/// Written `<ULID>-<position>-<edition>`, the edition as 16 hexadecimal digits; it is the `id` of a server-sent event. Two
/// cursors are equal only if the same bytes stand before them: the edition is a chain of digests over every entry up to
/// the position, and survives compaction. So a cursor of a log that was rewritten, or deleted and begun anew, equals none
/// of the new one, whatever inode, length and first line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The wall. Clearing a wall begins another one.
    pub wall: Ulid,
    /// The offset behind the last entry, in bytes. It goes on through compactions.
    pub position: u64,
    /// The digest of everything before the position.
    pub edition: u64,
}

impl Cursor {
    /// The cursor of a log that is missing.
    pub const NO_WALL: Self = Self { wall: Ulid::nil(), position: 0, edition: 0 };
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

/// Text that is not a cursor.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a cursor: expected <wall>-<position>-<edition>, as an earlier answer gave it")]
pub struct InvalidCursor(String);
