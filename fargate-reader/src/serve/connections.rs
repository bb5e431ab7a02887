//! The connections of clients.

use std::io;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::doors::Front;

/// The number of bytes that the kernel buffers for a client that does not read.
const MAX_UNSENT_BYTES: u32 = 64 * 1024;

/// The largest head of a request, and the number of bytes from which no more chunks of an answer are taken before some were
/// sent. The buffers of a connection begin with the smallest size that hyper supports, and chunks are not copied into them.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// The longest time that a client has to send the head of a request, from the end of the one before. The load balancer must
/// be the first to close an idle connection, and does so after 120 s. Otherwise a request could meet a closed one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(130);

/// The pause after a connection could not be accepted for want of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Serves connections until `stopping` is cancelled, and then until the running requests have ended.
pub(super) async fn serve(listener: TcpListener, front: Front, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some(connection) = stopping.run_until_cancelled(accept(&listener)).await {
        connections.spawn(serve_one(connection, front.clone(), stopping.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Returns the next connection.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => return connection,
            Err(error) if is_of_the_client(&error) => tracing::debug!(%error, "connection_lost"),
            Err(error) => {
                tracing::error!(%error, "accept_failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves the requests of one connection.
async fn serve_one(connection: TcpStream, front: Front, stopping: CancellationToken) {
    prepare(&connection);
    let service = service_fn(move |request| front.answer(request));
    let serving = http().serve_connection(TokioIo::new(connection), service);
    let mut serving = std::pin::pin!(serving);
    let ended = match stopping.run_until_cancelled(serving.as_mut()).await {
        Some(ended) => ended,
        None => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection_failed");
    }
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_BUFFER_BYTES);
    http
}

/// Prepares a connection for long and for short answers: the kernel buffers little for a client that does not read, and a
/// new event is sent before the last one was acknowledged.
fn prepare(connection: &TcpStream) {
    let prepared =
        SockRef::from(connection).set_tcp_notsent_lowat(MAX_UNSENT_BYTES).and_then(|()| connection.set_nodelay(true));
    if let Err(error) = prepared {
        tracing::debug!(%error, "connection_unprepared");
    }
}
