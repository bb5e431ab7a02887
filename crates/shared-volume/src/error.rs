//! Errors of a write, with stable names.

use std::io;
use std::time::Duration;

use crate::message::Refusal;
use crate::open::ForeignFile;
use crate::volume::MissingVolume;

/// A write that was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Other writers held the lock until the deadline. Nothing was written.
    #[error("other writers held the wall's lock for {} ms; try again", waited.as_millis())]
    Busy {
        /// The time spent waiting.
        waited: Duration,
    },
    /// The volume failed. The message names the operation and the path.
    #[error(transparent)]
    Volume(#[from] io::Error),
}

impl WriteError {
    /// Returns the stable name: `wall_busy`, `volume_missing`, `volume_full`, `volume_read_only`, `volume_forbidden`,
    /// `volume_stale`, `volume_foreign` or `volume_error`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "wall_busy",
            Self::Volume(error) if MissingVolume::is_cause_of(error) => "volume_missing",
            Self::Volume(error) if ForeignFile::of(error).is_some() => "volume_foreign",
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

/// Makes an error of one that came after the change had reached the volume. Its name must not say that nothing was
/// written, as `volume_full` does, and nobody may try the change again without looking.
pub(crate) fn after_the_change(error: io::Error) -> io::Error {
    io::Error::other(error)
}

/// A change of the wall that was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The command breaks a rule. Nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The volume could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<io::Error> for ChangeError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}
