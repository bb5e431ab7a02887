//! The answer of the local cloud.

use serde::Deserialize;

/// The largest number of environments that are kept.
const MOST: usize = 64;

/// The state of the local cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct CloudReport {
    /// The environments of the function that writes.
    pub(crate) environments: Vec<EnvironmentReport>,
    /// The invocations that wait for an environment.
    pub(crate) waiting: u64,
    /// The asynchronous invocations without a result.
    pub(crate) pending_events: u64,
    /// The invocations since its start.
    pub(crate) invocations: u64,
    pub(crate) errors: u64,
    pub(crate) throttles: u64,
    pub(crate) retried_events: u64,
    pub(crate) dead_letters: u64,
}

/// The state of an execution environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct EnvironmentReport {
    pub(crate) state: EnvironmentState,
    pub(crate) invocations: u64,
}

/// The states of an execution environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EnvironmentState {
    Starting,
    Idle,
    Busy,
    /// A state of another version.
    #[default]
    #[serde(other)]
    Unknown,
}

impl CloudReport {
    /// Returns the report with no more environments than are shown.
    pub(super) fn bounded(mut self) -> Self {
        self.environments.truncate(MOST);
        self
    }
}

impl EnvironmentState {
    /// Returns the state in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Idle => "idle",
            Self::Busy => "at work",
            Self::Unknown => "unknown",
        }
    }
}
