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
        Err(error) => lambda_process::usage(&error),
    }
}
