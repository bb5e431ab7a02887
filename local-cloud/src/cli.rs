//! The command line.

use std::future::Future;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{check, healthcheck, invoke, model, post, restore, terminal, up};

/// Runs the whole wall on one machine: function and service share one directory.
///
/// Without a subcommand, it does the same as `up`.
#[derive(Debug, Parser)]
#[command(name = "messagewall", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: up::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the Lambda service, the functions and the reader (the default).
    Up(up::Arguments),
    /// Starts only the Lambda service. Execution environments attach themselves to its Runtime API.
    Lambda(up::LambdaArguments),
    /// Sends an event to the function and prints the answer.
    Invoke(invoke::Arguments),
    /// Posts a message on the wall, with or without a picture.
    Post(post::Arguments),
    /// Makes a small model that names shapes in pictures, and uses it.
    Model(model::Arguments),
    /// Checks whether a file is a valid configuration.
    Check(check::Arguments),
    /// Restores the messages that a clear or a compaction removed. Newer messages stay.
    Restore(restore::Arguments),
    /// Sends a GET request and exits with 0 if the answer is a success. For the health checks of containers.
    Healthcheck(healthcheck::Arguments),
    /// Runs one execution environment of the function. A child of `up`.
    #[command(hide = true)]
    LambdaWriter(Child<lambda_writer::Arguments>),
    /// Runs one execution environment of the function that classifies pictures. A child of `up`.
    #[command(hide = true)]
    LambdaInference(Child<lambda_inference::Arguments>),
    /// Runs the reader. A child of `up`.
    #[command(hide = true)]
    FargateReader(Child<fargate_reader::Arguments>),
}

/// The arguments of a program that `up` starts as a child.
#[derive(Debug, Args)]
struct Child<A: Args> {
    /// Ends the process when standard input ends, so that no child outlives its parent.
    #[arg(long, hide = true)]
    with_parent: bool,
    #[command(flatten)]
    arguments: A,
}

/// Parses the command line and runs the command.
///
/// The exit code is 64 if the command line or a setting is wrong, 1 after any other error, and 0 otherwise.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli.run(),
        Err(error) => {
            // If the terminal is closed, there is no other place to write to.
            let _ = error.print();
            // Help and version are no errors.
            if error.use_stderr() { usage() } else { ExitCode::SUCCESS }
        }
    }
}

impl Cli {
    fn run(self) -> ExitCode {
        match self.command.unwrap_or(Command::Up(self.up)) {
            Command::Up(arguments) => run(up::run(arguments)),
            Command::Lambda(arguments) => run(up::lambda(arguments)),
            Command::Invoke(arguments) => run(invoke::run(arguments)),
            Command::Post(arguments) => run(post::run(arguments)),
            Command::Model(arguments) => report(model::run(&arguments)),
            Command::Check(arguments) => report(check::run(&arguments)),
            Command::Restore(arguments) => report(restore::run(&arguments)),
            Command::Healthcheck(arguments) => run(healthcheck::run(arguments)),
            Command::LambdaWriter(child) => child.start(lambda_writer::start),
            Command::LambdaInference(child) => child.start(lambda_inference::start),
            Command::FargateReader(child) => child.start(fargate_reader::start),
        }
    }
}

impl<A: Args> Child<A> {
    fn start(self, start: impl FnOnce(A) -> ExitCode) -> ExitCode {
        if self.with_parent {
            std::thread::spawn(up::end_with_parent);
        }
        start(self.arguments)
    }
}

fn run(command: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => report(runtime.block_on(command)),
        Err(error) => report(Err(error.into())),
    }
}

/// Prints an error as one line, and returns the exit code.
fn report(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        terminal::print_error(&format!("messagewall: {error:#}"));
        if error.is::<up::InvalidAdminToken>() || model::is_usage(&error) { usage() } else { ExitCode::FAILURE }
    })
}

/// Returns the exit code of a wrong command line or setting: `EX_USAGE` of sysexits.h.
fn usage() -> ExitCode {
    ExitCode::from(64)
}
