//! What can be done to a wall, whoever asks for it.

use std::str::FromStr;
use std::time::Instant;

use serde::Deserialize;
use shared_volume::config::{self, Outcome, Request};
use shared_volume::message::Draft;
use shared_volume::wall::{Appended, Cleared, Newest, Removed, WallWriter};

use crate::error::{Access, Failure};

/// Something to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Adds a message.
    Post(Draft),
    /// Reads the newest messages.
    Read(Limit),
    /// Takes all messages away.
    Clear {
        /// The id of the event that brought it.
        event: String,
    },
    /// Takes one message off the wall.
    Remove {
        /// The id of the message.
        id: String,
        /// Who asks for it, if known.
        by: Option<String>,
        /// The event that brought it.
        event: String,
    },
    /// Publishes a configuration.
    Configure(Request),
}

/// What was done.
#[derive(Debug)]
pub(crate) enum Done {
    Posted(Appended),
    Read(Newest),
    Cleared(Cleared),
    Removed(Removed),
    Configured(Outcome),
}

impl Command {
    /// Its name in the logs, which is its name in a direct invocation.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Read(_) => "read",
            Self::Clear { .. } => "clear",
            Self::Remove { .. } => "remove",
            Self::Configure(request) => match request.change {
                config::Change::Patch(_) => "change_config",
                config::Change::Whole(_) => "publish_config",
                config::Change::Rollback(_) => "rollback_config",
            },
        }
    }

    /// Returns the kind of access to the volume that it needs.
    pub(crate) fn access(&self) -> Access {
        match self {
            Self::Read(_) => Access::Read,
            Self::Post(_) | Self::Clear { .. } | Self::Remove { .. } | Self::Configure(_) => Access::Write,
        }
    }

    /// Does it, waiting for other writers until `deadline`. It blocks.
    pub(crate) fn execute(self, writer: &mut WallWriter, deadline: Instant) -> Result<Done, Failure> {
        match self {
            Self::Post(draft) => post(draft, writer, deadline),
            Self::Read(limit) => {
                let newest = writer.newest(limit.0).map_err(|error| Failure::volume(Access::Read, error))?;
                Ok(Done::Read(newest))
            }
            Self::Clear { event } => Ok(Done::Cleared(writer.clear(Some(&event), deadline)?)),
            Self::Remove { id, by, event } => {
                Ok(Done::Removed(writer.remove(&id, by.as_deref(), Some(&event), deadline)?))
            }
            Self::Configure(request) => Ok(Done::Configured(writer.publish(request, deadline)?)),
        }
    }
}

fn post(draft: Draft, writer: &mut WallWriter, deadline: Instant) -> Result<Done, Failure> {
    let mut batch = writer.append(&[draft], deadline)?;
    if let Some(error) = batch.compaction_failed {
        tracing::warn!(error = %error, "the message is accepted, but keeping the log short failed");
    }
    // `append` returns one answer for each draft.
    Ok(Done::Posted(batch.answers.remove(0)?))
}

/// How many messages to read: 1 to 10000, 100 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;

    fn try_from(limit: i64) -> Result<Self, String> {
        let fits = usize::try_from(limit).ok().filter(|limit| (1..=10_000).contains(limit));
        fits.map(Self).ok_or_else(|| format!("must be 1 to 10000, is {limit}"))
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(limit: &str) -> Result<Self, String> {
        limit.parse::<i64>().map_err(|_| format!("must be 1 to 10000, is {limit:?}"))?.try_into()
    }
}
