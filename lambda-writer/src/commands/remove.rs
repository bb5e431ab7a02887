//! Removes one message.

use shared_volume::wall::{self, Cycle};
use wall_api::Removed;

use crate::error::Failure;

/// The removal of a message.
#[derive(Debug)]
pub(crate) struct Removal {
    /// The id of the message.
    pub(crate) id: String,
    /// The person who removes it, if known.
    pub(crate) by: Option<String>,
    /// The event id with its source.
    pub(crate) event: String,
}

pub(super) fn apply(cycle: &mut Cycle<'_>, removal: &Removal) -> Result<Removed, Failure> {
    let wall::Removed { id, repeated } = cycle.remove(&removal.id, removal.by.as_deref(), Some(&removal.event))?;
    Ok(Removed { removed: id, repeated })
}
