//! Starting: settings, logs, the Tokio runtime, the loop.

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
use crate::settings::{Arguments, Settings};

/// What the process exits with when its settings are wrong (`EX_USAGE`).
pub const EXIT_BAD_SETTINGS: u8 = 64;

/// How long a write that is under way may take when the process is told to stop.
const LAST_WRITE: Duration = Duration::from_millis(500);

/// Why the process ends after it has answered that the volume is silent.
#[derive(Debug, thiserror::Error)]
#[error("a call of the volume does not return, and may hold the wall's lock until this process has ended")]
struct Stuck;

/// A function error. The runtime logs how it looks in a debugger, so it looks there as people are told it.
struct FunctionError(Failure);

impl fmt::Debug for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.name(), self.0)
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Self {
        error.0.into()
    }
}

/// Runs the function until the process is told to stop, and says how the process should exit.
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
    if settings.log_json {
        logs.json().flatten_event(true).with_span_list(false).init();
    } else {
        logs.init();
    }
    let handler = Handler::new(&settings.volume, settings.retry_window);
    match serve(&handler) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the function stopped");
            ExitCode::FAILURE
        }
    }
}

fn serve(handler: &Handler) -> anyhow::Result<()> {
    // An execution environment has one event at a time; the volume is touched on Tokio's threads for blocking work.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(until_told_to_stop(handler));
    runtime.shutdown_timeout(LAST_WRITE);
    result
}

async fn until_told_to_stop(handler: &Handler) -> anyhow::Result<()> {
    // The first process of a container ignores these signals unless it listens for them.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let function =
        Runtime::new(service_fn(async |event: LambdaEvent<_>| handler.handle(event).await.map_err(FunctionError)));
    // What the layers of a runtime wrap ends when the Runtime API has taken the answer, and their error ends the runtime.
    let function = function.layer(TracingLayer::new()).layer(MapResultLayer::new(|answered: Result<(), _>| {
        answered.and_then(|()| if handler.is_stuck() { Err(Stuck.into()) } else { Ok(()) })
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

#[expect(clippy::print_stderr, reason = "how to log is one of the settings that may be wrong")]
fn report(problems: &[String]) {
    eprintln!("lambda-writer cannot start:");
    for problem in problems {
        eprintln!("  {problem}");
    }
}
