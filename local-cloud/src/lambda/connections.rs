//! The open connections to the Runtime API.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of a connection to the Runtime API.
pub(crate) type ConnectionId = u64;

/// The open connections, with the addresses that opened them.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    last: AtomicU64,
    open: Mutex<HashMap<ConnectionId, IpAddr>>,
}

impl Connections {
    /// Notes a new connection, and returns its id.
    pub(crate) fn open(&self, from: IpAddr) -> ConnectionId {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        self.all().insert(id, from);
        id
    }

    /// Forgets a connection that has ended.
    pub(crate) fn close(&self, id: ConnectionId) {
        self.all().remove(&id);
    }

    /// Returns true if a connection from this address is open.
    pub(crate) fn is_any_from(&self, address: IpAddr) -> bool {
        self.all().values().any(|from| *from == address)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, IpAddr>> {
        // No code that holds the lock panics.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
