//! A place in the life of a wall.

use std::fmt;
use std::str::FromStr;

use ulid::Ulid;

/// Which wall, and a byte offset in its life. Written `<ULID>-<position>`; it is the `id` of a server-sent event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which wall. A wall that was cleared is another one.
    pub wall: Ulid,
    /// The offset of the first byte that was not seen yet.
    pub position: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.wall, self.position)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (wall, position) = text.split_once('-')?;
            Some(Self { wall: wall.parse().ok()?, position: position.parse().ok()? })
        };
        parse().ok_or_else(|| InvalidCursor(text.to_owned()))
    }
}

/// Text that is no cursor.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a cursor: expected <wall>-<position>, as an earlier answer gave it")]
pub struct InvalidCursor(String);
