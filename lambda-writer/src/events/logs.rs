//! The log lines of events that had no effect.

use serde_json::Value;
use wall_api::{PostResult, PostedMany};

use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Logs a failure that the sender receives in the reply: at level ERROR if the volume or a source failed, else at level
/// INFO.
pub(super) fn failed(event_kind: &'static str, failure: &Failure) {
    let (error, detail) = (failure.name(), failure.text());
    if failure.is_transient() {
        tracing::error!(event_kind, error, detail, "request_failed");
    } else {
        tracing::info!(event_kind, error, detail, "request_refused");
    }
}

/// Logs the refusal of a command whose sender may not read the reply. `stored` is the file in `rejected/`.
pub(super) fn refused(failure: &Failure, stored: &Result<String, Failure>) {
    let (error, detail) = (failure.name(), failure.text());
    match stored {
        Ok(file) => tracing::info!(event_kind = "direct", error, detail, file, "request_refused"),
        Err(not_stored) => tracing::info!(event_kind = "direct", error, detail, %not_stored, "request_refused"),
    }
}

/// Logs the refusal of an event that nobody repeats and whose sender reads no answer. `stored` is the file in `rejected/`.
/// An alarm counts these lines, so message and fields are part of `contract.json`.
pub(crate) fn refused_for_good(failure: &Failure, stored: &Result<String, Failure>) {
    let (error, detail) = (failure.name(), failure.text());
    match stored {
        Ok(file) => tracing::error!(error, detail, file, "event refused for good"),
        Err(not_stored) => tracing::error!(error, detail, %not_stored, "event refused for good"),
    }
}

/// Stores and logs an event that was refused, and makes a reply of the refusal.
///
/// # Errors
/// Returns a failure of the volume or of a source. The runtime logs it, and the event is repeated.
pub(super) async fn or_refused_for_good(
    event: Value,
    result: Result<Reply, Failure>,
    invocation: &Invocation<'_>,
) -> Result<Reply, Failure> {
    match result {
        Err(failure) if !failure.is_transient() => {
            refused_for_good(&failure, &invocation.reject(event, &failure).await);
            Ok(Reply::refused(&failure))
        }
        Ok(reply) => {
            if let Some(failure) = refused_part(&reply) {
                refused_for_good(&failure, &invocation.reject(event, &failure).await);
            }
            Ok(reply)
        }
        Err(failure) => Err(failure),
    }
}

/// Returns the failure of the messages of a list that were refused, or `None` if none was.
pub(super) fn refused_part(reply: &Reply) -> Option<Failure> {
    let Reply::PostedMany(PostedMany { results }) = reply else { return None };
    let refused = results.iter().filter_map(|result| match result {
        PostResult::Refused(error) => Some(&error.message),
        PostResult::Posted(_) => None,
    });
    let (count, first) = (refused.clone().count(), refused.clone().next()?);
    let message = format!("{count} of {} messages were refused; the first one: {first}", results.len());
    Some(Failure::event(Problem::MessagesRefused, message))
}
