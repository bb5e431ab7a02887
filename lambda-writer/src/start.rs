//! Starts the function: settings, logs, the Tokio runtime, and the loop that requests events.

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime::layers::TracingLayer;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use tokio::signal::unix::{SignalKind, signal};
use tower::util::MapResultLayer;

use crate::error::Failure;
use crate::handler::Handler;
use crate::settings::{Arguments, LogFormat, Settings};

/// The exit code of a process whose settings are wrong: `EX_USAGE` of `sysexits.h`.
pub const EXIT_BAD_SETTINGS: u8 = 64;

/// The longest time that a write in progress gets when the process receives a signal to stop.
const WRITE_GRACE: Duration = Duration::from_millis(500);

/// The error that ends the process after the reply that reports a silent volume.
#[derive(Debug, thiserror::Error)]
#[error("a call of the volume does not return, and may hold the wall's lock until this process has ended")]
struct Stuck;

/// A failure that becomes a function error. The runtime logs it in its debug format, which is therefore made for people.
struct LoggedFailure(Failure);

impl fmt::Debug for LoggedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.name(), self.0)
    }
}

impl From<LoggedFailure> for Diagnostic {
    fn from(error: LoggedFailure) -> Self {
        error.0.into()
    }
}

/// Runs the function until the process receives SIGTERM or SIGINT, and returns the exit code of the process.
///
/// The code is 0 after a signal, [`EXIT_BAD_SETTINGS`] if a setting is wrong, and 1 if the Runtime API fails or a call of
/// the volume does not return.
#[must_use]
pub fn start(arguments: Arguments) -> ExitCode {
    let settings = match Settings::new(arguments, |name| std::env::var(name)) {
        Ok(settings) => settings,
        Err(error) => {
            report(&error.problems);
            return ExitCode::from(EXIT_BAD_SETTINGS);
        }
    };
    let logs = tracing_subscriber::fmt().with_env_filter(settings.log_filter).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Json => logs.json().flatten_event(true).with_span_list(false).init(),
        LogFormat::Text => logs.init(),
    }
    let handler = Handler::new(&settings.volume, settings.retry_window).following(settings.followed);
    match serve(&handler) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "function_stopped");
            ExitCode::FAILURE
        }
    }
}

fn serve(handler: &Handler) -> anyhow::Result<()> {
    // An execution environment has one event at a time, and blocking calls have Tokio's threads for them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(run_until_signal(handler));
    runtime.shutdown_timeout(WRITE_GRACE);
    result
}

async fn run_until_signal(handler: &Handler) -> anyhow::Result<()> {
    // The first process of a container ignores these signals unless it listens for them.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let function =
        Runtime::new(service_fn(async |event: LambdaEvent<_>| handler.handle(event).await.map_err(LoggedFailure)));
    // Layers run after the reply has been delivered, and an error from a layer stops the runtime.
    let function = function.layer(TracingLayer::new()).layer(MapResultLayer::new(|delivered: Result<(), _>| {
        delivered.and_then(|()| if handler.is_stuck() { Err(Stuck.into()) } else { Ok(()) })
    }));
    tokio::select! {
        ended = function.run() => match ended {
            Ok(()) => anyhow::bail!("the Lambda Runtime API has no more events"),
            Err(error) if error.is::<Stuck>() => Err(anyhow::anyhow!(error)),
            Err(error) => Err(anyhow::anyhow!(error).context("the Lambda Runtime API failed")),
        },
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

#[expect(clippy::print_stderr, reason = "the log format is one of the settings that may be wrong")]
fn report(problems: &[String]) {
    eprintln!("lambda-writer cannot start:");
    for problem in problems {
        eprintln!("  {problem}");
    }
}
