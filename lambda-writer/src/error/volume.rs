//! Failures of the volume.

use std::time::Duration;

use aws_lambda_events::http::StatusCode;
use shared_volume::WriteError;
use wall_api::{Outcome, VolumeProblem};

/// The end of the message if nobody knows whether something was written.
const UNKNOWN_OUTCOME: &str = "; it is not known whether this was written: look before you send it again, or send it \
                               with the same event id (over HTTP the same Idempotency-Key)";

/// The kind of access to the volume that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A read, which can be repeated without harm.
    Read,
    /// A write.
    Write,
}

impl Access {
    /// Returns the outcome of a command that failed with `problem`.
    fn outcome(self, problem: VolumeProblem) -> Outcome {
        match (self, problem.outcome()) {
            (Self::Read, Outcome::Unknown) => Outcome::Retry,
            (_, outcome) => outcome,
        }
    }
}

/// A failure of the volume.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct VolumeFailure {
    /// The kind of failure.
    pub problem: VolumeProblem,
    access: Access,
    message: String,
}

impl VolumeFailure {
    /// Returns the failure of an access that ended with `error`.
    pub(crate) fn new(access: Access, error: &WriteError) -> Self {
        let problem = problem(error);
        let hint = if access.outcome(problem) == Outcome::Unknown { UNKNOWN_OUTCOME } else { "" };
        Self { problem, access, message: format!("{error}{hint}") }
    }

    /// Returns the failure of an access that has not ended after `waited`. The access may still succeed until this process
    /// ends.
    pub(crate) fn silent(access: Access, waited: Duration) -> Self {
        let hint = match access {
            Access::Read => "; try again",
            Access::Write => UNKNOWN_OUTCOME,
        };
        let message = format!("the volume has not answered for {} ms{hint}", waited.as_millis());
        Self { problem: VolumeProblem::Silent, access, message }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Returns the outcome of the command.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.access.outcome(self.problem)
    }
}

/// Returns the problem that has the stable name of `error`. This is the only place that maps one to the other.
fn problem(error: &WriteError) -> VolumeProblem {
    VolumeProblem::of_name(error.name()).unwrap_or(VolumeProblem::Error)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn every_error_of_a_write_is_a_problem_of_the_same_name() {
        let kinds = [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::PermissionDenied,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::Other,
        ];
        let volume = kinds.into_iter().map(|kind| WriteError::Volume(Error::from(kind)));
        for error in volume.chain([WriteError::Busy { waited: Duration::ZERO }]) {
            assert_eq!(problem(&error).name(), error.name());
        }
    }

    #[test]
    fn a_read_never_has_an_unknown_outcome() {
        for problem in VolumeProblem::ALL {
            assert_ne!(Access::Read.outcome(problem), Outcome::Unknown, "{problem:?}");
            assert_eq!(Access::Write.outcome(problem), problem.outcome());
        }
    }
}
