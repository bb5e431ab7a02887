//! The Lambda function `MessageWallInference`: classifies pictures.

use std::process::ExitCode;

use clap::Parser;
use lambda_inference::Arguments;

/// The Lambda function that classifies pictures. It needs a Lambda Runtime API: that of AWS, of an emulator, or of
/// `messagewall`.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => lambda_inference::start(cli.arguments),
        Err(error) => lambda_process::usage(&error),
    }
}
