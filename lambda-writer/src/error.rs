//! What is answered when an event did not have its effect, by names that stay the same.

use std::io;
use std::time::Duration;

use aws_lambda_events::http::StatusCode;
use lambda_runtime::Diagnostic;
use serde::Serialize;
use shared_volume::WriteError;
use shared_volume::config::PublishError;
use shared_volume::message::Refusal;

/// What a client should know when a write was not seen to end.
const UNKNOWN_OUTCOME: &str =
    "; it is not known whether this was written: look before you send it again, or send it with the same event id";

/// Why an event did not have its effect. The wall and its configuration are unchanged, as far as that is known: see
/// [`Failure::Silent`].
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The event itself is wrong.
    #[error("{message}")]
    Input {
        /// The stable name, such as `limit_invalid`.
        name: &'static str,
        /// What is wrong, and where.
        message: String,
    },
    /// The message breaks a rule of the wall.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The configuration was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The volume could not be read or written.
    #[error(transparent)]
    Volume(#[from] WriteError),
    /// The volume did not answer in time. What was asked of it may have happened, or may still happen until this process
    /// has ended.
    #[error(
        "the volume has not answered for {} ms{}",
        waited.as_millis(),
        if *writes { UNKNOWN_OUTCOME } else { "; try again" }
    )]
    Silent {
        /// How long was waited.
        waited: Duration,
        /// Whether something was to be written.
        writes: bool,
    },
    /// The answer could not be written as JSON.
    #[error("the reply could not be written as JSON: {0}")]
    Reply(#[from] serde_json::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Volume(error.into())
    }
}

impl Failure {
    pub(crate) fn input(name: &'static str, message: impl Into<String>) -> Self {
        Self::Input { name, message: message.into() }
    }

    /// The stable name, such as `posting_closed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { name, .. } => name,
            Self::Refused(refusal) => refusal.name(),
            Self::Publish(error) => error.name(),
            Self::Volume(error) => error.name(),
            Self::Silent { .. } => "volume_silent",
            Self::Reply(_) => "reply_failed",
        }
    }

    /// What HTTP calls it. This is the one table from names to statuses.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.name() {
            "posting_closed" => StatusCode::FORBIDDEN,
            "wall_unknown" | "generation_unknown" => StatusCode::NOT_FOUND,
            "method_unsupported" => StatusCode::METHOD_NOT_ALLOWED,
            "generation_conflict" => StatusCode::CONFLICT,
            "message_too_long" => StatusCode::PAYLOAD_TOO_LARGE,
            "content_type_unsupported" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "message_blocked" => StatusCode::UNPROCESSABLE_ENTITY,
            "reply_failed" => StatusCode::INTERNAL_SERVER_ERROR,
            "volume_full" => StatusCode::INSUFFICIENT_STORAGE,
            "wall_busy" | "volume_read_only" | "volume_forbidden" | "volume_stale" | "volume_silent"
            | "volume_error" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether the same event may succeed when it comes again.
    #[must_use]
    pub fn retry_may_help(&self) -> bool {
        matches!(self, Self::Volume(_) | Self::Silent { .. } | Self::Publish(PublishError::Write(_)))
    }

    pub(crate) fn body(&self) -> ErrorBody {
        ErrorBody { error: self.name(), message: self.to_string(), status: None }
    }
}

/// A function error, of a type that alarms and retry rules can name.
impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.name().to_owned(), error_message: failure.to_string() }
    }
}

/// An error as clients see it.
#[derive(Debug, Serialize)]
pub struct ErrorBody {
    /// The stable name.
    pub error: &'static str,
    /// What is wrong, and where.
    pub message: String,
    /// The HTTP analogue, where there is no HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}
