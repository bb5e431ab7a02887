//! The Lambda function `MessageWall`: the only writer of the wall.

use std::process::ExitCode;

use clap::Parser;
use lambda_writer::Arguments;

/// The Lambda function that writes the wall. It runs where the Lambda Runtime API is: on AWS, under an emulator of it,
/// or under `messagewall`.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => lambda_writer::start(cli.arguments),
        Err(error) => usage(&error),
    }
}

/// Prints help, the version, or what is wrong with the command line, which is as bad a setting as any.
fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to try when the terminal is gone.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(lambda_writer::EXIT_BAD_SETTINGS) } else { ExitCode::SUCCESS }
}
