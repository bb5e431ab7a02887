//! The room for connections: their number is limited, and one that is idle makes room for a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio_util::sync::CancellationToken;

/// The files that the process opens beside connections: the volume, pictures, logs, calls of functions.
const OTHER_FILES: u64 = 64;

/// The time that a client has to read an answer before it may have to make room for others.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room for connections.
#[derive(Debug)]
pub(super) struct Room {
    most: usize,
    connections: Mutex<Connections>,
}

#[derive(Debug, Default)]
struct Connections {
    open: usize,
    /// The connections without a request, the longest idle one first.
    idle: BTreeMap<u64, CancellationToken>,
    /// The connections whose clients are reading an answer, the one that reads for longest first.
    sending: BTreeMap<u64, (Instant, CancellationToken)>,
    /// The number of times that a connection became idle, or began to send.
    count: u64,
}

/// The seat of one connection. Dropping it makes room.
#[derive(Debug)]
pub(super) struct Seat {
    room: Arc<Room>,
    /// The place among the connections that are idle or sending; `None` while a handler works.
    place: Mutex<Option<u64>>,
    /// Cancelled when the connection has to make room for another one.
    evicted: CancellationToken,
}

impl Room {
    /// Makes room for `most` connections, or fewer if this process may open fewer files.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let files = usize::try_from(allowed_files().saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(1);
        if files < most {
            tracing::warn!(files, most, "connections_limited_by_open_files");
        }
        Arc::new(Self { most: most.min(files), connections: Mutex::default() })
    }

    /// Returns the largest number of connections.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Takes a seat for a new connection. If there is none, the connection that is idle for the longest time is closed, or else the
    /// one whose client reads an answer for the longest time, if that is longer than [`PATIENCE`]. Returns `None` if all are busy.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Seat> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.open >= self.most {
            connections.evict()?.cancel();
        }
        connections.open += 1;
        let evicted = CancellationToken::new();
        let place = Mutex::new(Some(connections.wait(evicted.clone())));
        Some(Seat { room: Arc::clone(self), place, evicted })
    }
}

impl Connections {
    fn evict(&mut self) -> Option<CancellationToken> {
        if let Some((_, idle)) = self.idle.pop_first() {
            return Some(idle);
        }
        let slowest = self.sending.first_entry().filter(|slowest| slowest.get().0.elapsed() > PATIENCE)?;
        Some(slowest.remove().1)
    }

    fn leave(&mut self, place: Option<u64>) {
        if let Some(place) = place {
            self.idle.remove(&place);
            self.sending.remove(&place);
        }
    }

    fn wait(&mut self, evicted: CancellationToken) -> u64 {
        self.count += 1;
        self.idle.insert(self.count, evicted);
        self.count
    }
}

impl Seat {
    /// A request has begun.
    pub(super) fn work(&self) {
        self.connections().leave(self.place().take());
    }

    /// The answer is being sent.
    pub(super) fn send(&self) {
        let mut connections = self.connections();
        connections.count += 1;
        let place = connections.count;
        connections.sending.insert(place, (Instant::now(), self.evicted.clone()));
        *self.place() = Some(place);
    }

    /// The answer was sent, and the connection waits for the next request.
    pub(super) fn rest(&self) {
        let mut connections = self.connections();
        connections.leave(self.place().take());
        let place = connections.wait(self.evicted.clone());
        *self.place() = Some(place);
    }

    /// Returns true while a handler works.
    pub(super) fn is_working(&self) -> bool {
        self.place().is_none()
    }

    /// Waits until the connection has to make room for another one.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }

    fn place(&self) -> MutexGuard<'_, Option<u64>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.room.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut connections = self.connections();
        connections.open -= 1;
        connections.leave(self.place().take());
    }
}

/// Returns the number of files that this process may open, after raising it as far as it is allowed to.
fn allowed_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if raised.is_ok() { maximum.unwrap_or(u64::MAX) } else { current.unwrap_or(u64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_connection_makes_room_and_a_busy_one_never() {
        let room = Room::new(2);
        let (one, two) = (room.enter().unwrap(), room.enter().unwrap());
        one.work();
        let three = room.enter().unwrap();
        assert!(two.evicted.is_cancelled() && !one.evicted.is_cancelled());
        drop(two);
        three.work();
        assert!(room.enter().is_none());
        one.send();
        assert!(room.enter().is_none(), "its client has some time to read");
        one.rest();
        assert!(room.enter().is_some());
        assert!(one.evicted.is_cancelled());
        drop((one, three));
        let connections = room.connections.lock().unwrap();
        assert_eq!((connections.open, connections.idle.len(), connections.sending.len()), (0, 0, 0));
    }
}
