//! The service: one state under one mutex that is never held across an await.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connections::ConnectionId;
use super::environments::{NotReady, Origin};
use super::invocation::{Call, Invocation, Outcome, Throttled};
use super::settings::Settings;
use super::state::State;
use super::status::Status;

/// The pause before an environment that attached itself, and whose connection ended, is looked at. A client whose pool closed
/// the connection that fetched its invocation answers over another one. A client that has ended never answers.
const ANSWER_GRACE: Duration = Duration::from_millis(50);

/// One function: its environments, its queue and its asynchronous invocations.
#[derive(Debug)]
pub struct Lambda {
    settings: Settings,
    state: Mutex<State>,
    attached: watch::Sender<usize>,
    /// The asynchronous invocations.
    pub(super) background: TaskTracker,
    /// Ends the pauses between the attempts of asynchronous invocations.
    pub(super) closing: CancellationToken,
    destination: OnceLock<Weak<Lambda>>,
}

/// The error of an answer to an invocation that is not in flight.
#[derive(Debug)]
pub(crate) struct UnknownRequest;

impl Lambda {
    /// Returns a service without environments.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            settings,
            state: Mutex::default(),
            attached: watch::Sender::default(),
            background: TaskTracker::new(),
            closing: CancellationToken::new(),
            destination: OnceLock::new(),
        })
    }

    /// Returns the settings of the function.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the ARN of the function.
    #[must_use]
    pub fn arn(&self) -> String {
        arn(&self.settings.function)
    }

    /// Sets the function that gets the records of asynchronous invocations. Only the first call counts.
    pub(super) fn set_destination(&self, destination: &Arc<Lambda>) {
        let _ = self.destination.set(Arc::downgrade(destination));
    }

    pub(super) fn destination(&self) -> Option<Arc<Lambda>> {
        self.destination.get()?.upgrade()
    }

    /// Announces an environment whose process the caller is about to start. The process uses the Runtime API under
    /// `/environments/<id>`. The caller must kill it when the returned [`Notify`] is notified.
    pub fn announce(&self, id: &str) -> Arc<Notify> {
        let kill = Arc::new(Notify::new());
        self.state().environments.announce(id, Arc::clone(&kill));
        kill
    }

    /// Sets the process id of an announced environment.
    pub fn started(&self, id: &str, pid: Option<u32>) {
        if let Some(environment) = self.state().environments.get_mut(id) {
            environment.origin = Origin::Process(pid);
        }
    }

    /// Removes an environment whose process ended. Its invocation in flight fails.
    pub fn forget(&self, id: &str) {
        let mut state = self.state();
        state.crash(id);
        state.environments.remove(id);
        self.publish_attached(&state);
    }

    /// Returns true if the function has no environment.
    pub(super) fn is_unattended(&self) -> bool {
        self.state().environments.iter().next().is_none()
    }

    /// Waits until at least `environments` environments are attached.
    pub async fn until_attached(&self, environments: usize) {
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.attached.subscribe().wait_for(|attached| *attached >= environments).await;
    }

    /// Returns counters and environments, as `GET /status` shows them.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::new(&self.settings.function, &self.state(), self.background.len())
    }

    /// Waits for the asynchronous invocations in flight. Those that pause before another attempt are dropped.
    pub async fn close(&self) {
        self.closing.cancel();
        self.background.close();
        self.background.wait().await;
    }

    /// Invokes the function once, and waits for the outcome.
    pub(crate) async fn invoke(self: &Arc<Self>, call: Call) -> Result<Outcome, Throttled> {
        let request_id = call.request_id.clone();
        let mut outcome = {
            let mut state = self.state();
            if state.is_full(self.settings.queue) {
                state.counters.throttles += 1;
                return Err(Throttled);
            }
            let outcome = state.enqueue(call);
            self.hand_out(&mut state);
            outcome
        };
        let _place = Place { lambda: self, request_id: &request_id };
        let outcome = tokio::select! {
            outcome = &mut outcome => outcome,
            () = tokio::time::sleep(self.settings.timeout) => {
                if self.throttle(&request_id) {
                    return Err(Throttled);
                }
                outcome.await
            }
        };
        // The state drops the sender only with itself.
        outcome.map_err(|_| Throttled)
    }

    /// Waits for an invocation for the announced environment, or for that of the connection.
    pub(crate) async fn next(
        self: &Arc<Self>,
        announced: Option<String>,
        connection: ConnectionId,
        peer: String,
    ) -> Result<Invocation, NotReady> {
        let invocation = {
            let mut state = self.state();
            let invocation = state.poll(announced, connection, peer)?;
            self.hand_out(&mut state);
            self.publish_attached(&state);
            invocation
        };
        invocation.await.map_err(|_| NotReady)
    }

    /// Accepts the outcome of an invocation from its environment. `invocation_id`, which clients may leave out,
    /// distinguishes two attempts of one asynchronous invocation.
    pub(crate) fn answer(
        &self,
        request_id: &str,
        invocation_id: Option<&str>,
        outcome: Outcome,
    ) -> Result<(), UnknownRequest> {
        let mut state = self.state();
        if !state.is_in_flight(request_id, invocation_id) {
            return Err(UnknownRequest);
        }
        state.finish(request_id, outcome);
        Ok(())
    }

    /// Accepts the error of an environment that did not start.
    pub(crate) fn initialization_failed(&self, error: Bytes) {
        self.state().initialization_failed(error);
    }

    /// Takes a connection that has ended from its environment. The invocation in flight of an environment that attached itself
    /// fails when `may_answer` returns false; that of an announced one fails when its process ends.
    pub(crate) fn connection_closed(
        self: &Arc<Self>,
        connection: ConnectionId,
        may_answer: impl Fn() -> bool + Send + 'static,
    ) {
        let mut state = self.state();
        let Some(id) = state.detach(connection) else { return };
        self.publish_attached(&state);
        let Some(request_id) = state.environments.working_on(&id).map(str::to_owned) else {
            return state.environments.remove_detached(&id);
        };
        let is_announced = state.environments.is_announced(&id);
        drop(state);
        if is_announced {
            return;
        }
        let lambda = Arc::clone(self);
        // Without a runtime the process is about to end, and no caller waits.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(ANSWER_GRACE).await;
                while lambda.state().environments.working_on(&id) == Some(request_id.as_str()) {
                    if !may_answer() {
                        lambda.state().crash(&id);
                    }
                    tokio::time::sleep(ANSWER_GRACE).await;
                }
                lambda.state().environments.remove_detached(&id);
            });
        }
    }

    /// Counts another attempt of an asynchronous invocation.
    pub(super) fn event_retried(&self) {
        self.state().counters.retried_events += 1;
    }

    /// Counts an asynchronous invocation that has ended without an answer.
    pub(super) fn event_dropped(&self, is_stored: bool) {
        let mut state = self.state();
        state.counters.dropped_events += 1;
        state.counters.dead_letters += u64::from(is_stored);
    }

    /// Gives waiting invocations to environments that ask for work.
    fn hand_out(self: &Arc<Self>, state: &mut State) {
        let timeout = self.settings.timeout;
        state.hand_out(timeout, |request_id, invocation_id| {
            let lambda = Arc::clone(self);
            let timer = async move {
                tokio::time::sleep(timeout).await;
                lambda.time_out(&request_id, &invocation_id);
            };
            tokio::spawn(timer).abort_handle()
        });
    }

    fn time_out(&self, request_id: &str, invocation_id: &str) {
        let mut state = self.state();
        if state.is_in_flight(request_id, Some(invocation_id)) {
            state.time_out(request_id, self.settings.timeout);
            self.publish_attached(&state);
        }
    }

    /// Throttles a caller if its invocation still waits.
    pub(super) fn throttle(&self, request_id: &str) -> bool {
        let mut state = self.state();
        let waited = state.leave_queue(request_id);
        state.counters.throttles += u64::from(waited);
        waited
    }

    fn publish_attached(&self, state: &State) {
        self.attached.send_replace(state.environments.attached());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock panics half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the ARN of a function.
pub(crate) fn arn(function: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{function}")
}

/// A place in the queue. The drop, which also happens when the caller hangs up, gives it back.
struct Place<'a> {
    lambda: &'a Lambda,
    request_id: &'a str,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lambda.state().leave_queue(self.request_id);
    }
}
