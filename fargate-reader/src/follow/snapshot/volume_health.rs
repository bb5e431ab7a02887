//! The health of the volume, and the watcher on it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared_volume::time;

/// The health of the volume.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum VolumeHealth {
    /// No scan has succeeded yet. Contains the error of the last one, if there was one.
    Waiting(Option<String>),
    /// The last scan succeeded.
    Ok,
    /// Scans fail. The last good state is served.
    Failing {
        /// The error of the last scan.
        reason: String,
        /// The time of the first error in a row.
        since: Timestamp,
    },
}

impl VolumeHealth {
    /// Returns the health after a scan. `self` is the health before it.
    pub(in crate::follow) fn after(&self, scan: Result<(), String>) -> Self {
        match (scan, self) {
            (Ok(()), _) => Self::Ok,
            (Err(reason), Self::Waiting(_)) => Self::Waiting(Some(reason)),
            (Err(reason), Self::Ok) => Self::Failing { reason, since: time::now() },
            (Err(reason), Self::Failing { since, .. }) => Self::Failing { reason, since: *since },
        }
    }
}

/// The kind of a watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WatcherKind {
    /// The kernel reports changes (inotify).
    Native,
    /// The watcher looks at the files again and again, as a network mount needs it.
    Nfs,
}

impl WatcherKind {
    /// Returns the name that clients and logs see.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Nfs => "nfs",
        }
    }
}

impl Serialize for WatcherKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
