//! `messagewall`: the whole wall on one machine.

use std::process::ExitCode;

use clap::Parser;
use local_cloud::cli::Cli;

/// The exit code of a wrong command line, as in sysexits.h.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli.run(),
        Err(error) => {
            // Help and version are asked for; everything else is a mistake.
            let mistaken = error.use_stderr();
            // If the terminal has gone there is nobody to tell.
            let _ = error.print();
            if mistaken { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
        }
    }
}
