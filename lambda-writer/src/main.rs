//! The Lambda function `MessageWall`: the only writer of the wall.

use std::process::ExitCode;

use clap::Parser;
use lambda_writer::Arguments;

/// The Lambda function that writes the wall. It needs a Lambda Runtime API: that of AWS, of an emulator, or of
/// `messagewall`.
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

/// Prints help, version or error, and returns the exit code.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed terminal leaves no other place to print to.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(lambda_writer::EXIT_BAD_SETTINGS) } else { ExitCode::SUCCESS }
}
