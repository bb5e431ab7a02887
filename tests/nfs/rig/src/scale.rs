//! The length of the scenarios.

use std::time::Duration;

/// The numbers and times of a run: enough to know, or enough to publish the figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// The writes of each kind.
    pub(crate) writes: usize,
    /// The publications of a directory of files, each of which takes seconds in the emulated machine.
    pub(crate) publications: usize,
    /// The wait for the slow watchers after the last write.
    pub(crate) stragglers: Duration,
    /// The time for which a wire is cut.
    pub(crate) cut: Duration,
    /// The number of times that a writing client is cut off for longer than its lease.
    pub(crate) cuts: usize,
    /// The time for which two clients post.
    pub(crate) posting: Duration,
    /// The time for which four writers contend.
    pub(crate) contention: Duration,
}

impl Scale {
    pub(crate) const SHORT: Self = Self {
        writes: 20,
        publications: 5,
        stragglers: Duration::from_secs(3),
        cut: Duration::from_secs(12),
        cuts: 2,
        posting: Duration::from_secs(20),
        contention: Duration::from_secs(10),
    };
    pub(crate) const FULL: Self = Self {
        writes: 200,
        publications: 100,
        stragglers: Duration::from_secs(60),
        cut: Duration::from_secs(30),
        cuts: 8,
        posting: Duration::from_secs(120),
        contention: Duration::from_secs(60),
    };
}
