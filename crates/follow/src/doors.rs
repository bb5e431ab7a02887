//! The HTTP listener: `/live`, `/ready`, `/status`, `/metrics` and `POST /look`.
//!
//! No answer touches a volume, except that `/look` makes the mirrors do so and waits for them.

mod answers;
mod app;
mod look;
mod metrics;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use self::answers::{TEXT, fail, json, respond};
pub(crate) use self::app::{App, Followed};
use crate::board::MirrorStatus;

/// The largest number of connections at the same time. More of them wait.
const MAX_CONNECTIONS: usize = 32;

/// The time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time of a connection, so that those who only hold one make room.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(90);

#[derive(Serialize)]
struct Status<'a> {
    task: &'a str,
    ready: bool,
    mirrors: Vec<MirrorStatus>,
}

/// Serves until it fails.
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(seat) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The peer has gone, or this process has no descriptor left. Neither ends the program.
            Err(error) => {
                tracing::warn!(error = %error, "connection_not_accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&app), request));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(8 << 10).keep_alive(false);
            let connection = http.serve_connection(TokioIo::new(stream), service);
            if let Ok(Err(error)) = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await {
                tracing::debug!(error = %error, "connection_failed");
            }
            drop(seat);
        });
    }
}

async fn answer(app: Arc<App>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_get = request.method() == Method::GET || request.method() == Method::HEAD;
    Ok(match request.uri().path() {
        "/look" if request.method() == Method::POST => look::look(&app, request.uri().query()).await,
        "/live" if is_get => respond(StatusCode::OK, TEXT, "live\n"),
        "/ready" if is_get => ready(&app),
        "/status" if is_get => status(&app),
        "/metrics" if is_get => respond(StatusCode::OK, TEXT, metrics::text(&app)),
        "/look" | "/live" | "/ready" | "/status" | "/metrics" => {
            fail(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "POST /look; GET everything else")
        }
        _ => fail(StatusCode::NOT_FOUND, "not_found", "there are /live, /ready, /status, /metrics and POST /look"),
    })
}

fn ready(app: &App) -> Response<Full<Bytes>> {
    match app.mirrors.iter().find(|mirror| !mirror.board.is_ready()) {
        None => respond(StatusCode::OK, TEXT, "ready\n"),
        Some(mirror) => {
            let status = mirror.board.status();
            let reason = status.fault.map_or("nothing is in place yet".to_owned(), |fault| fault.reason);
            fail(StatusCode::SERVICE_UNAVAILABLE, "not_ready", &reason)
        }
    }
}

fn status(app: &App) -> Response<Full<Bytes>> {
    let mirrors: Vec<_> = app.mirrors.iter().map(|mirror| mirror.board.status()).collect();
    let ready = mirrors.iter().all(|mirror| mirror.generation > 0);
    json(StatusCode::OK, &Status { task: &app.task, ready, mirrors })
}
