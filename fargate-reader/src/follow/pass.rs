//! The passes over the volume.

use jiff::Timestamp;
use shared_volume::time;

/// A pass over the volume. Only the first one finds data that is older than this reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Nothing was read before: the data was there when the reader started.
    First,
    /// New data came while the reader was running.
    Later,
}

impl Pass {
    /// Returns the time at which this reader sees what the pass finds, or `None` if it was there before.
    pub(super) fn seen(self) -> Option<Timestamp> {
        match self {
            Self::First => None,
            Self::Later => Some(time::now()),
        }
    }
}
