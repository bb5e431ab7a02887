//! The commands that change the volume, in one type.

use shared_volume::message::Draft;
use shared_volume::wall::Cycle;
use wall_api::{Cleared, Configured, Posted, Removed};

use super::{ConfigChange, Removal, clear, configure, post, remove};
use crate::error::Failure;
use crate::reply::Reply;

/// A command that changes the volume.
#[derive(Debug)]
pub(crate) enum Write {
    /// Adds a message.
    Post(Draft),
    /// Removes a message.
    Remove(Removal),
    /// Removes all messages. It has the event id.
    Clear(String),
    /// Publishes a configuration.
    Configure(ConfigChange),
}

/// The answer to a command that changes the volume.
#[derive(Debug)]
pub(crate) enum Written {
    Posted(Posted),
    Removed(Removed),
    Cleared(Cleared),
    Configured(Box<Configured>),
}

impl Write {
    /// Returns true if the effect is durable only after a flush.
    pub(super) fn is_collected(&self) -> bool {
        matches!(self, Self::Post(_))
    }

    /// Returns the name of the command in the logs.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Remove(_) => "remove",
            Self::Clear(_) => "clear",
            Self::Configure(change) => change.name(),
        }
    }

    /// Applies the command in a lock cycle.
    pub(super) fn apply(self, cycle: &mut Cycle<'_>) -> Result<Written, Failure> {
        Ok(match self {
            Self::Post(draft) => Written::Posted(post::apply(cycle, &draft)?),
            Self::Remove(removal) => Written::Removed(remove::apply(cycle, &removal)?),
            Self::Clear(event) => Written::Cleared(clear::apply(cycle, &event)?),
            Self::Configure(change) => Written::Configured(Box::new(configure::apply(cycle, change)?)),
        })
    }
}

impl From<Written> for Reply {
    fn from(written: Written) -> Self {
        match written {
            Written::Posted(posted) => Self::Posted(posted),
            Written::Removed(removed) => Self::Removed(removed),
            Written::Cleared(cleared) => Self::Cleared(cleared),
            Written::Configured(configured) => Self::Configured(configured),
        }
    }
}
