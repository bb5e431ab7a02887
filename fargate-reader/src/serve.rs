//! The service: serves on a listener until shutdown.

mod connections;
mod room;
mod sending;
mod stream;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::around::{self, Around};
use crate::doors::{App, Front, Guard, Metrics, Pulse, internal_router, pulse};
use crate::follow::{self, Journey};
use crate::invoke::Function;
use crate::pictures::{self, Pictures};
use crate::settings::Settings;
use crate::status_log;
use crate::views::{Features, Views};

#[cfg(test)]
pub(crate) use self::connections::HEAD_TIMEOUT;
use self::room::Room;

/// The time that running requests have to end after shutdown has begun.
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves the wall on `listener` until `shutdown` completes. Every stream then ends at once, and running requests have 5 s
/// to end.
///
/// # Errors
/// Returns an error if the thread that follows the volume cannot be started or ends without being asked to, or if the
/// server fails.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let journey = Journey::default();
    let (follow, follower_ended) =
        follow::start(&settings, journey.clone()).context("failed to start the thread that follows the volume")?;
    let stopping = CancellationToken::new();
    let address = listener.local_addr().context("failed to get the address of the listener")?;
    let writer = settings.writer_function.as_deref().unwrap_or("none");
    tracing::info!(%address, wall_dir = %settings.wall_dir.display(), writer, "serving");

    let room = Room::new(settings.limits.connections);
    let guard = Guard::new(&settings, room.most()).context("PUBLIC_ORIGIN")?;
    let pictures = settings.uploads_dir.map(Pictures::new).map(Arc::new);
    let inference = settings.inference_function.filter(|_| pictures.is_some()).map(Function::new).map(Arc::new);
    let features =
        Features { pictures: pictures.is_some(), labels: inference.is_some(), details: settings.roles.details };
    let (sweeping, asking) = (pictures.clone(), inference.clone());
    let sweep = optional(sweeping.map(|pictures| pictures::sweep(pictures, follow.clone())));
    let ask_again = optional(asking.map(|inference| pictures::ask_again(inference, follow.clone())));

    let internal = bind_internal(settings.internal_listen).await?;
    let (pulse_sender, pulses) = watch::channel(Pulse::default());
    let app = Arc::new(App {
        around: Around::new(&settings.task, settings.readers, settings.cloud_status),
        task: settings.task,
        follow: follow.clone(),
        views: Views::new(follow.snapshot(), features),
        pictures,
        inference,
        function: settings.writer_function.map(Function::new),
        guard,
        metrics: Metrics::new(&journey),
        journey,
        pulse: pulses,
    });
    let internal = serve_internal(internal, Arc::clone(&app));
    let pulse = pulse(&app, pulse_sender, stopping.clone());
    let mut server = std::pin::pin!(connections::serve(listener, Front::new(Arc::clone(&app)), room, stopping.clone()));
    let mut shutdown = std::pin::pin!(shutdown);

    tokio::select! {
        () = &mut shutdown => {}
        _ = sweep => bail!("the sweep of the pictures ended unasked"),
        _ = ask_again => bail!("the questions about pictures ended unasked"),
        _ = around::run(&app.around) => bail!("the questions to other tasks ended unasked"),
        ended = internal => {
            ended.context("the internal port failed")?;
            bail!("the internal port ended unasked");
        }
        _ = app.guard.tokens.keep_current() => bail!("the tokens ended unasked"),
        () = status_log::run(&follow) => bail!("the log of the status ended unasked"),
        _ = follower_ended => bail!("the thread that follows the volume ended unasked"),
        _ = pulse => bail!("the pulse of the streams ended unasked"),
        () = &mut server => bail!("the server ended unasked"),
    }
    stopping.cancel();
    follow.stop();
    match tokio::time::timeout(SHUTDOWN_TIMEOUT, server).await {
        Ok(()) => tracing::info!("shut_down"),
        Err(_) => tracing::warn!(timeout_s = SHUTDOWN_TIMEOUT.as_secs(), "shut_down_with_requests_under_way"),
    }
    Ok(())
}

/// Serves the internal port, if there is one. Its answers are short, and the shutdown does not wait for them.
async fn serve_internal(listener: Option<TcpListener>, app: Arc<App>) -> io::Result<()> {
    match listener {
        Some(listener) => axum::serve(listener, internal_router(app).into_make_service()).await,
        None => std::future::pending().await,
    }
}

async fn bind_internal(address: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    listener.map(Some).with_context(|| format!("failed to listen on {address} (INTERNAL_LISTEN)"))
}

/// Runs a task that never ends, if there is one.
async fn optional(task: Option<impl Future<Output = Infallible>>) -> Infallible {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}
