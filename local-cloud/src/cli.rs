//! The command line.

use std::future::Future;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{check, healthcheck, invoke, restore, terminal, up};

/// The whole wall on one machine: functions and a container that share one directory.
#[derive(Debug, Parser)]
#[command(name = "messagewall", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: up::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts everything: the Lambda service, the functions, the wall (what `messagewall` alone does, too).
    Up(up::Arguments),
    /// Starts the Lambda service alone; execution environments attach themselves to its Runtime API.
    Lambda(up::LambdaArguments),
    /// Sends an event to the function, and prints its answer.
    Invoke(invoke::Arguments),
    /// Says whether a file is a valid configuration of the wall.
    Check(check::Arguments),
    /// Puts back what a clear or a compaction took off the wall; what was posted since stays.
    Restore(restore::Arguments),
    /// Exits with 0 when the URL answers with success: for the health checks of containers.
    Healthcheck(healthcheck::Arguments),
    /// One execution environment of the function: a child of `up`.
    #[command(hide = true)]
    LambdaWriter(Child<lambda_writer::Arguments>),
    /// The wall's web server: a child of `up`.
    #[command(hide = true)]
    FargateReader(Child<fargate_reader::Arguments>),
}

/// A program that `up` starts as a child.
#[derive(Debug, Args)]
struct Child<A: Args> {
    /// Ends when standard input does, so that no child outlives its parent, however that ended.
    #[arg(long, hide = true)]
    with_parent: bool,
    #[command(flatten)]
    arguments: A,
}

impl Cli {
    /// Does what the command line says.
    #[must_use]
    pub fn run(self) -> ExitCode {
        match self.command.unwrap_or(Command::Up(self.up)) {
            Command::Up(arguments) => run(up::run(arguments)),
            Command::Lambda(arguments) => run(up::lambda(arguments)),
            Command::Invoke(arguments) => run(invoke::run(arguments)),
            Command::Check(arguments) => told(check::run(&arguments)),
            Command::Restore(arguments) => told(restore::run(&arguments)),
            Command::Healthcheck(arguments) => run(healthcheck::run(arguments)),
            Command::LambdaWriter(child) => child.start(lambda_writer::start),
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
        Ok(runtime) => told(runtime.block_on(command)),
        Err(error) => told(Err(error.into())),
    }
}

/// Tells what went wrong, once, in one line.
fn told(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        terminal::complain(&format!("messagewall: {error:#}"));
        error.downcast_ref::<up::InvalidSettings>().map_or(ExitCode::FAILURE, |_| ExitCode::from(64))
    })
}
