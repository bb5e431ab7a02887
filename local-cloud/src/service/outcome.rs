//! What became of an invocation.

use axum::body::Bytes;
use serde_json::json;

/// What became of an invocation that reached an environment.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The function's answer.
    Answered(Bytes),
    /// Why there is none, and the error object that says so.
    Failed(Failure, Bytes),
}

/// Why an invocation has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The function said so itself.
    Reported,
    /// Its process ended.
    Exited,
    /// It took too long.
    TimedOut,
    /// Its answer was longer than Lambda passes on.
    AnswerTooLong,
}

/// No environment was free in time.
#[derive(Debug)]
pub(super) struct Throttled;

impl Outcome {
    pub(super) fn failed(failure: Failure, error_type: &str, message: &str) -> Self {
        let body = json!({ "errorType": error_type, "errorMessage": message });
        Self::Failed(failure, body.to_string().into())
    }
}
