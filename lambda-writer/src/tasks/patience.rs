//! The time to wait for the tasks.

use std::time::Duration;

/// The time to wait for the tasks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) within: Duration,
    /// True to wait until the tasks serve the effect: a task that has not read it yet is asked again.
    pub(crate) waits: bool,
}
