//! The heart of the service: which environment does which invocation.
//!
//! All of it is one state under one mutex that is never held across an await.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Notify, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dispatch::Invocation;
use super::environment::{Environment, Origin};
use super::outcome::{Failure, Outcome, Throttled};
use super::settings::Settings;
use super::state::{Pending, Poll, State};
use super::status::Status;

/// What an environment's connection is known by.
pub(super) type ConnectionId = u64;

/// How long an answer may come behind the end of the connection that fetched its invocation. A client that opens
/// a new connection to answer (its pool gave the old one up) is alive; a dead one never answers.
const ANSWER_GRACE: Duration = Duration::from_millis(50);

/// The Lambda service of one function.
#[derive(Debug)]
pub struct Lambda {
    settings: Settings,
    state: Mutex<State>,
    attached: watch::Sender<usize>,
    connections: AtomicU64,
    /// Work that no caller waits for: asynchronous invocations.
    pub(super) background: TaskTracker,
    /// Ends the pauses between attempts of asynchronous invocations.
    pub(super) closing: CancellationToken,
}

/// The environment may not ask for work now: it still has some, or it was given up.
#[derive(Debug)]
pub(super) struct NotReady;

/// No invocation of that id is under way.
#[derive(Debug)]
pub(super) struct UnknownRequest;

impl Lambda {
    /// A service without environments.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            settings,
            state: Mutex::default(),
            attached: watch::Sender::default(),
            connections: AtomicU64::default(),
            background: TaskTracker::new(),
            closing: CancellationToken::new(),
        })
    }

    /// How the function is run.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The function's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:us-east-1:123456789012:function:{}", self.settings.function)
    }

    /// Announces an environment that the caller is about to start as a process. It attaches itself under
    /// `/environments/<id>` of the Runtime API. The answer is told when the process has to be killed.
    pub fn announce(&self, id: &str) -> Arc<Notify> {
        let condemned = Arc::new(Notify::new());
        let environment = Environment::new(Origin::Process(None), Some(Arc::clone(&condemned)));
        self.state().environments.insert(id.to_owned(), environment);
        condemned
    }

    /// Names the process of an announced environment.
    pub fn started(&self, id: &str, pid: Option<u32>) {
        if let Some(environment) = self.state().environments.get_mut(id) {
            environment.origin = Origin::Process(pid);
        }
    }

    /// Forgets an environment whose process ended; an invocation it had in flight is answered with an error.
    pub fn forget(&self, id: &str) {
        let mut state = self.state();
        state.crash(id);
        state.environments.remove(id);
        self.tell_attached(&state);
    }

    /// Waits until so many environments are attached.
    pub async fn until_attached(&self, environments: usize) {
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.attached.subscribe().wait_for(|attached| *attached >= environments).await;
    }

    /// Counters and environments, as `GET /status` shows them.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.settings, &self.state())
    }

    /// Lets asynchronous invocations that are under way finish; those between two attempts are dropped.
    pub async fn close(&self) {
        self.closing.cancel();
        self.background.close();
        self.background.wait().await;
    }

    /// Runs the function once and waits for what became of it.
    pub(super) async fn invoke(self: &Arc<Self>, request_id: &str, payload: Bytes) -> Result<Outcome, Throttled> {
        let (reply, mut outcome) = oneshot::channel();
        {
            let mut state = self.state();
            if state.polls.is_empty() && state.waiting.len() >= self.settings.queue {
                state.counters.throttles += 1;
                return Err(Throttled);
            }
            state.waiting.push_back(Pending { request_id: request_id.to_owned(), payload, reply });
            self.hand_out(&mut state);
        }
        let _place = Place { lambda: self, request_id };
        let answer = tokio::select! {
            answer = &mut outcome => answer,
            () = tokio::time::sleep(self.settings.timeout) => {
                if self.give_up(request_id) {
                    return Err(Throttled);
                }
                outcome.await
            }
        };
        // The state drops a reply only with itself.
        answer.map_err(|_| Throttled)
    }

    /// Waits for work on behalf of an environment: of the announced one, or of the one this connection is.
    pub(super) async fn next(
        self: &Arc<Self>,
        announced: Option<String>,
        connection: ConnectionId,
        peer: String,
    ) -> Result<Invocation, NotReady> {
        let (deliver, invocation) = oneshot::channel();
        {
            let mut state = self.state();
            let environment = state.attach(announced, connection, peer)?;
            state.polls.push_back(Poll { environment, deliver });
            self.hand_out(&mut state);
            self.tell_attached(&state);
        }
        invocation.await.map_err(|_| NotReady)
    }

    /// Takes what an environment says became of an invocation. `invocation_id`, which clients may leave out, tells
    /// two attempts of one asynchronous request apart.
    pub(super) fn answer(
        &self,
        request_id: &str,
        invocation_id: Option<&str>,
        outcome: Outcome,
    ) -> Result<(), UnknownRequest> {
        let mut state = self.state();
        let current = state.in_flight.get(request_id).ok_or(UnknownRequest)?;
        if invocation_id.is_some_and(|id| id != current.invocation_id) {
            return Err(UnknownRequest);
        }
        state.finish(request_id, outcome);
        Ok(())
    }

    /// An environment could not start: the invocation that has waited longest gets the error, as the one that
    /// made Lambda start the environment would.
    pub(super) fn initialization_failed(&self, payload: Bytes) {
        let mut state = self.state();
        state.counters.errors += 1;
        if let Some(pending) = state.waiting.pop_front() {
            let _ = pending.reply.send(Outcome::Failed(Failure::Reported, payload));
        }
    }

    /// A connection for an environment that is about to be accepted.
    pub(super) fn connection_opened(&self) -> ConnectionId {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// The end of a connection is the end of the environment that held it.
    pub(super) fn connection_closed(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.state();
        let Some(id) = state.detach(connection) else { return };
        self.tell_attached(&state);
        let working_on = state.environments.get(&id).and_then(|environment| environment.working_on.clone());
        drop(state);
        let Some(request_id) = working_on else { return self.remove_detached(&id) };
        let lambda = Arc::clone(self);
        // Without a runtime the whole service is coming down, and nobody waits for an answer.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(ANSWER_GRACE).await;
                let mut state = lambda.state();
                let current = state.environments.get(&id).and_then(|environment| environment.working_on.clone());
                if current.as_deref() == Some(request_id.as_str()) {
                    state.crash(&id);
                }
                drop(state);
                lambda.remove_detached(&id);
            });
        }
    }

    /// Counts an asynchronous event that was given up.
    pub(super) fn event_dropped(&self) {
        self.state().counters.dropped_events += 1;
    }

    fn remove_detached(&self, id: &str) {
        let mut state = self.state();
        // An announced environment stays known until its process has ended.
        let gone = state.environments.get(id).is_some_and(|environment| {
            environment.connection.is_none() && matches!(environment.origin, Origin::Peer(_))
        });
        if gone {
            state.environments.remove(id);
        }
    }

    /// Throttles a caller whose invocation still waits.
    fn give_up(&self, request_id: &str) -> bool {
        let mut state = self.state();
        let given_up = state.leave_queue(request_id);
        state.counters.throttles += u64::from(given_up);
        given_up
    }

    pub(super) fn tell_attached(&self, state: &State) {
        self.attached.send_replace(state.attached());
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock panics half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, which is given back when the caller hangs up.
struct Place<'a> {
    lambda: &'a Lambda,
    request_id: &'a str,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lambda.state().leave_queue(self.request_id);
    }
}
