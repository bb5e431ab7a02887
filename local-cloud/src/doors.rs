//! The doors: HTTP servers in front of the Lambda service, for callers and for execution environments.

mod body;
mod browsers;
pub(crate) mod event_bus;
pub(crate) mod http_api;
pub(crate) mod invoke_api;
mod runtime_api;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::lambda::{Cloud, CloudStatus};

/// The path of the state of the service.
pub(crate) const STATUS_PATH: &str = "/status";

pub(crate) use self::http_api::WALL_PATH;
pub use self::runtime_api::serve as serve_runtime_api;

/// Serves the HTTP API, the Invoke API, `PutEvents` and `GET /status`. After `shutdown` it accepts no more requests, and returns when
/// those in flight are answered.
///
/// # Errors
/// Returns the error of the listener.
pub async fn serve_api(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = http_api::router()
        .merge(invoke_api::router())
        .merge(event_bus::router())
        .route(STATUS_PATH, get(status))
        .layer(from_fn(browsers::refuse))
        .with_state(cloud);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}

async fn status(State(cloud): State<Arc<Cloud>>) -> Json<CloudStatus> {
    Json(cloud.status())
}
