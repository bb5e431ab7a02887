//! How the service runs its function.

use std::time::Duration;

/// How the function is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The function's name; default `MessageWall`.
    pub function: String,
    /// How long an invocation may take; default 10 s; the deployed function has 15 s.
    pub timeout: Duration,
    /// How many invocations may wait for an environment before callers are throttled; default 64. Lambda would start
    /// more environments instead. None waits longer than `timeout`.
    pub queue: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { function: "MessageWall".to_owned(), timeout: Duration::from_secs(10), queue: 64 }
    }
}
