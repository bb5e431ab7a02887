//! An invocation and its outcome.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use serde_json::json;
use uuid::Uuid;
use wall_api::FunctionError;

/// An invocation, as an environment receives it.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    /// The id of this attempt. All attempts of an asynchronous invocation have the same request id.
    pub(crate) invocation_id: String,
    /// The time at which the invocation times out, in milliseconds since 1970.
    pub(crate) deadline_ms: u128,
    pub(crate) payload: Bytes,
}

/// The outcome of an invocation that reached an environment.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The answer of the function.
    Answered(Bytes),
    /// The reason why there is no answer, and the error object for the caller.
    Failed(Failure, Bytes),
}

/// The reason why an invocation has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The function reported an error.
    Reported,
    /// The process of the environment ended.
    Exited,
    /// The invocation took longer than the timeout.
    TimedOut,
    /// The answer was longer than Lambda allows.
    AnswerTooLong,
}

/// The error of an invocation for which no environment was free in time.
#[derive(Debug)]
pub(crate) struct Throttled;

impl Invocation {
    /// Returns an invocation that begins now.
    pub(super) fn new(request_id: String, payload: Bytes, timeout: Duration) -> Self {
        let deadline = SystemTime::now() + timeout;
        Self {
            request_id,
            invocation_id: Uuid::new_v4().to_string(),
            deadline_ms: deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
            payload,
        }
    }
}

impl Outcome {
    /// Returns a failure with the error object that Lambda makes of it.
    pub(crate) fn failed(failure: Failure, error_type: &str, message: impl Into<String>) -> Self {
        let error = FunctionError { error_type: error_type.to_owned(), error_message: message.into() };
        Self::Failed(failure, json!(error).to_string().into())
    }

    pub(super) fn exited(request_id: &str) -> Self {
        let message = format!("RequestId: {request_id} Error: Runtime exited without providing a reason");
        Self::failed(Failure::Exited, "Runtime.ExitError", message)
    }

    pub(super) fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        let message = format!("{now} {request_id} Task timed out after {:.2} seconds", timeout.as_secs_f64());
        Self::failed(Failure::TimedOut, "Sandbox.Timedout", message)
    }
}
