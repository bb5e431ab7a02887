//! Connections whose end the service notices.
//!
//! A process that is killed reports nothing, but its connections to the Runtime API end at once. The end of one connection is
//! no such sign: the pool of `lambda_runtime` keeps one idle connection, and may close the one that fetched the invocation.
//! Connections also tell environments apart: those that this program starts, and containers that attach themselves.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

use crate::lambda::{Cloud, ConnectionId, Connections};

/// A listener that gives every connection an id.
pub(super) struct WatchedListener {
    listener: TcpListener,
    cloud: Arc<Cloud>,
    connections: Arc<Connections>,
}

/// A connection. The server of the connection and the requests on it own the clones; the last one that is dropped
/// reports the end of the connection.
#[derive(Debug, Clone)]
pub(super) struct Connection(Arc<Open>);

#[derive(Debug)]
struct Open {
    cloud: Arc<Cloud>,
    connections: Arc<Connections>,
    id: ConnectionId,
    peer: SocketAddr,
}

impl WatchedListener {
    pub(super) fn new(listener: TcpListener, cloud: Arc<Cloud>) -> Self {
        Self { listener, cloud, connections: Arc::default() }
    }

    fn connection(&self, peer: SocketAddr) -> Connection {
        let (cloud, connections) = (Arc::clone(&self.cloud), Arc::clone(&self.connections));
        Connection(Arc::new(Open { cloud, id: connections.open(peer.ip()), connections, peer }))
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
        self.connections.close(self.id);
        // A client that has ended has closed all its connections. One whose pool closed this one may have others.
        let address = self.peer.ip();
        for function in self.cloud.functions() {
            let connections = Arc::clone(&self.connections);
            function.connection_closed(self.id, move || connections.is_any_from(address));
        }
    }
}
