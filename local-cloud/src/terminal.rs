//! Output for the person at the terminal. Logs are written elsewhere.

use std::io::Write;

/// Writes a line to standard output: a result.
pub(crate) fn print(text: &str) {
    // If the pipe is closed, there is no other place to write to.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes a line to standard error: an error.
pub(crate) fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
