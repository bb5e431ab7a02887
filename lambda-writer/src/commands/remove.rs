//! Takes one message away.

use shared_volume::wall::{self, WallWriter};
use wall_api::Removed;

use crate::error::{Access, Failure};
use crate::invocation::Invocation;

/// Takes the message with this id away. `by` is the person who removes it, if known.
pub(crate) async fn remove(
    invocation: &Invocation,
    id: String,
    by: Option<String>,
    event: String,
) -> Result<Removed, Failure> {
    let remove =
        move |writer: &mut WallWriter, deadline| Ok(writer.remove(&id, by.as_deref(), Some(&event), deadline)?);
    let wall::Removed { id, repeated } = invocation.execute("remove", Access::Write, remove).await?;
    Ok(Removed { removed: id, repeated })
}
