//! The commands that change the volume, in one type.

use shared_volume::files::FileRequest;
use shared_volume::message::Draft;
use shared_volume::wall::Cycle;
use ulid::Ulid;
use wall_api::{Cleared, Configured, FilePublished, Labelled, Posted, Removed, Restored};

use super::configure::{self, ConfigChange};
use super::cycle::one;
use super::label::{self, Labelling};
use super::remove::{self, Removal};
use super::{clear, file, post, restore};
use crate::error::Failure;
use crate::invocation::Invocation;
use crate::reply::Reply;

/// A command that changes the volume.
#[derive(Debug)]
pub(crate) enum Write {
    /// Adds a message.
    Post(Draft),
    /// Removes a message.
    Remove(Removal),
    /// Adds the classes of its picture to a message.
    Label(Labelling),
    /// Removes all messages. It has the event id.
    Clear(String),
    /// Restores the messages of a cleared wall.
    Restore {
        /// The wall that was cleared.
        wall: Ulid,
        /// The event id with its source.
        event: String,
    },
    /// Publishes a configuration.
    Configure(Box<ConfigChange>),
    /// Publishes a file.
    File(Box<FileRequest>),
}

/// Executes a command that changes the volume.
pub(crate) async fn write(invocation: &Invocation<'_>, write: Write) -> Result<Written, Failure> {
    one(invocation, write.name(), move |cycle| write.apply(cycle)).await
}

/// The answer to a command that changes the volume.
#[derive(Debug)]
pub(crate) enum Written {
    Posted(Posted),
    Removed(Removed),
    Labelled(Labelled),
    Cleared(Cleared),
    Restored(Restored),
    Configured(Box<Configured>),
    File(FilePublished),
}

impl Written {
    /// Returns the generation that is in force after a publication, and true if it was in force before. `None` for other commands.
    pub(crate) fn published(&self) -> Option<(u64, bool)> {
        match self {
            Self::Configured(configured) => Some((configured.generation, configured.unchanged.is_some())),
            Self::File(published) => Some((published.generation, published.unchanged.is_some())),
            Self::Posted(_) | Self::Removed(_) | Self::Labelled(_) | Self::Cleared(_) | Self::Restored(_) => None,
        }
    }
}

impl Write {
    /// Returns true if the effect is durable only after a flush.
    pub(super) fn is_collected(&self) -> bool {
        matches!(self, Self::Post(_))
    }

    /// Returns the name of the command in the logs.
    fn name(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Remove(_) => "remove",
            Self::Label(_) => "label",
            Self::Clear(_) => "clear",
            Self::Restore { .. } => "restore",
            Self::Configure(change) => change.name(),
            Self::File(request) => file::name(request),
        }
    }

    /// Applies the command in a lock cycle.
    pub(super) fn apply(self, cycle: &mut Cycle<'_>) -> Result<Written, Failure> {
        Ok(match self {
            Self::Post(draft) => Written::Posted(post::apply(cycle, &draft)?),
            Self::Remove(removal) => Written::Removed(remove::apply(cycle, &removal)?),
            Self::Label(labelling) => Written::Labelled(label::apply(cycle, labelling)?),
            Self::Clear(event) => Written::Cleared(clear::apply(cycle, &event)?),
            Self::Restore { wall, event } => Written::Restored(restore::apply(cycle, wall, &event)?),
            Self::Configure(change) => Written::Configured(Box::new(configure::apply(cycle, *change)?)),
            Self::File(request) => Written::File(file::apply(cycle, *request)?),
        })
    }
}

impl From<Written> for Reply {
    fn from(written: Written) -> Self {
        match written {
            Written::Posted(posted) => Self::Posted(posted),
            Written::Removed(removed) => Self::Removed(removed),
            Written::Labelled(labelled) => Self::Labelled(labelled),
            Written::Cleared(cleared) => Self::Cleared(cleared),
            Written::Restored(restored) => Self::Restored(restored),
            Written::Configured(configured) => Self::Configured(configured),
            Written::File(published) => Self::File(published),
        }
    }
}
