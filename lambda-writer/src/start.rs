//! Starting: settings, logs, the Tokio runtime, the loop.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime::{LambdaEvent, service_fn};
use tokio::signal::unix::{SignalKind, signal};

use crate::handler::Handler;
use crate::settings::{Arguments, Settings};

/// What the process exits with when its settings are wrong (`EX_USAGE`).
pub const EXIT_BAD_SETTINGS: u8 = 64;

/// How long a write that is under way may take when the process is told to stop.
const LAST_WRITE: Duration = Duration::from_millis(500);

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
    let handler = Handler::new(&settings.volume);
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
    tokio::select! {
        ended = lambda_runtime::run(service_fn(|event: LambdaEvent<_>| handler.handle(event))) => match ended {
            Ok(()) => anyhow::bail!("the Lambda Runtime API has no more events"),
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
