//! Asynchronous invocations: the caller does not wait, and a failed attempt is repeated.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::dead_letters::DeadLetter;
use super::destination::{self, Condition, End};
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
        let (end, reason) = deliver(&lambda, &call).await;
        if end.condition != Condition::Success {
            drop_event(&lambda, &call, end.attempts, &reason);
        }
        destination::send(&lambda, &call, &end, |destination, record| invoke_later(destination, record).is_ok());
    });
    Ok(())
}

/// Stores and logs an event that is not delivered again.
fn drop_event(lambda: &Lambda, call: &Call, attempts: usize, reason: &str) {
    let request_id = &call.request_id;
    let letter = DeadLetter::new(&lambda.settings().function, call, attempts, reason);
    let stored = lambda.settings().dead_letters.as_ref().map(|directory| letter.store(directory));
    lambda.event_dropped(matches!(stored, Some(Ok(_))));
    match stored {
        Some(Ok(file)) => tracing::warn!(request_id, reason, file = %file.display(), "event_dropped"),
        Some(Err(not_stored)) => tracing::error!(request_id, reason, %not_stored, "event_dropped"),
        None => tracing::warn!(request_id, reason, "event_dropped"),
    }
}

/// Invokes the function until it succeeds. All attempts have the same request id, as on Lambda, so that the function
/// recognises a retry. Returns the end and, unless it is a success, the reason of the last attempt.
async fn deliver(lambda: &Arc<Lambda>, call: &Call) -> (End, String) {
    let (accepted, mut pauses) = (Instant::now(), PAUSES.into_iter());
    let (mut attempts, mut payload) = (0, None);
    loop {
        let (pause, reason) = match attempt(lambda, call).await {
            Ok(Outcome::Answered(answer)) => {
                let end = End { condition: Condition::Success, attempts: attempts + 1, payload: Some(answer) };
                return (end, String::new());
            }
            Err(Throttled) => (Some(THROTTLED_PAUSE), "no environment was free".to_owned()),
            Ok(Outcome::Failed(_, error)) => {
                attempts += 1;
                let reason = String::from_utf8_lossy(&error).into_owned();
                payload = Some(error);
                (pauses.next(), reason)
            }
        };
        let Some(pause) = pause else {
            return (End { condition: Condition::RetriesExhausted, attempts, payload }, reason);
        };
        if accepted.elapsed() + pause > lambda.settings().max_event_age {
            return (End { condition: Condition::EventAgeExceeded, attempts, payload }, reason);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => lambda.event_retried(),
            () = lambda.closing.cancelled() => {
                let end = End { condition: Condition::ServiceEnds, attempts, payload };
                return (end, format!("the service ends; {reason}"));
            }
        }
    }
}

/// Invokes the function once. When the service ends, the call does not wait for an environment if there is none.
async fn attempt(lambda: &Arc<Lambda>, call: &Call) -> Result<Outcome, Throttled> {
    let mut outcome = pin!(lambda.invoke(call.clone()));
    tokio::select! {
        outcome = &mut outcome => return outcome,
        () = lambda.closing.cancelled() => {}
    }
    if lambda.is_unattended() {
        lambda.throttle(&call.request_id);
    }
    outcome.await
}
