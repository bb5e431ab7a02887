//! The exit code of a wrong command line.

use std::process::ExitCode;

/// The exit code of a process whose settings are wrong: `EX_USAGE` of `sysexits.h`.
pub const EXIT_BAD_SETTINGS: u8 = 64;

/// Prints the help, the version or the error of a command line, and returns the exit code.
#[must_use]
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed terminal leaves no other place to print to.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(EXIT_BAD_SETTINGS) } else { ExitCode::SUCCESS }
}
