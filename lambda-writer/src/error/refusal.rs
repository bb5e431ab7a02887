//! The HTTP status and the field of a refusal of `shared-volume`.

use std::borrow::Cow;

use aws_lambda_events::http::StatusCode;
use shared_volume::config::{ConfigError, PublishError};
use shared_volume::message::Refusal;

use super::volume::{Access, VolumeFailure};

/// Returns the HTTP status of a command that breaks a rule of the wall.
pub(super) fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::PostingClosed => StatusCode::FORBIDDEN,
        Refusal::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::BlockedWord { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::EventReused { .. } => StatusCode::CONFLICT,
        Refusal::MessageUnknown { .. } => StatusCode::NOT_FOUND,
        Refusal::Empty | Refusal::Author | Refusal::Event => StatusCode::BAD_REQUEST,
    }
}

/// Returns the field that breaks a rule of the wall.
pub(super) fn field(refusal: &Refusal) -> Option<Cow<'static, str>> {
    match refusal {
        Refusal::PostingClosed => None,
        Refusal::Empty | Refusal::TooLong { .. } => Some("text".into()),
        Refusal::BlockedWord { field, .. } => Some((*field).into()),
        Refusal::Author => Some("author".into()),
        Refusal::Event | Refusal::EventReused { .. } => Some("event".into()),
        Refusal::MessageUnknown { .. } => Some("id".into()),
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

/// Returns the field because of which a configuration was not published.
pub(super) fn publish_field(error: &PublishError) -> Option<Cow<'static, str>> {
    match error {
        PublishError::Conflict { .. } => Some("expected_generation".into()),
        PublishError::Exhausted | PublishError::UnknownGeneration(_) => Some("generation".into()),
        PublishError::Invalid(error) => Some(config_field(error)),
        PublishError::Refused(refusal) => field(refusal),
        PublishError::SourceMoved | PublishError::Write(_) => None,
    }
}

/// Returns the field of an invalid configuration. A path of [`ConfigError`] is relative to the configuration, except that
/// `configuration` is the whole of it, and `patch` and `note` are fields of the command.
fn config_field(error: &ConfigError) -> Cow<'static, str> {
    match error.path.as_str() {
        "configuration" => "config".into(),
        "patch" => "patch".into(),
        "note" => "note".into(),
        path => format!("config.{path}").into(),
    }
}
