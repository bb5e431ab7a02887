//! Connections whose end is noticed.
//!
//! A process that is killed says nothing, but its connection to the Runtime API ends at once. Real execution
//! environments, our own processes and containers of a compose project are all told apart and watched this way.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::lambda::{ConnectionId, Lambda};

/// Accepts connections to the Runtime API.
pub(super) struct WatchedListener {
    listener: TcpListener,
    lambda: Arc<Lambda>,
}

/// A connection that tells the service when it ends.
pub(super) struct WatchedStream {
    stream: TcpStream,
    lambda: Arc<Lambda>,
    connection: ConnectionId,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub(super) connection: ConnectionId,
    pub(super) address: SocketAddr,
}

impl WatchedListener {
    pub(super) fn new(listener: TcpListener, lambda: Arc<Lambda>) -> Self {
        Self { listener, lambda }
    }
}

impl Listener for WatchedListener {
    type Io = WatchedStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (WatchedStream, Peer) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let connection = self.lambda.connection_opened();
        // Answers are small and somebody waits for each.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        (WatchedStream { stream, lambda: Arc::clone(&self.lambda), connection }, Peer { connection, address })
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { connection: ConnectionId::MAX, address: self.listener.local_addr()? })
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        self.lambda.connection_closed(self.connection);
    }
}

impl Connected<IncomingStream<'_, WatchedListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, WatchedListener>) -> Self {
        *stream.remote_addr()
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
