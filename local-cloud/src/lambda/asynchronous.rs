//! Asynchronous invocations: the caller does not wait, and a failed attempt is repeated.

use std::sync::Arc;
use std::time::Duration;

use super::dead_letters::DeadLetter;
use super::invocation::{Call, Outcome, Throttled};
use super::service::Lambda;

/// The number of asynchronous invocations at a time. Further callers are throttled. Each payload has up to 1 MB.
const MAX_EVENTS: usize = 1000;

/// The pauses before the second and the third attempt, which is the last. On Lambda they are one and two minutes.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The pause after an attempt that found no free environment.
const THROTTLED_PAUSE: Duration = Duration::from_millis(200);

/// Accepts an event for a later invocation.
pub(crate) fn invoke_later(lambda: &Arc<Lambda>, call: Call) -> Result<(), Throttled> {
    if lambda.background.len() >= MAX_EVENTS || lambda.closing.is_cancelled() {
        return Err(Throttled);
    }
    let lambda = Arc::clone(lambda);
    let tracker = lambda.background.clone();
    tracker.spawn(async move {
        if let Err(dead) = deliver(&lambda, &call).await {
            drop_event(&lambda, &call, &dead);
        }
    });
    Ok(())
}

/// Stores and logs an event that is not delivered again.
fn drop_event(lambda: &Lambda, call: &Call, dead: &Undelivered) {
    let (request_id, reason) = (&call.request_id, &dead.reason);
    let letter = DeadLetter::new(call, dead.attempts, reason);
    let stored = lambda.settings().dead_letters.as_ref().map(|directory| letter.store(directory));
    lambda.event_dropped(matches!(stored, Some(Ok(_))));
    match stored {
        Some(Ok(file)) => tracing::warn!(request_id, reason, file = %file.display(), "event_dropped"),
        Some(Err(not_stored)) => tracing::error!(request_id, reason, %not_stored, "event_dropped"),
        None => tracing::warn!(request_id, reason, "event_dropped"),
    }
}

/// The end of an asynchronous invocation without an answer.
struct Undelivered {
    /// The number of attempts that reached an environment.
    attempts: usize,
    /// The reason of the last attempt.
    reason: String,
}

/// Invokes the function until it succeeds. All attempts have the same request id, as on Lambda, so that the function
/// recognises a retry.
async fn deliver(lambda: &Arc<Lambda>, call: &Call) -> Result<(), Undelivered> {
    let (mut pauses, mut attempts) = (PAUSES.into_iter(), 0);
    loop {
        let (pause, reason) = match lambda.invoke(call.clone()).await {
            Ok(Outcome::Answered(_)) => return Ok(()),
            Err(Throttled) => (Some(THROTTLED_PAUSE), "no environment was free".to_owned()),
            Ok(Outcome::Failed(_, error)) => {
                attempts += 1;
                (pauses.next(), String::from_utf8_lossy(&error).into_owned())
            }
        };
        let Some(pause) = pause else { return Err(Undelivered { attempts, reason }) };
        tokio::select! {
            () = tokio::time::sleep(pause) => lambda.event_retried(),
            () = lambda.closing.cancelled() => {
                return Err(Undelivered { attempts, reason: format!("the service ends; {reason}") });
            }
        }
    }
}
