//! The program `fargate-reader`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Follows a wall on a shared volume and serves it live
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: fargate_reader::Arguments,
}

#[derive(Subcommand)]
enum Command {
    /// Exit with 0 if the reader that listens on the port of LISTEN answers, else with 1
    Healthcheck,
}

/// The exit code for invalid settings (`EX_USAGE`).
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // If even this cannot be printed, there is nothing left to do.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match cli.command {
        Some(Command::Healthcheck) => fargate_reader::check_health(&cli.arguments),
        None => fargate_reader::start(cli.arguments),
    }
}
