//! The process: the command line, the logs and the exit code.

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::health_check;
use crate::settings::{Arguments, ParentArguments, Settings};
use crate::start;

/// The exit code for invalid settings (`EX_USAGE`).
const USAGE: u8 = 64;

/// Mirrors files from a network mount for a program that does not notice what another host writes, and reloads it
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the application when everything is in place, passes signals to it, reaps its processes, and reloads or restarts it
    Run(Box<Run>),
    /// Exits with 0 if everything is in place, as the listener of FOLLOW_LISTEN says, else with 1
    HealthCheck {
        #[command(flatten)]
        arguments: Box<Arguments>,
    },
}

#[derive(Debug, clap::Args)]
struct Run {
    #[command(flatten)]
    arguments: Arguments,
    #[command(flatten)]
    parent: ParentArguments,
    /// The application and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    words: Vec<OsString>,
}

/// Runs the program. Returns its exit code: that of the application for `run`, 64 for wrong settings.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        None => follow(&cli.arguments, None),
        Some(Command::Run(run)) => follow(&run.arguments, Some((&run.parent, run.words))),
        Some(Command::HealthCheck { arguments }) => check_health(&arguments),
    }
}

fn follow(arguments: &Arguments, application: Option<(&ParentArguments, Vec<OsString>)>) -> ExitCode {
    let settings = match Settings::new(arguments) {
        Ok(settings) if settings.once && application.is_some() => {
            return refuse("--once: there is nothing to run after it");
        }
        Ok(settings) => settings,
        Err(fault) => return refuse(&fault),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(&arguments.log).with_writer(io::stderr);
    logs.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
    let application = application.map(|(parent, words)| (parent.into(), words));
    match block_on(start::run(settings, application)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "follow_stopped");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command prints its result")]
fn check_health(arguments: &Arguments) -> ExitCode {
    let listen = match Settings::listen(arguments) {
        Ok(Some(listen)) => listen,
        Ok(None) => return refuse("--listen is missing: the health check asks the listener"),
        Err(fault) => return refuse(&fault),
    };
    match block_on(async { Ok(health_check::check(listen).await) }) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(reason)) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a future on this thread. What is still running afterwards ends with the process: a thread may hang in a call to the
/// mount for good.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime")?;
    let result = runtime.block_on(future);
    // Threads of mirrors may be waiting for it.
    std::mem::forget(runtime);
    result
}

#[expect(clippy::print_stderr, reason = "the log filter is one of the settings that may be wrong")]
fn refuse(fault: &str) -> ExitCode {
    eprintln!("follow cannot start: {fault}");
    ExitCode::from(USAGE)
}

impl Cli {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// Returns the exit code after printing the help, the version or what is wrong.
    pub fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            // If even this cannot be printed, there is nothing left to do.
            drop(error.print());
            if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
        })
    }
}
