//! The connections of clients.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Version;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::room::{Room, Seat};
use super::sending::Sending;
use super::stream;
use crate::doors::{Front, Peer};

/// The number of bytes that the kernel buffers for a client that does not read.
const MAX_UNSENT_BYTES: u32 = 64 * 1024;

/// The largest head of a request, and the number of bytes from which no more chunks of an answer are taken before some were
/// sent. The buffers of a connection begin with the smallest size that hyper supports, and chunks are not copied into them.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// The longest time that a client has to send the head of a request, from the end of the one before. The load balancer must
/// be the first to close an idle connection, and does so after 120 s. Otherwise a request could meet a closed one.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(130);

/// The pause after a connection could not be accepted for want of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The time that a client has, once `stopping` is cancelled, to receive the end of its stream, or to send the rest of a request.
const LAST_WORD: Duration = Duration::from_secs(1);

/// The number of clients at a time that are told that there is no room.
const MAX_REFUSALS: usize = 64;

/// The answer to a connection for which there is no room.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
    content-type: application/json\r\ncontent-length: 80\r\n\r\n\
    {\"error\":\"connections_full\",\"message\":\"the wall has no room for another client\"}";

/// Serves connections until `stopping` is cancelled, and then until the running requests have ended.
pub(super) async fn serve(listener: TcpListener, front: Front, room: Arc<Room>, stopping: CancellationToken) {
    let (connections, refusals) = (TaskTracker::new(), Arc::new(Semaphore::new(MAX_REFUSALS)));
    while let Some((connection, peer)) = stopping.run_until_cancelled(accept(&listener)).await {
        match room.enter() {
            Some(seat) => drop(connections.spawn(serve_one(connection, peer, seat, front.clone(), stopping.clone()))),
            None => {
                // Nobody is told why if too many are being told.
                if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                    connections.spawn(refuse(connection, turn));
                }
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Returns the next connection, and the address at its other end.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((connection, peer)) => return (connection, Peer(peer.ip())),
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

/// Tells the client of a connection that there is no room, if it sends a request soon.
async fn refuse(mut connection: TcpStream, _turn: OwnedSemaphorePermit) {
    let answer = async {
        // A client takes an answer before its request for an error. The beginning of the request is enough.
        if connection.read(&mut [0; 4096]).await? > 0 {
            connection.write_all(FULL).await?;
        }
        connection.shutdown().await
    };
    match timeout(LAST_WORD, answer).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "connection_failed"),
        Err(late) => tracing::debug!(%late, "connection_failed"),
    }
}

/// Serves the requests of one connection.
async fn serve_one(connection: TcpStream, peer: Peer, seat: Seat, front: Front, stopping: CancellationToken) {
    prepare(&connection);
    let seat = Arc::new(seat);
    let ended = match requests(connection, peer, &seat, front, &stopping).await {
        Ok(Some((connection, version, response))) => {
            let give_up = async {
                stopping.cancelled().await;
                tokio::time::sleep(LAST_WORD).await;
            };
            tokio::select! {
                sent = stream::send(connection, version, response) => sent.map_err(anyhow::Error::from),
                () = give_up => Err(anyhow::anyhow!("the client did not read the end of its stream")),
            }
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection_failed");
    }
}

/// Serves requests until the connection is closed, or until a stream is to be sent on it.
async fn requests(
    connection: TcpStream,
    peer: Peer,
    seat: &Arc<Seat>,
    front: Front,
    stopping: &CancellationToken,
) -> hyper::Result<Option<(TcpStream, Version, Response)>> {
    let (leave, mut left) = oneshot::channel();
    let leave = Arc::new(Mutex::new(Some(leave)));
    let running = Arc::new(AtomicBool::new(false));
    let (is_running, working) = (Arc::clone(&running), Arc::clone(seat));
    let service = service_fn(move |request| {
        let (version, answer, leave) = (stream::may_stream(&request), front.answer(request, peer), Arc::clone(&leave));
        let (running, working) = (Arc::clone(&running), Arc::clone(&working));
        async move {
            running.store(true, Ordering::Relaxed);
            working.work();
            let response = answer.await?;
            let Some(version) = version.filter(|_| stream::is_stream(&response)) else {
                return Ok(response.map(|body| Sending::new(body, working, running)));
            };
            running.store(false, Ordering::Relaxed);
            let leave = leave.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(leave) = leave {
                // If the connection has ended, there is nobody to send it to.
                drop(leave.send((version, response)));
            }
            std::future::pending::<Result<axum::http::Response<Sending>, Infallible>>().await
        }
    });
    let mut serving = Box::new(http().serve_connection(TokioIo::new(connection), service));
    tokio::select! {
        ended = &mut *serving => return ended.map(|()| None),
        Ok((version, response)) = &mut left => {
            return Ok(Some((serving.into_parts().io.into_inner(), version, response)));
        }
        () = seat.evicted() => if !seat.is_working() {
            return Ok(None);
        },
        () = stopping.cancelled() => {}
    }
    Pin::new(&mut *serving).graceful_shutdown();
    loop {
        match timeout(LAST_WORD, &mut *serving).await {
            Ok(ended) => return ended.map(|()| None),
            Err(_) if is_running.load(Ordering::Relaxed) => {}
            // The client has sent a part of a request.
            Err(_) => return Ok(None),
        }
    }
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    // A client may close its direction behind a request.
    http.half_close(true);
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
