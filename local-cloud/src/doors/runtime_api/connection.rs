//! Connections whose end the service notices.
//!
//! A process that is killed reports nothing, but its connection to the Runtime API ends at once. Connections also tell
//! environments apart: those that this program starts, and containers that attach themselves.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

use crate::lambda::{ConnectionId, Lambda};

/// A listener that gives every connection an id.
pub(super) struct WatchedListener {
    listener: TcpListener,
    lambda: Arc<Lambda>,
}

/// A connection. The server of the connection and the requests on it own the clones; the last one that is dropped
/// reports the end of the connection.
#[derive(Debug, Clone)]
pub(super) struct Connection(Arc<Open>);

#[derive(Debug)]
struct Open {
    lambda: Arc<Lambda>,
    id: ConnectionId,
    peer: SocketAddr,
}

impl WatchedListener {
    pub(super) fn new(listener: TcpListener, lambda: Arc<Lambda>) -> Self {
        Self { listener, lambda }
    }

    fn connection(&self, peer: SocketAddr) -> Connection {
        Connection(Arc::new(Open { lambda: Arc::clone(&self.lambda), id: self.lambda.connection_opened(), peer }))
    }
}

impl Listener for WatchedListener {
    type Io = TcpStream;
    type Addr = Connection;

    async fn accept(&mut self) -> (TcpStream, Connection) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Answers are small, and a caller waits for each.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "nodelay_failed");
        }
        (stream, self.connection(peer))
    }

    fn local_addr(&self) -> io::Result<Connection> {
        Ok(self.connection(self.listener.local_addr()?))
    }
}

impl Connection {
    pub(super) fn id(&self) -> ConnectionId {
        self.0.id
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.0.peer
    }
}

impl Connected<IncomingStream<'_, WatchedListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, WatchedListener>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.lambda.connection_closed(self.id);
    }
}
