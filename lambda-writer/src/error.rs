//! What is answered when an event did not have its effect, by names that stay the same.

mod problem;

use std::io;
use std::time::Duration;

use aws_lambda_events::http::StatusCode;
use lambda_runtime::Diagnostic;
use serde::Serialize;
use shared_volume::config::PublishError;
use shared_volume::message::Refusal;
use shared_volume::{ChangeError, WriteError};

pub use self::problem::Problem;

/// What a client should know when a write was not seen to end.
const UNKNOWN_OUTCOME: &str = "; it is not known whether this was written: look before you send it again, or send it \
                               with the same event id (over HTTP the same Idempotency-Key)";

/// Why an event did not have its effect. The wall and its configuration are unchanged, as far as that is known: see
/// [`Failure::outcome_unknown`].
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The event itself is wrong.
    #[error("{message}")]
    Input {
        /// The kind of fault, which has a stable name.
        problem: Problem,
        /// What is wrong, and where.
        message: String,
    },
    /// The message breaks a rule of the wall.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The configuration was not published.
    #[error(transparent)]
    Publish(PublishError),
    /// The volume could not be written.
    #[error("{0}{outcome}", outcome = if may_be_written(.0) { UNKNOWN_OUTCOME } else { "" })]
    Write(#[from] WriteError),
    /// The volume could not be read.
    #[error(transparent)]
    Read(WriteError),
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
        Self::Read(error.into())
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Write(error) => Self::Write(error),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Write(error) => Self::Write(error),
            PublishError::Refused(refusal) => Self::Refused(refusal),
            error => Self::Publish(error),
        }
    }
}

impl Failure {
    pub(crate) fn input(problem: Problem, message: impl Into<String>) -> Self {
        Self::Input { problem, message: message.into() }
    }

    /// The stable name, such as `posting_closed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { problem, .. } => problem.name(),
            Self::Refused(refusal) => refusal.name(),
            Self::Publish(error) => error.name(),
            Self::Write(error) | Self::Read(error) => error.name(),
            Self::Silent { .. } => "volume_silent",
            Self::Reply(_) => "reply_failed",
        }
    }

    /// What HTTP calls it. No kind of failure has its status by default: a new one has to be given its own here.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Input { problem, .. } => problem.status(),
            Self::Refused(refusal) => refusal_status(refusal),
            Self::Publish(error) => publish_status(error),
            Self::Write(error) | Self::Read(error) => volume_status(error),
            Self::Silent { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Reply(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the same event may succeed when it comes again.
    #[must_use]
    pub fn retry_may_help(&self) -> bool {
        match self {
            Self::Write(_) | Self::Read(_) | Self::Silent { .. } => true,
            Self::Input { .. } | Self::Refused(_) | Self::Publish(_) | Self::Reply(_) => false,
        }
    }

    /// Whether nobody knows if it had its effect. Whoever then just sends it again may double it.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Write(error) => may_be_written(error),
            Self::Silent { writes, .. } => *writes,
            Self::Input { .. } | Self::Refused(_) | Self::Publish(_) | Self::Read(_) | Self::Reply(_) => false,
        }
    }

    pub(crate) fn body(&self) -> ErrorBody {
        ErrorBody { error: self.name(), message: self.to_string(), status: None }
    }
}

fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::PostingClosed => StatusCode::FORBIDDEN,
        Refusal::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::BlockedWord { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::EventReused { .. } => StatusCode::CONFLICT,
        Refusal::MessageUnknown { .. } => StatusCode::NOT_FOUND,
        Refusal::Empty | Refusal::Author | Refusal::Event => StatusCode::BAD_REQUEST,
    }
}

fn publish_status(error: &PublishError) -> StatusCode {
    match error {
        PublishError::Conflict { .. } | PublishError::Exhausted => StatusCode::CONFLICT,
        PublishError::Refused(refusal) => refusal_status(refusal),
        PublishError::Invalid(_) => StatusCode::BAD_REQUEST,
        PublishError::UnknownGeneration(_) => StatusCode::NOT_FOUND,
        PublishError::Write(error) => volume_status(error),
    }
}

fn volume_status(error: &WriteError) -> StatusCode {
    match error {
        WriteError::Volume(_) if error.name() == "volume_full" => StatusCode::INSUFFICIENT_STORAGE,
        WriteError::Busy { .. } | WriteError::Volume(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Whether a write that failed so may be on the volume all the same. A full or read-only volume took nothing.
fn may_be_written(error: &WriteError) -> bool {
    match error {
        WriteError::Busy { .. } => false,
        WriteError::Volume(_) => matches!(error.name(), "volume_error" | "volume_stale"),
    }
}

/// A function error, of a type that alarms, retry rules and callers can name.
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
