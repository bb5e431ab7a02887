//! Why there is no answer of the function, and whether it may have run.

use std::error::Error;

use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use axum::http::StatusCode;
use hyper_util::client::legacy;

use super::answer::failed;
use crate::error::{ApiError, Outcome};

/// Tells the error of an invocation that has none of the function's answers.
pub(super) fn tell(error: &SdkError<InvokeError>) -> ApiError {
    let status = error.raw_response().map(|response| response.status().as_u16());
    tracing::warn!(error = %DisplayErrorContext(error), status, "writer_unanswered");
    match (error, status) {
        (_, Some(429)) => {
            let message = "all of the function's environments are busy; try again in a moment";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "writer_busy", message).with(Outcome::Retry)
        }
        // 410 is what Lambda answers when the function's mount failed while it ran.
        (SdkError::ServiceError(error), Some(400..=409 | 411..=499)) => refused(error.err()),
        (_, Some(_)) => failed(&DisplayErrorContext(error).to_string()),
        (SdkError::ConstructionFailure(_), None) => unavailable("cannot be called", Outcome::Retry),
        (SdkError::DispatchFailure(_), None) if !was_connected(error) => {
            unavailable("cannot be reached", Outcome::Retry)
        }
        _ => unavailable("was called, and the connection was lost before it answered", Outcome::Unknown),
    }
}

/// The function did not answer in time. It may still run.
pub(super) fn too_late() -> ApiError {
    tracing::warn!("writer_too_late");
    unavailable("did not answer in time", Outcome::Unknown)
}

/// Lambda did not run the function.
fn refused(error: &InvokeError) -> ApiError {
    let (code, reason) = (error.code().unwrap_or("an error"), error.message().unwrap_or("without a reason"));
    let message = format!("Lambda refused to run the function that WRITER_FUNCTION names: {code}: {reason}");
    ApiError::new(StatusCode::BAD_GATEWAY, "writer_refused", message)
}

fn unavailable(why: &str, outcome: Outcome) -> ApiError {
    let message = match outcome {
        Outcome::Unknown => {
            format!("the function that writes the wall {why}; what was asked of it may be done, look before you retry")
        }
        _ => format!("the function that writes the wall {why}"),
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "writer_unavailable", message).with(outcome)
}

/// Whether there was a connection to Lambda, on which the command may have been sent.
fn was_connected(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    !causes.any(|cause| cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect))
}
