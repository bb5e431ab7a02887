//! The state of the service, and the changes that keep it consistent.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::connections::ConnectionId;
use super::environments::{Environments, NotReady};
use super::invocation::{Call, Failure, Invocation, Outcome};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) environments: Environments,
    /// Requests of environments for work, oldest first.
    polls: VecDeque<Poll>,
    /// Invocations without an environment, oldest first.
    waiting: VecDeque<Pending>,
    in_flight: HashMap<String, InFlight>,
    pub(super) counters: Counters,
}

/// Numbers since the start of the service.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Counters {
    /// Invocations that an environment received. Each attempt counts.
    pub(super) invocations: u64,
    /// Invocations that ended without an answer, for any reason.
    pub(super) errors: u64,
    pub(super) throttles: u64,
    pub(super) timeouts: u64,
    pub(super) crashes: u64,
    /// Attempts of asynchronous invocations after the first one.
    pub(super) retried_events: u64,
    /// Asynchronous invocations that failed in every attempt, or that were not finished when the service ended.
    pub(super) dropped_events: u64,
    /// Those of them that were stored as dead letters.
    pub(super) dead_letters: u64,
}

#[derive(Debug)]
struct Poll {
    environment: String,
    deliver: oneshot::Sender<Invocation>,
}

#[derive(Debug)]
struct Pending {
    call: Call,
    reply: oneshot::Sender<Outcome>,
}

#[derive(Debug)]
struct InFlight {
    environment: String,
    invocation_id: String,
    reply: oneshot::Sender<Outcome>,
    timer: AbortHandle,
}

impl State {
    /// Returns true if no environment asks for work and `queue` invocations wait.
    pub(super) fn is_full(&self, queue: usize) -> bool {
        self.polls.is_empty() && self.waiting.len() >= queue
    }

    pub(super) fn enqueue(&mut self, call: Call) -> oneshot::Receiver<Outcome> {
        let (reply, outcome) = oneshot::channel();
        self.waiting.push_back(Pending { call, reply });
        outcome
    }

    /// Removes an invocation from the queue. Returns false if it was not there.
    pub(super) fn leave_queue(&mut self, request_id: &str) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|pending| pending.call.request_id != request_id);
        self.waiting.len() < before
    }

    /// Notes that an environment asks for work. Its earlier request is void.
    pub(super) fn poll(
        &mut self,
        announced: Option<String>,
        connection: ConnectionId,
        peer: String,
    ) -> Result<oneshot::Receiver<Invocation>, NotReady> {
        let environment = self.environments.attach(announced, connection, peer)?;
        self.polls.retain(|poll| poll.environment != environment);
        let (deliver, invocation) = oneshot::channel();
        self.polls.push_back(Poll { environment, deliver });
        Ok(invocation)
    }

    /// Takes the connection from its environment, and returns the id of the environment.
    pub(super) fn detach(&mut self, connection: ConnectionId) -> Option<String> {
        let id = self.environments.detach(connection)?;
        self.polls.retain(|poll| poll.environment != id);
        Some(id)
    }

    /// Gives waiting invocations to environments that ask for work. `start_timer` receives the request id and the
    /// invocation id.
    pub(super) fn hand_out(&mut self, timeout: Duration, start_timer: impl Fn(String, String) -> AbortHandle) {
        while !self.polls.is_empty()
            && let Some(mut pending) = self.next_waiting()
        {
            let request_id = pending.call.request_id.clone();
            let invocation = Invocation::new(std::mem::take(&mut pending.call), timeout);
            let invocation_id = invocation.invocation_id.clone();
            match self.deliver(invocation) {
                Ok(environment) => {
                    let timer = start_timer(request_id.clone(), invocation_id.clone());
                    let work = InFlight { environment, invocation_id, reply: pending.reply, timer };
                    self.begin(request_id, work);
                }
                Err(invocation) => {
                    pending.call = invocation.call;
                    self.waiting.push_front(pending);
                }
            }
        }
    }

    /// Removes and returns the oldest invocation whose caller still waits.
    fn next_waiting(&mut self) -> Option<Pending> {
        while let Some(pending) = self.waiting.pop_front() {
            if !pending.reply.is_closed() {
                return Some(pending);
            }
        }
        None
    }

    /// Sends an invocation to the environment that has waited longest, and returns its id. Returns the invocation if no
    /// environment took it.
    fn deliver(&mut self, mut invocation: Invocation) -> Result<String, Invocation> {
        while let Some(poll) = self.polls.pop_front() {
            match poll.deliver.send(invocation) {
                Ok(()) => return Ok(poll.environment),
                // The environment has ended.
                Err(returned) => invocation = returned,
            }
        }
        Err(invocation)
    }

    fn begin(&mut self, request_id: String, work: InFlight) {
        self.counters.invocations += 1;
        if let Some(environment) = self.environments.get_mut(&work.environment) {
            environment.working_on = Some(request_id.clone());
        }
        self.in_flight.insert(request_id, work);
    }

    /// Returns true if the invocation is in flight. Without an invocation id, any attempt of the request counts.
    pub(super) fn is_in_flight(&self, request_id: &str, invocation_id: Option<&str>) -> bool {
        let current = self.in_flight.get(request_id);
        current.is_some_and(|current| invocation_id.is_none_or(|id| id == current.invocation_id))
    }

    /// Sends the outcome of an invocation to its caller. Only the first outcome counts.
    pub(super) fn finish(&mut self, request_id: &str, outcome: Outcome) {
        let Some(work) = self.in_flight.remove(request_id) else { return };
        work.timer.abort();
        self.counters.errors += u64::from(matches!(outcome, Outcome::Failed(..)));
        if let Some(environment) = self.environments.get_mut(&work.environment) {
            environment.working_on = None;
            environment.served += 1;
        }
        // The caller may have hung up.
        let _ = work.reply.send(outcome);
    }

    /// Fails the invocation that is in flight in an environment, because the environment ended.
    pub(super) fn crash(&mut self, id: &str) {
        let Some(request_id) = self.environments.get_mut(id).and_then(|gone| gone.working_on.take()) else { return };
        self.counters.crashes += 1;
        tracing::warn!(environment = id, request_id, "environment_crashed");
        self.finish(&request_id, Outcome::exited(&request_id));
    }

    /// Fails an invocation that took longer than the timeout, and has its environment killed.
    pub(super) fn time_out(&mut self, request_id: &str, timeout: Duration) {
        let Some(id) = self.in_flight.get(request_id).map(|work| work.environment.clone()) else { return };
        self.counters.timeouts += 1;
        tracing::warn!(environment = id, request_id, timeout_s = timeout.as_secs_f64(), "invocation_timed_out");
        self.finish(request_id, Outcome::timed_out(request_id, timeout));
        if let Some(kill) = self.environments.remove(&id).and_then(|environment| environment.kill) {
            kill.notify_one();
        }
    }

    /// Fails the invocation that has waited longest, because an environment did not start. On Lambda it fails the
    /// invocation for which the environment was started.
    pub(super) fn initialization_failed(&mut self, error: Bytes) {
        self.counters.errors += 1;
        if let Some(pending) = self.waiting.pop_front() {
            let _ = pending.reply.send(Outcome::Failed(Failure::Reported, error));
        }
    }

    /// Returns the number of invocations in flight and of those that wait.
    pub(super) fn lengths(&self) -> (usize, usize) {
        (self.in_flight.len(), self.waiting.len())
    }
}
