//! Asynchronous invocations: accepted at once, made later, and again when they fail.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;

use super::lambda::Lambda;
use super::outcome::{Outcome, Throttled};

/// How many events may be under way; then callers are throttled. Each holds up to 1 MB.
const EVENTS_UNDER_WAY: usize = 1000;

/// The pauses before the second and the third, last attempt. Lambda waits a minute, then two.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The pause after an attempt that found no free environment.
const THROTTLED_PAUSE: Duration = Duration::from_millis(200);

/// Takes an event; the caller hears no more of it.
pub(super) fn start(lambda: &Arc<Lambda>, request_id: &str, payload: Bytes) -> Result<(), Throttled> {
    if lambda.background.len() >= EVENTS_UNDER_WAY || lambda.closing.is_cancelled() {
        return Err(Throttled);
    }
    let (lambda, request_id) = (Arc::clone(lambda), request_id.to_owned());
    let tracker = lambda.background.clone();
    tracker.spawn(async move {
        if let Err(reason) = deliver(&lambda, &request_id, payload).await {
            lambda.event_dropped();
            tracing::warn!(request_id, reason, "an asynchronous event was dropped");
        }
    });
    Ok(())
}

/// Attempts carry the same request id, as Lambda's do: it is what makes a retry harmless.
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
