//! `messagewall up`: everything on one machine, each part a process of its own.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::address::{bind, reachable};
use crate::doors;
use crate::lambda::Lambda;
use crate::signals::Ending;
use crate::terminal;

mod arguments;
mod child;
mod environments;
mod logs;
mod proxy;
mod reader;
mod volume;
mod welcome;

pub use arguments::{Arguments, InvalidSettings, LambdaArguments};
pub(crate) use child::end_with_parent;
pub use environments::Environments;
pub use logs::Log;

use arguments::{ServiceSettings, Settings};
use logs::Logs;
use reader::Reader;
use welcome::Welcome;

/// How long everything may take to start.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// Starts everything, says where it is, and ends everything when it is asked to.
///
/// # Errors
/// When a setting is wrong, an address is in use, or a part does not start or ends unasked.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::from_arguments(arguments)?;
    // Every address is taken before the first process starts.
    let wall = bind(&settings.listen, "--listen").await?;
    let service = Service::start(&settings.service).await?;
    let volume = volume::make(&settings.volume).context("--volume")?;
    let logs = Logs::new(&settings, &volume)?;
    logs::to_terminal(settings.verbose);
    let mut signals = Ending::new()?;

    let stop = CancellationToken::new();
    let environments = Environments {
        program: child::this_program()?,
        arguments: vec!["lambda-writer".into(), "--with-parent".into()],
        variables: vec![("WALL_DIR".into(), volume.clone().into())],
        runtime_api: service.runtime_api.clone(),
        log: logs.writer.clone(),
    };
    let writers = environments.keep(settings.environments, &service.lambda, &stop);
    let mut reader = Reader::start(&settings, &volume, wall, &service.api, &logs.reader)?;

    let wall_url = reader.url.clone();
    let started = tokio::select! {
        ready = tokio::time::timeout(START_PATIENCE, ready(&service.lambda, settings.environments, &wall_url)) => {
            ready.map_err(|_| anyhow::anyhow!("not everything started within {} s; see {}", START_PATIENCE.as_secs(), logs.place))
        }
        ended = reader.ended() => Err(ended),
        () = signals.asked() => Ok(false),
    };
    let ended = match started {
        Ok(true) => {
            terminal::say(
                &Welcome {
                    wall: &reader.url,
                    api: &service.api,
                    volume: &volume,
                    logs: &logs.place,
                    environments: settings.environments,
                }
                .to_string(),
            );
            tokio::select! {
                ended = reader.ended() => Err(ended),
                () = signals.asked() => Ok(()),
            }
        }
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    tokio::select! {
        () = end(service, reader, writers, stop) => {}
        // Asked twice: now. The children end with this process.
        () = signals.asked() => bail!("ended at once; invocations in flight were not waited for"),
    }
    ended.map(|()| ExitCode::SUCCESS)
}

/// Starts the service alone.
///
/// # Errors
/// When a setting is wrong or an address is in use.
pub async fn lambda(arguments: LambdaArguments) -> anyhow::Result<ExitCode> {
    let settings = arguments.into_settings()?;
    logs::to_json();
    let mut signals = Ending::new()?;
    let service = Service::start(&settings).await?;
    tracing::info!(api = service.api, runtime_api = service.runtime_api, "the Lambda service is up");
    signals.asked().await;
    tokio::select! {
        () = service.end() => {}
        () = signals.asked() => {}
    }
    tracing::info!("the Lambda service has ended");
    Ok(ExitCode::SUCCESS)
}

async fn ready(lambda: &Lambda, environments: usize, wall: &str) -> bool {
    tokio::join!(lambda.until_attached(environments), reader::until_live(wall));
    true
}

/// Callers first, so that no invocation is cut short; then who shows the wall, then who writes it.
async fn end(service: Service, reader: Reader, writers: JoinSet<()>, stop: CancellationToken) {
    service.end().await;
    reader.end().await;
    stop.cancel();
    writers.join_all().await;
}

/// The service, serving.
struct Service {
    lambda: Arc<Lambda>,
    /// Where callers reach it, as a URL.
    api: String,
    /// Where environments reach it, as a URL.
    runtime_api: String,
    shutdown: CancellationToken,
    callers: JoinHandle<()>,
}

impl Service {
    async fn start(settings: &ServiceSettings) -> anyhow::Result<Self> {
        let api = bind(&settings.api, "--api").await?;
        let runtime_api = bind(&settings.runtime_api, "--runtime-api").await?;
        let lambda = Lambda::new(settings.lambda.clone());
        let shutdown = CancellationToken::new();
        let (api_url, runtime_api_url) = (url(&api)?, url(&runtime_api)?);
        let serving = doors::serve_api(api, Arc::clone(&lambda), shutdown.clone().cancelled_owned());
        let callers = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the API ended");
            }
        });
        let serving = doors::serve_runtime_api(runtime_api, Arc::clone(&lambda));
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the Runtime API ended");
            }
        });
        Ok(Self { lambda, api: api_url, runtime_api: runtime_api_url, shutdown, callers })
    }

    /// Accepts no more calls and waits for those in flight, as long as one may take.
    async fn end(self) {
        self.shutdown.cancel();
        let drained = async { tokio::join!(self.callers, self.lambda.close()) };
        if tokio::time::timeout(self.lambda.settings().timeout, drained).await.is_err() {
            tracing::warn!("some invocations in flight did not end in time");
        }
    }
}

fn url(listener: &TcpListener) -> anyhow::Result<String> {
    let address = reachable(listener).context("a listener has no address")?;
    Ok(format!("http://{address}"))
}
