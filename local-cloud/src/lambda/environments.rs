//! The execution environments, as the service sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use super::connections::ConnectionId;

/// An execution environment: a process that asks for one invocation after the other.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) origin: Origin,
    /// The connection of its last request for work. `None` before the first request, and after the connection ended.
    pub(super) connection: Option<ConnectionId>,
    /// The id of the request in flight.
    pub(super) working_on: Option<String>,
    /// The number of invocations that it finished.
    pub(super) served: u64,
    /// Notified when its process must be killed.
    pub(super) kill: Option<Arc<Notify>>,
}

/// The origin of an environment.
#[derive(Debug)]
pub(super) enum Origin {
    /// An announced process, with its process id once it has started.
    Process(Option<u32>),
    /// A program that attached itself, with its address.
    Peer(String),
}

/// The error of an environment that may not ask for work: it has an invocation in flight, or is being killed.
#[derive(Debug)]
pub(crate) struct NotReady;

/// All environments, by id.
#[derive(Debug, Default)]
pub(super) struct Environments(BTreeMap<String, Environment>);

impl Environments {
    /// Adds an environment whose process is about to start.
    pub(super) fn announce(&mut self, id: &str, kill: Arc<Notify>) {
        self.0.insert(id.to_owned(), Environment::new(Origin::Process(None), Some(kill)));
    }

    /// Attaches the announced environment, or that of the connection, and returns its id. An unknown connection is a
    /// new environment.
    pub(super) fn attach(
        &mut self,
        announced: Option<String>,
        connection: ConnectionId,
        peer: String,
    ) -> Result<String, NotReady> {
        let is_announced = announced.is_some();
        let id = announced.or_else(|| self.holder_of(connection)).unwrap_or_else(|| Uuid::new_v4().to_string());
        if !is_announced && !self.0.contains_key(&id) {
            self.0.insert(id.clone(), Environment::new(Origin::Peer(peer), None));
        }
        // An announced environment that is missing here timed out, and its process is being killed.
        let environment = self.0.get_mut(&id).ok_or(NotReady)?;
        if environment.working_on.is_some() {
            return Err(NotReady);
        }
        environment.connection = Some(connection);
        Ok(id)
    }

    /// Takes the connection from its environment, and returns the id of the environment.
    pub(super) fn detach(&mut self, connection: ConnectionId) -> Option<String> {
        let id = self.holder_of(connection)?;
        self.0.get_mut(&id)?.connection = None;
        Some(id)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Environment> {
        self.0.remove(id)
    }

    /// Removes an environment that attached itself and has no connection. An announced one stays until its process ends.
    pub(super) fn remove_detached(&mut self, id: &str) {
        let is_gone = self.0.get(id).is_some_and(|environment| {
            environment.connection.is_none() && matches!(environment.origin, Origin::Peer(_))
        });
        if is_gone {
            self.0.remove(id);
        }
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Environment> {
        self.0.get_mut(id)
    }

    /// Returns the id of the request that is in flight in an environment.
    pub(super) fn working_on(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.working_on.as_deref()
    }

    /// Returns true if this program started the process of an environment.
    pub(super) fn is_announced(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|environment| matches!(environment.origin, Origin::Process(_)))
    }

    /// Returns the number of environments with a connection.
    pub(super) fn attached(&self) -> usize {
        self.0.values().filter(|environment| environment.connection.is_some()).count()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Environment)> {
        self.0.iter()
    }

    fn holder_of(&self, connection: ConnectionId) -> Option<String> {
        let holder = self.0.iter().find(|(_, environment)| environment.connection == Some(connection));
        holder.map(|(id, _)| id.clone())
    }
}

impl Environment {
    fn new(origin: Origin, kill: Option<Arc<Notify>>) -> Self {
        Self { origin, connection: None, working_on: None, served: 0, kill }
    }

    /// Returns `busy`, `idle` or `starting`.
    pub(super) fn state(&self) -> &'static str {
        match (&self.working_on, self.connection) {
            (Some(_), _) => "busy",
            (None, Some(_)) => "idle",
            (None, None) => "starting",
        }
    }
}
