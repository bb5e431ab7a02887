//! Takes all messages away.

use shared_volume::wall::{self, WallWriter};
use wall_api::Cleared;

use crate::error::{Access, Failure};
use crate::invocation::Invocation;

/// Takes all messages away by beginning a new wall.
pub(crate) async fn clear(invocation: &Invocation, event: String) -> Result<Cleared, Failure> {
    let clear = move |writer: &mut WallWriter, deadline| Ok(writer.clear(Some(&event), deadline)?);
    let wall::Cleared { wall, repeated } = invocation.execute("clear", Access::Write, clear).await?;
    Ok(Cleared { cleared: true, wall: wall.to_string(), repeated })
}
