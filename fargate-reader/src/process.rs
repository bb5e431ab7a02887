//! The reader as a process: logs, signals and the exit code.

use std::io;
use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::serve;
use crate::settings::{Arguments, InvalidSettings, Settings};

/// The exit code for invalid settings (`EX_USAGE`).
const USAGE: u8 = 64;

/// Runs the reader until SIGTERM or SIGINT.
///
/// The exit code is 0 after SIGTERM or SIGINT, 64 if the settings are invalid, else 1.
#[must_use]
pub fn start(arguments: Arguments) -> ExitCode {
    let filter = EnvFilter::builder().parse_lossy(&arguments.log);
    let settings = match Settings::new(arguments) {
        Ok(settings) => settings,
        Err(invalid) => return refuse(&invalid),
    };
    let logs = tracing_subscriber::fmt().json().flatten_event(true).with_writer(io::stderr);
    // A second start in the same process keeps the logs of the first one.
    drop(logs.with_env_filter(filter).try_init());
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "reader_failed");
            ExitCode::FAILURE
        }
    }
}

fn run(settings: Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the async runtime")?;
    let result = runtime.block_on(async {
        let shutdown = shutdown_signal()?;
        let listen = settings.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("failed to listen on {listen}"))?;
        serve::run(listener, settings, shutdown).await
    });
    // Tasks that are still running, such as a name look-up, must not delay the exit.
    runtime.shutdown_background();
    result
}

/// Returns a future that completes at SIGTERM or SIGINT. The signals are caught from now on.
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "shutdown_asked");
    })
}

#[expect(clippy::print_stderr, reason = "there are no logs yet, and a person who starts the program reads plain lines")]
fn refuse(invalid: &InvalidSettings) -> ExitCode {
    eprintln!("error: {invalid}");
    ExitCode::from(USAGE)
}
