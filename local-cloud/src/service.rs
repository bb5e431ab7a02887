//! One machine's stand-in for the Lambda service and the HTTP API in front of a function.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;

mod asynchronous;
mod body;
mod connection;
mod dispatch;
mod environment;
mod http_answer;
mod http_api;
mod http_event;
mod invoke_api;
mod lambda;
mod outcome;
mod request_id;
mod runtime_api;
mod settings;
mod state;
mod status;

pub use lambda::Lambda;
pub(crate) use request_id::new_id;
pub use settings::Settings;
pub use status::Status;

/// Serves the Runtime API to execution environments, until dropped: an environment that waits for work never ends.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_runtime_api(listener: TcpListener, lambda: Arc<Lambda>) -> io::Result<()> {
    let router = runtime_api::router(Arc::clone(&lambda));
    let listener = connection::WatchedListener::new(listener, lambda);
    axum::serve(listener, router.into_make_service_with_connect_info::<connection::Peer>()).await
}

/// Serves callers: the HTTP API, the Invoke API and `GET /status`. After `shutdown` it accepts no more and returns
/// when the invocations in flight are answered.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_api(
    listener: TcpListener,
    lambda: Arc<Lambda>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = api(lambda).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}

fn api(lambda: Arc<Lambda>) -> Router {
    let wall = format!("/{}/{}", http_event::STAGE, lambda.settings().function);
    Router::new()
        .route(&wall, any(http_api::wall))
        .route(&format!("{wall}/{{name}}"), any(http_api::named_wall))
        .route(invoke_api::PATH, post(invoke_api::invoke))
        .route("/status", get(status::show))
        .fallback(http_api::not_found)
        .with_state(lambda)
}
