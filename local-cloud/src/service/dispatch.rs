//! Waiting invocations meet waiting environments.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;

use super::lambda::Lambda;
use super::request_id::new_id;
use super::state::{InFlight, State};

/// An invocation as an environment gets it.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) invocation_id: String,
    pub(super) deadline_ms: u128,
    pub(super) payload: Bytes,
}

impl Lambda {
    /// Gives waiting invocations to waiting environments.
    pub(super) fn hand_out(self: &Arc<Self>, state: &mut State) {
        while !state.polls.is_empty()
            && let Some(mut pending) = state.next_waiting()
        {
            let invocation_id = new_id();
            let deadline = SystemTime::now() + self.settings().timeout;
            let mut invocation = Invocation {
                request_id: pending.request_id.clone(),
                invocation_id: invocation_id.clone(),
                deadline_ms: deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
                payload: std::mem::take(&mut pending.payload),
            };
            let taken = loop {
                let Some(poll) = state.polls.pop_front() else { break Err(invocation) };
                match poll.deliver.send(invocation) {
                    Ok(()) => break Ok(poll.environment),
                    // That environment has gone; the next one may take it.
                    Err(returned) => invocation = returned,
                }
            };
            let environment = match taken {
                Ok(environment) => environment,
                Err(invocation) => {
                    pending.payload = invocation.payload;
                    return state.waiting.push_front(pending);
                }
            };
            let timer = tokio::spawn({
                let lambda = Arc::clone(self);
                let request_id = pending.request_id.clone();
                let invocation_id = invocation_id.clone();
                async move {
                    tokio::time::sleep(lambda.settings().timeout).await;
                    lambda.time_out(&request_id, &invocation_id);
                }
            });
            state.begin(
                &pending.request_id,
                InFlight { environment, invocation_id, reply: pending.reply, timer: timer.abort_handle() },
            );
        }
    }

    fn time_out(&self, request_id: &str, invocation_id: &str) {
        let mut state = self.state();
        if state.in_flight.get(request_id).is_some_and(|current| current.invocation_id == invocation_id) {
            state.time_out(request_id, self.settings().timeout);
            self.tell_attached(&state);
        }
    }
}
