//! The reader as a process of its own.

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
    /// Ask the reader that listens on LISTEN's port whether it lives: exit code 0 or 1
    Healthcheck,
}

/// Wrong usage (EX_USAGE), as for settings that make no sense.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be done when not even this can be printed.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match cli.command {
        Some(Command::Healthcheck) => fargate_reader::check_health(&cli.arguments),
        None => fargate_reader::start(cli.arguments),
    }
}
