//! The ways in: the HTTP API, direct invocations, and pictures of the wall.

mod direct;
mod http;
mod top;

use std::time::Instant;

use serde_json::Value;

use crate::classifier::Classifier;
use crate::error::Failure;

/// Recognises an event and handles it.
///
/// # Errors
/// Returns a failure that may pass, so that Lambda repeats an asynchronous invocation. A client of the HTTP API receives
/// everything in the response, and every sender a refusal as a reply.
pub(crate) async fn handle(classifier: &Classifier, event: Value, ends: Instant) -> Result<Value, Failure> {
    if http::recognises(&event) {
        return Ok(http::handle(classifier, event, ends).await);
    }
    match direct::handle(classifier, event, ends).await {
        Err(failure) if !failure.is_transient() => {
            tracing::info!(error = failure.problem().name(), detail = %failure, "request_refused");
            Ok(direct::refused(&failure))
        }
        result => result,
    }
}
