//! An execution environment, as the service sees it.

use std::sync::Arc;

use tokio::sync::Notify;

use super::lambda::ConnectionId;

/// One execution environment: a process that asks for one invocation after the other.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) origin: Origin,
    /// The connection it last asked for work over; none before it did, or after the connection ended.
    pub(super) connection: Option<ConnectionId>,
    /// The request in flight.
    pub(super) working_on: Option<String>,
    pub(super) served: u64,
    /// Tells who started the process that it has to be killed.
    pub(super) condemned: Option<Arc<Notify>>,
}

/// Where an environment came from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A process that was announced.
    Process(Option<u32>),
    /// Somebody who attached itself, by its address.
    Peer(String),
}

impl Environment {
    pub(super) fn new(origin: Origin, condemned: Option<Arc<Notify>>) -> Self {
        Self { origin, connection: None, working_on: None, served: 0, condemned }
    }

    pub(super) fn state(&self) -> &'static str {
        match (&self.working_on, self.connection) {
            (Some(_), _) => "busy",
            (None, Some(_)) => "idle",
            (None, None) => "starting",
        }
    }
}
