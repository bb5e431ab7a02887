//! The service: serves on a listener until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::serve::ListenerExt;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::follow;
use crate::invoke::Function;
use crate::metrics::{Journey, Metrics};
use crate::router::router;
use crate::settings::Settings;
use crate::state::App;
use crate::status_log;

/// How long requests that are under way may take to end once shutdown has begun.
const GRACE: Duration = Duration::from_secs(5);

/// How much the kernel holds of what a client has not asked for yet, in bytes.
const UNSENT: u32 = 64 * 1024;

/// Serves the wall on `listener` until `shutdown` ends. Every stream then ends at once, and requests that are under way
/// have 5 s to do so.
///
/// # Errors
/// When the thread that follows the volume cannot be started or ends unasked, or the server fails.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let journey = Journey::default();
    let (follow, follower_ended) =
        follow::start(&settings, journey.clone()).context("failed to start the thread that follows the volume")?;
    let stopping = CancellationToken::new();
    let address = listener.local_addr().context("failed to ask for the address that is listened on")?;
    let writer = settings.writer_function.as_deref().unwrap_or("none");
    tracing::info!(%address, wall_dir = %settings.wall_dir.display(), writer, "serving");

    let app = Arc::new(App {
        follow: follow.clone(),
        function: settings.writer_function.map(Function::new),
        admin_token: settings.admin_token,
        metrics: Metrics::new(journey),
        shutdown: stopping.clone(),
    });
    let server =
        axum::serve(listener.tap_io(prepare), router(app)).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let mut server = std::pin::pin!(server.into_future());
    let mut shutdown = std::pin::pin!(shutdown);

    tokio::select! {
        () = &mut shutdown => {}
        () = status_log::run(&follow) => bail!("the log of the status ended unasked"),
        _ = follower_ended => bail!("the thread that follows the volume ended unasked"),
        ended = &mut server => {
            ended.context("the server failed")?;
            bail!("the server ended unasked");
        }
    }
    stopping.cancel();
    follow.stop();
    match tokio::time::timeout(GRACE, server).await {
        Ok(ended) => {
            ended.context("the server failed while it shut down")?;
            tracing::info!("shut_down");
        }
        Err(_) => tracing::warn!(grace_seconds = GRACE.as_secs(), "shut_down_with_requests_under_way"),
    }
    Ok(())
}

/// Prepares a connection for long answers and short ones: a client that does not read holds up little, and what is new
/// does not wait for the acknowledgement of what came before.
fn prepare(connection: &mut TcpStream) {
    let prepared =
        SockRef::from(&*connection).set_tcp_notsent_lowat(UNSENT).and_then(|()| connection.set_nodelay(true));
    if let Err(error) = prepared {
        tracing::debug!(%error, "connection_unprepared");
    }
}
