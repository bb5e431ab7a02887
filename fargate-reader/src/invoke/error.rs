//! Errors of calls of the function.

use std::borrow::Cow;

use wall_api::{ErrorBody, Outcome, VolumeProblem};

/// An error of a call, with the outcome of the command.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct CallError {
    reason: Reason,
    outcome: Outcome,
}

/// The reason why a call failed. Name, HTTP status and outcome are properties of the reason.
#[derive(Debug, thiserror::Error)]
pub(super) enum Reason {
    /// The function answered with an error.
    #[error("{}", body.message)]
    Answered {
        /// The HTTP status that the error has.
        status: u16,
        body: ErrorBody,
    },
    /// The function ended with a problem of the volume.
    #[error("{message}")]
    Volume { problem: VolumeProblem, message: String },
    /// The function failed, and may have written before.
    #[error(
        "the function that writes the wall failed; what was asked of it may or may not be done, look before you retry"
    )]
    Failed,
    /// The answer is not that of a writer of this release.
    #[error("the function that WRITER_FUNCTION names answered what no writer of a wall answers")]
    NoWriter,
    /// Lambda did not run the function, because too many of its environments are running.
    #[error("all of the function's environments are busy; try again in a moment")]
    Busy,
    /// Lambda did not run the function: it is missing, or the reader may not call it.
    #[error("Lambda refused to run the function that WRITER_FUNCTION names: {code}: {message}")]
    Refused { code: String, message: String },
    /// The request could not be built, because region or credentials are missing.
    #[error("the function that writes the wall cannot be called")]
    NotCalled,
    /// There was no connection to Lambda.
    #[error("the function that writes the wall cannot be reached")]
    NotReached,
    /// The connection to Lambda broke.
    #[error(
        "the function that writes the wall was called, and the connection was lost before it answered; what was asked \
         of it may be done, look before you retry"
    )]
    Lost,
    /// The call took too long. The function may still be running.
    #[error(
        "the function that writes the wall did not answer in time; what was asked of it may be done, look before you \
         retry"
    )]
    TimedOut,
}

impl CallError {
    /// Returns the error with another outcome.
    pub(super) fn with(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Returns the outcome of the command.
    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns the HTTP status for the client that sent the command.
    pub(crate) fn status(&self) -> u16 {
        match &self.reason {
            Reason::Answered { status, .. } => *status,
            Reason::Volume { problem, .. } => problem.status(),
            Reason::NoWriter | Reason::Refused { .. } => 502,
            Reason::Failed
            | Reason::Busy
            | Reason::NotCalled
            | Reason::NotReached
            | Reason::Lost
            | Reason::TimedOut => 503,
        }
    }

    /// Returns the error for the client that sent the command.
    pub(crate) fn body(self) -> ErrorBody {
        let (error, message) = (self.reason.name(), self.to_string());
        let field = if let Reason::Answered { body, .. } = self.reason { body.field } else { None };
        ErrorBody { error, message, field, status: None }
    }
}

impl From<Reason> for CallError {
    fn from(reason: Reason) -> Self {
        let outcome = reason.outcome();
        Self { reason, outcome }
    }
}

impl Reason {
    /// Returns the stable name.
    fn name(&self) -> Cow<'static, str> {
        let name = match self {
            Self::Answered { body, .. } => return body.error.clone(),
            Self::Volume { problem, .. } => problem.name(),
            Self::Failed => "writer_failed",
            Self::NoWriter => "writer_nonsense",
            Self::Busy => "writer_busy",
            Self::Refused { .. } => "writer_refused",
            Self::NotCalled | Self::NotReached | Self::Lost | Self::TimedOut => "writer_unavailable",
        };
        name.into()
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Answered { status, body } => match VolumeProblem::of_name(&body.error) {
                Some(problem) => problem.outcome(),
                None if *status >= 500 => Outcome::Unknown,
                None => Outcome::Refused,
            },
            Self::Volume { problem, .. } => problem.outcome(),
            Self::Refused { .. } => Outcome::Refused,
            Self::Busy | Self::NotCalled | Self::NotReached => Outcome::Retry,
            Self::Failed | Self::NoWriter | Self::Lost | Self::TimedOut => Outcome::Unknown,
        }
    }
}
