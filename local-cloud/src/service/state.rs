//! What the service knows, and the changes that keep it consistent.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::dispatch::Invocation;
use super::environment::{Environment, Origin};
use super::lambda::{ConnectionId, NotReady};
use super::outcome::{Failure, Outcome};
use super::request_id::new_id;
use super::status::Counters;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) environments: BTreeMap<String, Environment>,
    /// Environments that ask for work, the one that has waited longest first.
    pub(super) polls: VecDeque<Poll>,
    /// Invocations without an environment, oldest first.
    pub(super) waiting: VecDeque<Pending>,
    pub(super) in_flight: HashMap<String, InFlight>,
    pub(super) counters: Counters,
}

#[derive(Debug)]
pub(super) struct Poll {
    pub(super) environment: String,
    pub(super) deliver: oneshot::Sender<Invocation>,
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) reply: oneshot::Sender<Outcome>,
}

#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) environment: String,
    pub(super) invocation_id: String,
    pub(super) reply: oneshot::Sender<Outcome>,
    pub(super) timer: AbortHandle,
}

impl State {
    pub(super) fn attached(&self) -> usize {
        self.environments.values().filter(|environment| environment.connection.is_some()).count()
    }

    /// The environment that asks for work over this connection; a connection not seen before is a new one.
    pub(super) fn attach(
        &mut self,
        announced: Option<String>,
        connection: ConnectionId,
        peer: String,
    ) -> Result<String, NotReady> {
        let known = announced.is_some();
        let id = announced.or_else(|| self.holder_of(connection)).unwrap_or_else(new_id);
        if !known && !self.environments.contains_key(&id) {
            self.environments.insert(id.clone(), Environment::new(Origin::Peer(peer), None));
        }
        // An announced environment that is not known here was given up, and its process is being killed.
        let environment = self.environments.get_mut(&id).ok_or(NotReady)?;
        if environment.working_on.is_some() {
            return Err(NotReady);
        }
        environment.connection = Some(connection);
        self.polls.retain(|poll| poll.environment != id);
        Ok(id)
    }

    /// Takes the connection from its environment, which is returned.
    pub(super) fn detach(&mut self, connection: ConnectionId) -> Option<String> {
        let id = self.holder_of(connection)?;
        self.polls.retain(|poll| poll.environment != id);
        self.environments.get_mut(&id)?.connection = None;
        Some(id)
    }

    fn holder_of(&self, connection: ConnectionId) -> Option<String> {
        self.environments
            .iter()
            .find(|(_, environment)| environment.connection == Some(connection))
            .map(|(id, _)| id.clone())
    }

    /// The next invocation whose caller still waits.
    pub(super) fn next_waiting(&mut self) -> Option<Pending> {
        while let Some(pending) = self.waiting.pop_front() {
            if !pending.reply.is_closed() {
                return Some(pending);
            }
        }
        None
    }

    /// Takes an invocation out of the queue, if it is still there.
    pub(super) fn leave_queue(&mut self, request_id: &str) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|pending| pending.request_id != request_id);
        self.waiting.len() < before
    }

    pub(super) fn begin(&mut self, request_id: &str, work: InFlight) {
        self.counters.invocations += 1;
        if let Some(environment) = self.environments.get_mut(&work.environment) {
            environment.working_on = Some(request_id.to_owned());
        }
        self.in_flight.insert(request_id.to_owned(), work);
    }

    /// Answers an invocation in flight, whoever answers it first.
    pub(super) fn finish(&mut self, request_id: &str, outcome: Outcome) {
        let Some(work) = self.in_flight.remove(request_id) else { return };
        work.timer.abort();
        self.counters.errors += u64::from(matches!(outcome, Outcome::Failed(..)));
        if let Some(environment) = self.environments.get_mut(&work.environment) {
            environment.working_on = None;
            environment.served += 1;
        }
        // The caller may have hung up; the function has run all the same.
        let _ = work.reply.send(outcome);
    }

    /// The environment is gone: what it had in flight fails.
    pub(super) fn crash(&mut self, id: &str) {
        let Some(request_id) = self.environments.get_mut(id).and_then(|gone| gone.working_on.take()) else { return };
        self.counters.crashes += 1;
        tracing::warn!(environment = id, request_id, "an execution environment ended during an invocation");
        self.finish(&request_id, Outcome::exited(&request_id));
    }

    /// The invocation took too long: it fails, and its environment gets no more work.
    pub(super) fn time_out(&mut self, request_id: &str, timeout: Duration) {
        let Some(id) = self.in_flight.get(request_id).map(|work| work.environment.clone()) else { return };
        self.counters.timeouts += 1;
        tracing::warn!(environment = id, request_id, timeout_s = timeout.as_secs_f64(), "an invocation timed out");
        self.finish(request_id, Outcome::timed_out(request_id, timeout));
        if let Some(environment) = self.environments.remove(&id)
            && let Some(condemned) = environment.condemned
        {
            condemned.notify_one();
        }
    }
}

impl Outcome {
    fn exited(request_id: &str) -> Self {
        let message = format!("RequestId: {request_id} Error: Runtime exited without providing a reason");
        Self::failed(Failure::Exited, "Runtime.ExitError", &message)
    }

    fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        let message = format!("{now} {request_id} Task timed out after {:.2} seconds", timeout.as_secs_f64());
        Self::failed(Failure::TimedOut, "Sandbox.Timedout", &message)
    }
}
