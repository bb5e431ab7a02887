//! The HTTP status of a refusal of `shared-volume`.

use aws_lambda_events::http::StatusCode;
use shared_volume::config::PublishError;
use shared_volume::files::FileError;
use shared_volume::message::Refusal;

use super::volume::{Access, VolumeFailure};

/// Returns the HTTP status of a command that breaks a rule of the wall.
pub(super) fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::PostingClosed => StatusCode::FORBIDDEN,
        Refusal::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::BlockedWord { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::EventReused { .. } | Refusal::NoRoom { .. } => StatusCode::CONFLICT,
        Refusal::MessageUnknown { .. } | Refusal::NoPicture { .. } | Refusal::NothingToRestore { .. } => {
            StatusCode::NOT_FOUND
        }
        Refusal::Empty | Refusal::Author | Refusal::Event | Refusal::Label(_) => StatusCode::BAD_REQUEST,
    }
}

/// Returns the HTTP status of a configuration that was not published.
pub(super) fn publish_status(error: &PublishError) -> StatusCode {
    match error {
        PublishError::Conflict { .. } | PublishError::Exhausted | PublishError::SourceMoved => StatusCode::CONFLICT,
        PublishError::Invalid(_) => StatusCode::BAD_REQUEST,
        PublishError::UnknownGeneration(_) => StatusCode::NOT_FOUND,
        PublishError::Refused(refusal) => status(refusal),
        PublishError::Write(error) => VolumeFailure::new(Access::Write, error).status(),
    }
}

/// Returns the HTTP status of a file that was not published.
pub(super) fn file_status(error: &FileError) -> StatusCode {
    match error {
        FileError::Conflict { .. } | FileError::Exhausted | FileError::SourceMoved | FileError::Schema(_) => {
            StatusCode::CONFLICT
        }
        FileError::Content(_) => StatusCode::UNPROCESSABLE_ENTITY,
        FileError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        FileError::Note => StatusCode::BAD_REQUEST,
        FileError::TooMany => StatusCode::INSUFFICIENT_STORAGE,
        FileError::UnknownGeneration(_) => StatusCode::NOT_FOUND,
        FileError::Refused(refusal) => status(refusal),
        FileError::Write(error) => VolumeFailure::new(Access::Write, error).status(),
    }
}
