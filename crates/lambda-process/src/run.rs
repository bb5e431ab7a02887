//! Runs a function until a signal.

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::settings::{LogFormat, ProcessSettings};
use crate::usage::EXIT_BAD_SETTINGS;

/// The longest time that work in progress gets when the process receives a signal to stop.
const GRACE: Duration = Duration::from_millis(500);

/// The program of a function whose logs are set up.
#[derive(Debug)]
pub struct Program(());

impl Program {
    /// Sets up the logs. Call it once in a process.
    #[must_use]
    pub fn new(settings: ProcessSettings) -> Self {
        let logs = tracing_subscriber::fmt().with_env_filter(settings.log_filter).with_writer(io::stderr);
        match settings.log_format {
            LogFormat::Json => logs.json().flatten_event(true).with_span_list(false).init(),
            LogFormat::Text => logs.init(),
        }
        Self(())
    }

    /// Runs `function`, which ends only with an error, until the process receives SIGTERM or SIGINT. Returns the exit code
    /// of the process: 0 after a signal, 1 after an error, which is logged.
    #[must_use]
    pub fn run(self, function: impl Future<Output = anyhow::Error>) -> ExitCode {
        match serve(function) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "function_stopped");
                ExitCode::FAILURE
            }
        }
    }
}

fn serve(function: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    // An execution environment has one event at a time, and blocking calls have Tokio's threads for them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(until_signal(function));
    runtime.shutdown_timeout(GRACE);
    result
}

async fn until_signal(function: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    // The first process of a container ignores these signals unless it listens for them.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        error = function => Err(error),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Prints the faults of the settings, and returns the exit code.
#[expect(clippy::print_stderr, reason = "the log format is one of the settings that may be wrong")]
#[must_use]
pub fn report(program: &str, problems: &[String]) -> ExitCode {
    eprintln!("{program} cannot start:");
    for problem in problems {
        eprintln!("  {problem}");
    }
    ExitCode::from(EXIT_BAD_SETTINGS)
}
