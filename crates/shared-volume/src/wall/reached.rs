//! The effect of a lock cycle, as tasks can see it.

use crate::cursor::Cursor;

/// The state of a wall after a lock cycle. A reader that has read as much shows the effect of the cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The cursor after the last entry of the log.
    pub cursor: Cursor,
    /// The generation in force, if the cycle has published a configuration.
    pub generation: Option<u64>,
    /// True if a file was published, now or by an earlier attempt.
    pub file: bool,
    /// True if the cycle may have changed more than files.
    pub wall: bool,
}
