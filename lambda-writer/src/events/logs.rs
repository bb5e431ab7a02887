//! The log lines of events that had no effect.

use crate::error::Failure;

/// Logs a failure that the sender receives in the reply: at level ERROR if the volume failed, else at level INFO.
pub(super) fn failed(event_kind: &'static str, failure: &Failure) {
    let (error, detail) = (failure.name(), failure.to_string());
    if failure.is_transient() {
        tracing::error!(event_kind, error, detail, "request_failed");
    } else {
        tracing::info!(event_kind, error, detail, "request_refused");
    }
}

/// Logs the refusal of an event that nobody repeats and whose sender reads no answer. `stored` is the file in `rejected/`.
/// An alarm counts these lines, so message and fields are part of `contract.json`.
pub(crate) fn refused_for_good(failure: &Failure, stored: &Result<String, Failure>) {
    let (error, detail) = (failure.name(), failure.to_string());
    match stored {
        Ok(file) => tracing::error!(error, detail, file, "event refused for good"),
        Err(not_stored) => tracing::error!(error, detail, %not_stored, "event refused for good"),
    }
}
