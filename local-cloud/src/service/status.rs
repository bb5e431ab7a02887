//! `GET /status`: what the service does now, and has done.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use serde::Serialize;

use super::environment::Origin;
use super::lambda::Lambda;
use super::settings::Settings;
use super::state::State;

/// The service as `GET /status` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    function: String,
    environments: Vec<EnvironmentStatus>,
    in_flight: usize,
    waiting: usize,
    #[serde(flatten)]
    counters: Counters,
}

/// Counted since the service started.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Counters {
    /// Handed to an environment; an attempt counts.
    pub(super) invocations: u64,
    /// Ended without an answer, for whatever reason.
    pub(super) errors: u64,
    pub(super) throttles: u64,
    pub(super) timeouts: u64,
    pub(super) crashes: u64,
    /// Asynchronous events given up after their last attempt.
    pub(super) dropped_events: u64,
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
    pub(super) fn of(settings: &Settings, state: &State) -> Self {
        let environments = state.environments.iter().map(|(id, environment)| {
            let (pid, peer) = match &environment.origin {
                Origin::Process(pid) => (*pid, None),
                Origin::Peer(peer) => (None, Some(peer.clone())),
            };
            EnvironmentStatus { id: id.clone(), pid, peer, state: environment.state(), invocations: environment.served }
        });
        Self {
            function: settings.function.clone(),
            environments: environments.collect(),
            in_flight: state.in_flight.len(),
            waiting: state.waiting.len(),
            counters: state.counters.clone(),
        }
    }
}

pub(super) async fn show(Extract(lambda): Extract<Arc<Lambda>>) -> Json<Status> {
    Json(lambda.status())
}
