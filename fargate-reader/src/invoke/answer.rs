//! The answers of the function.

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wall_api::{ErrorBody, FunctionError, VolumeProblem};

use super::error::{CallError, Reason};

/// Parses the answer of the function.
///
/// # Errors
/// Returns the error in the answer, or an error if the answer is not that of a writer.
pub(super) fn parse<T: DeserializeOwned>(output: &InvokeOutput) -> Result<T, CallError> {
    let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
    if let Some(kind) = output.function_error() {
        return Err(function_error(kind, payload));
    }
    let answer: Value = from_json(serde_json::from_slice(payload))?;
    if answer.get("error").is_none() {
        return from_json(serde_json::from_value(answer));
    }
    let body: ErrorBody = from_json(serde_json::from_value(answer))?;
    match body.status.filter(|status| (400..=599).contains(status)) {
        Some(status) => Err(Reason::Answered { status, body }.into()),
        None => Err(no_writer("an error without a status")),
    }
}

/// Returns the error of an invocation that ended with a function error. A writer ends so only because of the volume, so
/// that Lambda repeats asynchronous invocations.
fn function_error(kind: &str, payload: &[u8]) -> CallError {
    let error = serde_json::from_slice::<FunctionError>(payload).ok();
    let problem = error.as_ref().and_then(|error| VolumeProblem::of_name(&error.error_type));
    match (problem, error) {
        (Some(problem), Some(error)) => Reason::Volume { problem, message: error.error_message }.into(),
        _ => failed(&format!("{kind}: {}", String::from_utf8_lossy(payload))),
    }
}

fn from_json<T>(parsed: serde_json::Result<T>) -> Result<T, CallError> {
    parsed.map_err(|error| no_writer(&error.to_string()))
}

/// Logs that the function failed. It may have written before.
pub(super) fn failed(reason: &str) -> CallError {
    tracing::error!(reason, "writer_failed");
    Reason::Failed.into()
}

/// Logs that the answer of the function is not that of a writer.
pub(super) fn no_writer(reason: &str) -> CallError {
    tracing::error!(reason, "writer_nonsense");
    Reason::NoWriter.into()
}
