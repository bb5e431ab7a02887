//! `messagewall up` and `messagewall lambda`: the service in this process, all other parts as child processes.

pub(crate) mod admin_token;
mod arguments;
mod child;
mod environments;
mod logs;
mod proxy;
pub(crate) mod reader;
mod service;
mod volume;
pub(crate) mod welcome;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::logs::Logs;
use self::reader::Reader;
use self::service::Service;
use self::welcome::Welcome;
use crate::address::bind;
use crate::lambda::Lambda;
use crate::signals::EndSignals;
use crate::terminal;

pub use self::admin_token::{AdminToken, InvalidAdminToken};
pub use self::arguments::{Arguments, LambdaArguments};
pub(crate) use self::child::end_with_parent;
pub use self::environments::FunctionProgram;
pub use self::logs::Log;

/// The longest time to wait for all parts to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The environment variable of the function for the directory of the wall.
pub(crate) const WALL_DIR: &str = "WALL_DIR";

/// Starts all parts, prints their addresses, and ends them after a signal.
///
/// # Errors
/// Returns an error if the administrator's token is invalid, an address is in use, or a part does not start or ends by
/// itself.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let admin_token = arguments.admin_token.read()?;
    // All addresses are bound before the first process starts.
    let wall = bind(&arguments.listen, "--listen").await?;
    let service = Service::start(&arguments.lambda).await?;
    let volume = volume::make(&arguments.volume).context("--volume")?;
    let logs = Logs::new(&arguments, &volume)?;
    logs::to_terminal(arguments.verbose);
    let mut signals = EndSignals::new()?;

    let stop = CancellationToken::new();
    let function = function_program(&service, &volume, &logs)?;
    let writers = function.keep(arguments.environments, &service.lambda, &stop);
    let mut reader = Reader::start(wall, &service, &volume, admin_token.as_deref(), &logs.reader)?;

    let ended = tokio::select! {
        ended = until_ended(&arguments, &service, &mut reader, &volume, &logs) => Err(ended),
        () = signals.next() => Ok(()),
    };
    tokio::select! {
        () = end(service, reader, writers, stop) => {}
        // The second signal ends everything at once. The children end with this process.
        () = signals.next() => bail!("ended at once; invocations in flight were not waited for"),
    }
    ended.map(|()| ExitCode::SUCCESS)
}

/// Starts only the service.
///
/// # Errors
/// Returns an error if an address is in use.
pub async fn lambda(arguments: LambdaArguments) -> anyhow::Result<ExitCode> {
    logs::to_json();
    let mut signals = EndSignals::new()?;
    let service = Service::start(&arguments).await?;
    tracing::info!(api = service.api, runtime_api = service.runtime_api, "lambda_started");
    signals.next().await;
    tokio::select! {
        () = service.end() => {}
        () = signals.next() => {}
    }
    tracing::info!("lambda_stopped");
    Ok(ExitCode::SUCCESS)
}

fn function_program(service: &Service, volume: &Path, logs: &Logs) -> anyhow::Result<FunctionProgram> {
    Ok(FunctionProgram {
        program: child::this_program()?,
        arguments: vec!["lambda-writer".into(), "--with-parent".into()],
        variables: vec![(WALL_DIR.into(), volume.into())],
        runtime_api: service.runtime_api.clone(),
        log: logs.writer.clone(),
    })
}

/// Prints the welcome when all parts have started. Returns the reason why a part did not start or ended by itself.
async fn until_ended(
    arguments: &Arguments,
    service: &Service,
    reader: &mut Reader,
    volume: &Path,
    logs: &Logs,
) -> anyhow::Error {
    let url = reader.url.clone();
    let started = tokio::time::timeout(START_TIMEOUT, started(&service.lambda, arguments.environments, &url));
    tokio::select! {
        started = started => if started.is_err() {
            return anyhow::anyhow!("not everything started within {} s; see {}", START_TIMEOUT.as_secs(), logs.place);
        },
        ended = reader.ended() => return ended,
    }
    let (environments, api, logs) = (arguments.environments, &service.api, &logs.place);
    terminal::print(&Welcome { wall: &url, api, volume, logs, environments }.to_string());
    reader.ended().await
}

/// Waits until the environments are attached and the reader answers.
async fn started(lambda: &Lambda, environments: usize, wall: &str) {
    tokio::join!(lambda.until_attached(environments), reader::until_live(wall));
}

/// Ends the callers first, so that no invocation is cut short, then the reader, then the function.
async fn end(service: Service, reader: Reader, writers: JoinSet<()>, stop: CancellationToken) {
    service.end().await;
    reader.end().await;
    stop.cancel();
    writers.join_all().await;
}
