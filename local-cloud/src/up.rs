//! `messagewall up` and `messagewall lambda`: the service in this process, all other parts as child processes.

pub(crate) mod admin_token;
mod arguments;
mod child;
mod environments;
mod follow;
pub(crate) mod functions;
mod logs;
mod proxy;
pub(crate) mod reader;
mod readers;
mod service;
pub(crate) mod welcome;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::join_all;
use shared_volume::Volume;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use self::admin_token::Source;
use self::logs::{Logs, beside};
use self::reader::ReaderPlan;
use self::readers::{Places, Readers};
use self::service::{Listeners, Service};
use self::welcome::Welcome;
use crate::address::bind;
use crate::defaults::INFERENCE_FUNCTION;
use crate::lambda::{Cloud, Lambda, Settings};
use crate::signals::EndSignals;
use crate::{terminal, volume};

pub use self::admin_token::{AdminToken, InvalidAdminToken};
pub use self::arguments::{Arguments, LambdaArguments};
pub(crate) use self::child::end_with_parent;
pub use self::environments::FunctionProgram;
pub use self::logs::Log;

/// The longest time to wait for all parts to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Starts all parts, prints their addresses, and ends them after a signal.
///
/// # Errors
/// Returns an error if the administrator's token is invalid, an address is in use, or a part does not start or ends by
/// itself.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let admin_token = arguments.admin_token.source()?;
    // All addresses are bound before the first process starts.
    let wall = bind(&arguments.listen, "--listen").await?;
    let places = Places::new(wall, arguments.readers).await.context("no free address for a reader")?;
    let listeners = Listeners::bind(&arguments.lambda).await?;
    let volume = volume::make(&arguments.volume).context("--volume")?;
    let logs = Logs::new(&arguments, &volume)?;
    let service = Service::start(listeners, cloud(&arguments, &volume, &logs))?;
    logs::to_terminal(arguments.verbose);
    make_uploads(&volume, arguments.require_mount).context("--volume")?;
    let mut signals = EndSignals::new()?;

    let stop = CancellationToken::new();
    let names = places.names(&arguments.tell)?;
    let writer = functions::writer(&service, &volume, names.clone(), &logs)?;
    let inference = functions::inference(&service, &volume, &logs)?;
    // An environment that is being started would inherit the listener of the reader's address, and keep the reader from it.
    let has_inference = arguments.inference_environments > 0;
    let plan = ReaderPlan {
        service: &service,
        volume: &volume,
        has_inference,
        names: &names,
        admin_token: &admin_token,
        log: &logs.reader,
    };
    let mut readers = places.start(&plan)?;
    let writers = writer.keep(arguments.environments, service.writer(), &stop);
    let classifiers = service.cloud.function(INFERENCE_FUNCTION);
    let classifiers = classifiers.map(|lambda| inference.keep(arguments.inference_environments, lambda, &stop));

    let following =
        arguments.follow_file.as_deref().map(|file| follow::file(file, Arc::clone(service.writer()), stop.clone()));
    let following = following.transpose().context("--follow-file")?;

    let ended = tokio::select! {
        ended = until_ended(&arguments, &service, &mut readers, &admin_token, &volume, &logs) => Err(ended),
        () = signals.next() => Ok(()),
    };
    tokio::select! {
        () = end(service, readers, [Some(writers), classifiers], following, stop) => {}
        // The second signal ends everything at once. The children end with this process.
        () = signals.next() => bail!("ended at once; invocations in flight were not waited for"),
    }
    ended.map(|()| ExitCode::SUCCESS)
}

/// Creates the directory of pictures. Where a mount is required and missing, nothing is written: there are no pictures until
/// the next start.
fn make_uploads(volume: &Path, require_mount: bool) -> std::io::Result<()> {
    if require_mount && Volume::new(volume).require_mount(true).wall(None).open().is_err() {
        tracing::warn!(volume = %volume.display(), "uploads_not_made");
        return Ok(());
    }
    volume::make(&volume.join(functions::UPLOADS)).map(drop)
}

/// Starts only the service.
///
/// # Errors
/// Returns an error if an address is in use.
pub async fn lambda(arguments: LambdaArguments) -> anyhow::Result<ExitCode> {
    logs::to_json();
    let mut signals = EndSignals::new()?;
    let cloud = Cloud::new(arguments.settings(), vec![arguments.inference_settings()]);
    let service = Service::start(Listeners::bind(&arguments).await?, cloud)?;
    tracing::info!(api = service.api, runtime_api = service.runtime_api, "lambda_started");
    signals.next().await;
    tokio::select! {
        () = service.end() => {}
        () = signals.next() => {}
    }
    tracing::info!("lambda_stopped");
    Ok(ExitCode::SUCCESS)
}

/// Returns the functions. The logs and the dead letters are beside the volume, which has only the files of the contract.
fn cloud(arguments: &Arguments, volume: &Path, logs: &Logs) -> Arc<Cloud> {
    let beside = |settings: Settings, log: &Log| {
        let dead_letters = settings.dead_letters.clone().unwrap_or_else(|| beside(volume, "dead-letters"));
        Settings { dead_letters: Some(dead_letters), log: log.path().map(Path::to_path_buf), ..settings }
    };
    let writer = beside(arguments.lambda.settings(), &logs.writer);
    Cloud::new(writer, vec![beside(arguments.lambda.inference_settings(), &logs.inference)])
}

/// Prints the welcome when all parts have started. Returns the reason why a part did not start or ended by itself.
async fn until_ended(
    arguments: &Arguments,
    service: &Service,
    readers: &mut Readers,
    admin_token: &Source,
    volume: &Path,
    logs: &Logs,
) -> anyhow::Error {
    let urls = readers.urls();
    let started = tokio::time::timeout(START_TIMEOUT, started(service.writer(), arguments.environments, &urls));
    tokio::select! {
        started = started => if started.is_err() {
            return anyhow::anyhow!("not everything started within {} s; see {}", START_TIMEOUT.as_secs(), logs.place);
        },
        ended = readers.ended() => return ended,
    }
    let (environments, api, logs) = (arguments.environments, &service.api, &logs.place);
    let sign_in = admin_token.link(urls.first().map_or("", String::as_str));
    terminal::print(&Welcome { walls: &urls, sign_in, api, volume, logs, environments }.to_string());
    readers.ended().await
}

/// Waits until the environments of the writer are attached and the readers answer. The wall needs no more.
async fn started(lambda: &Lambda, environments: usize, walls: &[String]) {
    let readers = walls.iter().map(|wall| reader::until_live(wall));
    tokio::join!(lambda.until_attached(environments), join_all(readers));
}

/// Ends the callers first, so that no invocation is cut short, then the reader, then the functions.
async fn end(
    service: Service,
    readers: Readers,
    functions: [Option<JoinSet<()>>; 2],
    following: Option<JoinHandle<()>>,
    stop: CancellationToken,
) {
    following.into_iter().for_each(|following| following.abort());
    service.end().await;
    readers.end().await;
    stop.cancel();
    for environments in functions.into_iter().flatten() {
        environments.join_all().await;
    }
}
