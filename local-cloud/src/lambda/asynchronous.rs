//! Asynchronous invocations: the caller does not wait, and a failed attempt is repeated.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;

use super::invocation::{Outcome, Throttled};
use super::service::Lambda;

/// The number of asynchronous invocations at a time. Further callers are throttled. Each payload has up to 1 MB.
const MAX_EVENTS: usize = 1000;

/// The pauses before the second and the third attempt, which is the last. On Lambda they are one and two minutes.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The pause after an attempt that found no free environment.
const THROTTLED_PAUSE: Duration = Duration::from_millis(200);

/// Accepts an event for a later invocation.
pub(crate) fn invoke_later(lambda: &Arc<Lambda>, request_id: &str, payload: Bytes) -> Result<(), Throttled> {
    if lambda.background.len() >= MAX_EVENTS || lambda.closing.is_cancelled() {
        return Err(Throttled);
    }
    let (lambda, request_id) = (Arc::clone(lambda), request_id.to_owned());
    let tracker = lambda.background.clone();
    tracker.spawn(async move {
        if let Err(reason) = deliver(&lambda, &request_id, payload).await {
            lambda.event_dropped();
            tracing::warn!(request_id, reason, "event_dropped");
        }
    });
    Ok(())
}

/// Invokes the function until it succeeds. All attempts have the same request id, as on Lambda, so that the function
/// recognises a retry. The error is the reason of the last attempt.
async fn deliver(lambda: &Arc<Lambda>, request_id: &str, payload: Bytes) -> Result<(), String> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let (pause, reason) = match lambda.invoke(request_id, payload.clone()).await {
            Ok(Outcome::Answered(_)) => return Ok(()),
            Err(Throttled) => (Some(THROTTLED_PAUSE), "no environment was free".to_owned()),
            Ok(Outcome::Failed(_, error)) => (pauses.next(), String::from_utf8_lossy(&error).into_owned()),
        };
        let Some(pause) = pause else { return Err(reason) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = lambda.closing.cancelled() => return Err(format!("the service ends; {reason}")),
        }
    }
}
