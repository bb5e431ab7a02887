//! What a person at the terminal reads. Logs go elsewhere.

use std::io::Write;

/// Writes to standard output: what was asked for.
pub(crate) fn say(text: &str) {
    // If the reader of the pipe has gone there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes to standard error: what went wrong.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
