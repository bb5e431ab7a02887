//! The reader as a process: settings, logs, signals, exit code.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::settings::{self, Arguments, Settings};

/// Settings that make no sense (EX_USAGE).
const USAGE: u8 = 64;

/// How long a reader may take to say that it lives.
const HEALTH_PATIENCE: Duration = Duration::from_secs(2);

/// Runs the reader until SIGTERM or SIGINT.
///
/// The exit code is 0 after a shutdown that was asked for, 64 when the settings make no sense, else 1.
#[must_use]
pub fn start(arguments: Arguments) -> ExitCode {
    let filter = settings::log_filter(&arguments.log);
    let settings = match Settings::new(arguments) {
        Ok(settings) => settings,
        Err(problems) => return refuse(&problems),
    };
    let logs = tracing_subscriber::fmt().json().flatten_event(true).with_writer(io::stderr);
    // A second start in the same process keeps the first one's logs.
    drop(logs.with_env_filter(filter.unwrap_or_default()).try_init());
    match serve(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "reader_failed");
            ExitCode::FAILURE
        }
    }
}

fn serve(settings: Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the async runtime")?;
    let result = runtime.block_on(async {
        let asked = shutdown_asked()?;
        let listen = settings.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("failed to listen on {listen}"))?;
        crate::run(listener, settings, asked).await
    });
    // What still runs, such as a name look-up, must not hold up the exit.
    runtime.shutdown_background();
    result
}

/// Ends when SIGTERM or SIGINT comes. The signals are caught from now on.
fn shutdown_asked() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
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

#[expect(clippy::print_stderr, reason = "whoever starts it reads plain lines, and there are no logs yet")]
fn refuse(problems: &settings::InvalidSettings) -> ExitCode {
    eprintln!("{problems}");
    ExitCode::from(USAGE)
}

/// Asks the reader that listens on the port of `arguments` whether it lives, for a container without a shell.
#[must_use]
pub fn check_health(arguments: &Arguments) -> ExitCode {
    let alive = settings::listen(arguments).map_err(io::Error::other).and_then(is_alive);
    ExitCode::from(u8::from(!alive.unwrap_or(false)))
}

fn is_alive(listen: SocketAddr) -> io::Result<bool> {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    let mut connection = TcpStream::connect_timeout(&SocketAddr::new(ip, listen.port()), HEALTH_PATIENCE)?;
    connection.set_read_timeout(Some(HEALTH_PATIENCE))?;
    connection.write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    connection.read_exact(&mut status)?;
    Ok(&status == b"HTTP/1.1 200")
}
