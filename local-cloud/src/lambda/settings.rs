//! The settings of a function.

use std::path::PathBuf;
use std::time::Duration;

use crate::defaults::{FUNCTION, FUNCTION_TIMEOUT_S, INFERENCE_FUNCTION, INFERENCE_TIMEOUT_S};

/// The settings of a function.
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
    /// The function that asynchronously gets a record of each asynchronous invocation that has ended, after a success and after
    /// a failure. None by default.
    pub destination: Option<String>,
    /// The time for which an asynchronous invocation is tried. Six hours by default, as on Lambda.
    pub max_event_age: Duration,
}

impl Settings {
    /// The default of [`queue`](Self::queue).
    pub(crate) const QUEUE: usize = 64;

    /// Returns the settings of the function that classifies pictures. The writer is its destination.
    #[must_use]
    pub fn of_inference() -> Self {
        Self {
            function: INFERENCE_FUNCTION.to_owned(),
            timeout: Duration::from_secs(INFERENCE_TIMEOUT_S),
            destination: Some(FUNCTION.to_owned()),
            ..Self::default()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            function: FUNCTION.to_owned(),
            timeout: Duration::from_secs(FUNCTION_TIMEOUT_S),
            queue: Self::QUEUE,
            dead_letters: None,
            log: None,
            destination: None,
            max_event_age: Duration::from_secs(6 * 60 * 60),
        }
    }
}
