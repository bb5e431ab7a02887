//! What can go wrong with a write, by names that stay the same.

use std::io;
use std::time::Duration;

/// A write that did not happen: nothing of it is on the wall.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Other writers held the lock until the deadline.
    #[error("other writers held the wall's lock for {} ms; try again", waited.as_millis())]
    Busy {
        /// How long was waited.
        waited: Duration,
    },
    /// The volume failed. The message names the operation and the path.
    #[error(transparent)]
    Volume(#[from] io::Error),
}

impl WriteError {
    /// The stable name: `wall_busy`, `volume_full`, `volume_read_only`, `volume_forbidden`, `volume_stale` or
    /// `volume_error`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "wall_busy",
            Self::Volume(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "volume_full",
                io::ErrorKind::ReadOnlyFilesystem => "volume_read_only",
                io::ErrorKind::PermissionDenied => "volume_forbidden",
                io::ErrorKind::StaleNetworkFileHandle => "volume_stale",
                _ => "volume_error",
            },
        }
    }
}
