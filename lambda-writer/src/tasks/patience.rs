//! The time to wait for the tasks.

use std::time::Duration;

/// The time to wait for the tasks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) within: Duration,
    /// True to ask a task again that has not read the effect yet.
    pub(crate) asks_again: bool,
}
