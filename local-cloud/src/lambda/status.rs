//! A picture of the state.

use serde::Serialize;

use super::environments::{Environment, Origin};
use super::state::{Counters, State};

/// The state of the service, as `GET /status` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    function: String,
    environments: Vec<EnvironmentStatus>,
    in_flight: usize,
    waiting: usize,
    /// The asynchronous invocations that have no result yet.
    pending_events: usize,
    #[serde(flatten)]
    counters: Counters,
}

#[derive(Debug, Clone, Serialize)]
struct EnvironmentStatus {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    state: &'static str,
    invocations: u64,
}

impl Status {
    pub(super) fn new(function: &str, state: &State, pending_events: usize) -> Self {
        let environments = state.environments.iter().map(|(id, environment)| EnvironmentStatus::new(id, environment));
        let (in_flight, waiting) = state.lengths();
        Self {
            function: function.to_owned(),
            environments: environments.collect(),
            in_flight,
            waiting,
            pending_events,
            counters: state.counters.clone(),
        }
    }
}

impl EnvironmentStatus {
    fn new(id: &str, environment: &Environment) -> Self {
        let (pid, peer) = match &environment.origin {
            Origin::Process(pid) => (*pid, None),
            Origin::Peer(peer) => (None, Some(peer.clone())),
        };
        Self { id: id.to_owned(), pid, peer, state: environment.state(), invocations: environment.served }
    }
}
