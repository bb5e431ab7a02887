//! Calls without an answer of the function.

use std::error::Error;

use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use hyper_util::client::legacy;

use super::answer::failed;
use super::error::{CallError, Reason};

/// Logs and converts an error of the SDK.
pub(super) fn call_error(error: &SdkError<InvokeError>) -> CallError {
    let status = error.raw_response().map(|response| response.status().as_u16());
    tracing::warn!(error = %DisplayErrorContext(error), status, "writer_unanswered");
    match (error, status) {
        (_, Some(429)) => Reason::Busy.into(),
        // Lambda answers 410 if the function's mount failed while it ran.
        (SdkError::ServiceError(error), Some(400..=409 | 411..=499)) => refused(error.err()).into(),
        (_, Some(_)) => failed(&DisplayErrorContext(error).to_string()),
        (SdkError::ConstructionFailure(_), None) => Reason::NotCalled.into(),
        (SdkError::DispatchFailure(_), None) if !was_connected(error) => Reason::NotReached.into(),
        _ => Reason::Lost.into(),
    }
}

/// Logs that the function did not answer in time. It may still be running.
pub(super) fn timed_out() -> CallError {
    tracing::warn!("writer_too_late");
    Reason::TimedOut.into()
}

fn refused(error: &InvokeError) -> Reason {
    let (code, message) = (error.code().unwrap_or("an error"), error.message().unwrap_or("without a reason"));
    Reason::Refused { code: code.to_owned(), message: message.to_owned() }
}

/// Returns true if there was a connection to Lambda, on which the command may have been sent.
fn was_connected(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    !causes.any(|cause| cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect))
}
