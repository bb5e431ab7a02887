//! The HTTP status of a refusal of `shared-volume`.

use aws_lambda_events::http::StatusCode;
use shared_volume::config::PublishError;
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
