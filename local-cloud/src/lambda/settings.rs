//! The settings of the function.

use std::path::PathBuf;
use std::time::Duration;

use crate::defaults::{FUNCTION, FUNCTION_TIMEOUT_S};

/// The settings of the function.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the function. `MessageWall` by default.
    pub function: String,
    /// The longest time of an invocation. 15 s by default, as the deployed function has.
    pub timeout: Duration,
    /// The number of invocations that may wait for an environment before callers are throttled. 64 by default. Lambda
    /// would start more environments instead. No invocation waits longer than `timeout`.
    pub queue: usize,
    /// The directory for the events of asynchronous invocations that failed in every attempt. They are only logged by
    /// default.
    pub dead_letters: Option<PathBuf>,
    /// The file to which the environments write their logs, for `LogType=Tail`. None by default.
    pub log: Option<PathBuf>,
}

impl Settings {
    /// The default of [`queue`](Self::queue).
    pub(crate) const QUEUE: usize = 64;
}

impl Default for Settings {
    fn default() -> Self {
        let timeout = Duration::from_secs(FUNCTION_TIMEOUT_S);
        Self { function: FUNCTION.to_owned(), timeout, queue: Self::QUEUE, dead_letters: None, log: None }
    }
}
