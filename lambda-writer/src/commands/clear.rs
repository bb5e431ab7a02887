//! Removes all messages.

use shared_volume::wall::{self, Cycle};
use wall_api::Cleared;

use super::one;
use crate::error::Failure;
use crate::invocation::Invocation;

/// Removes all messages by beginning a new wall.
pub(crate) async fn clear(invocation: &Invocation<'_>, event: String) -> Result<Cleared, Failure> {
    one(invocation, "clear", move |cycle| apply(cycle, &event)).await
}

pub(super) fn apply(cycle: &mut Cycle<'_>, event: &str) -> Result<Cleared, Failure> {
    let wall::Cleared { wall, repeated } = cycle.clear(Some(event))?;
    Ok(Cleared { cleared: true, wall: wall.to_string(), repeated })
}
