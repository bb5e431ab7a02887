//! Failures: the reasons why an event had no effect. Each has a stable name, an HTTP status, a field and an outcome.

mod problem;
mod refusal;
mod short;
mod volume;

use std::borrow::Cow;
use std::fmt::Display;
use std::io;

use aws_lambda_events::http::StatusCode;
use lambda_runtime::Diagnostic;
use shared_volume::config::PublishError;
use shared_volume::files::FileError;
use shared_volume::message::Refusal;
use shared_volume::{ChangeError, WriteError};
use wall_api::{ErrorBody, Outcome};

pub use self::problem::Problem;
pub(crate) use self::short::short;
pub use self::volume::{Access, VolumeFailure};

/// The reason why an event had no effect. After [`Outcome::Unknown`] the event may have
/// had its effect all the same.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The event is wrong.
    #[error("{message}")]
    Event {
        /// The kind of fault.
        problem: Problem,
        /// The field that is wrong, if the fault is in one field.
        field: Option<Cow<'static, str>>,
        /// The fault and its place, for people.
        message: String,
    },
    /// The command breaks a rule of the wall.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The configuration was not published.
    #[error(transparent)]
    Publish(PublishError),
    /// The file was not published.
    #[error(transparent)]
    File(FileError),
    /// The volume failed or did not answer.
    #[error(transparent)]
    Volume(#[from] VolumeFailure),
    /// The reply could not be serialized.
    #[error("the reply could not be written as JSON: {0}")]
    Reply(#[from] serde_json::Error),
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Write(error) => error.into(),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Write(error) => error.into(),
            PublishError::Refused(refusal) => Self::Refused(refusal),
            error => Self::Publish(error),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Write(error) => error.into(),
            FileError::Refused(refusal) => Self::Refused(refusal),
            error => Self::File(error),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        VolumeFailure::new(Access::Write, &error).into()
    }
}

impl Failure {
    /// Returns a failure that is about no single field.
    pub(crate) fn event(problem: Problem, message: impl Into<String>) -> Self {
        Self::Event { problem, field: None, message: message.into() }
    }

    /// Returns a failure of one field, which its message names first.
    pub(crate) fn in_field(problem: Problem, field: impl Into<Cow<'static, str>>, fault: impl Display) -> Self {
        let field = field.into();
        let message = format!("{field}: {fault}");
        Self::Event { problem, field: Some(field), message }
    }

    /// Returns true if the event has this kind of fault.
    pub(crate) fn is_of(&self, kind: Problem) -> bool {
        matches!(self, Self::Event { problem, .. } if *problem == kind)
    }

    /// Returns the failure of an access to the volume.
    pub(crate) fn volume(access: Access, error: io::Error) -> Self {
        VolumeFailure::new(access, &error.into()).into()
    }

    /// Returns the stable name, such as `posting_closed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Event { problem, .. } => problem.name(),
            Self::Refused(refusal) => refusal.name(),
            Self::Publish(error) => error.name(),
            Self::File(error) => error.name(),
            Self::Volume(failure) => failure.problem.name(),
            Self::Reply(_) => "reply_failed",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Event { problem, .. } => problem.status(),
            Self::Refused(refusal) => refusal::status(refusal),
            Self::Publish(error) => refusal::publish_status(error),
            Self::File(error) => refusal::file_status(error),
            Self::Volume(failure) => failure.status(),
            Self::Reply(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the field that is wrong, or `None` if the failure is about no single field.
    #[must_use]
    pub fn field(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Event { field, .. } => field.clone(),
            Self::Refused(refusal) => refusal.field(),
            Self::Publish(error) => error.field(),
            Self::File(error) => error.field(),
            Self::Volume(_) | Self::Reply(_) => None,
        }
    }

    /// Returns the outcome: [`Outcome::Unknown`] if the event may have had its effect all the same.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Volume(failure) => failure.outcome(),
            Self::Event { problem, .. } if problem.is_transient() => Outcome::Retry,
            Self::Event { .. } | Self::Refused(_) | Self::Publish(_) | Self::File(_) | Self::Reply(_) => {
                Outcome::Refused
            }
        }
    }

    /// Returns true if the volume or a source failed. Such a failure becomes a function error, so that Lambda repeats an
    /// asynchronous invocation.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Volume(_) => true,
            Self::Event { problem, .. } => problem.is_transient(),
            Self::Refused(_) | Self::Publish(_) | Self::File(_) | Self::Reply(_) => false,
        }
    }

    /// Returns the fault and its place, for people. What the sender chose is not repeated at full length.
    pub(crate) fn text(&self) -> String {
        short(&self.to_string()).into_owned()
    }

    /// Returns the body of an HTTP response.
    pub(crate) fn body(&self) -> ErrorBody {
        let field = self.field().map(|field| Cow::Owned(short(&field).into_owned()));
        ErrorBody { error: self.name().into(), message: self.text(), field, status: None }
    }
}

/// A function error. Its `errorType` is the stable name, which alarms and retry rules match.
impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.name().to_owned(), error_message: failure.text() }
    }
}
