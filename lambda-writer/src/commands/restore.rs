//! Restores the messages of a cleared wall.

use shared_volume::wall::{Cycle, RestoredWall};
use ulid::Ulid;
use wall_api::Restored;

use crate::error::Failure;

pub(super) fn apply(cycle: &mut Cycle<'_>, wall: Ulid, event: &str) -> Result<Restored, Failure> {
    let RestoredWall { messages, repeated } = cycle.restore(wall, Some(event))?;
    Ok(Restored { restored: messages, repeated })
}
