//! The Lambda function `MessageWallInference`: classifies pictures.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lambda_inference::{Arguments, bench};

/// The Lambda function that classifies pictures. It needs a Lambda Runtime API: that of AWS, of an emulator, or of
/// `messagewall`.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Subcommand)]
enum Command {
    /// Measures a model without Lambda, and prints the times as JSON.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(Cli { command: None, arguments }) => lambda_inference::start(arguments),
        Ok(Cli { command: Some(Command::Bench(arguments)), .. }) => match bench::run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Err(error) => lambda_process::usage(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the measurement is a command for people")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("lambda-inference: {error:#}");
    ExitCode::FAILURE
}
