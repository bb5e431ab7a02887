//! The reasons why a picture is not stored or read.

use std::io;

use super::prepare::Fault;

/// The reason why a picture is not stored or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// The upload is no picture that can be shown.
    #[error("{0}")]
    Invalid(#[from] Fault),
    /// Too many uploads are worked on.
    #[error("too many pictures are being uploaded at once; try again in a moment")]
    Busy,
    /// The uploads directory is full.
    #[error("there is no room for more pictures: {0}")]
    Full(io::Error),
    /// The uploads directory cannot be used.
    #[error("pictures cannot be stored or read now: {0}")]
    Unavailable(io::Error),
    /// The uploads directory does not answer.
    #[error("pictures cannot be stored or read now: the directory does not answer")]
    Silent,
}

impl From<io::Error> for PictureError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(error),
            _ => Self::Unavailable(error),
        }
    }
}
