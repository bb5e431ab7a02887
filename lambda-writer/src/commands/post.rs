//! Adds a message.

use std::time::Instant;

use shared_volume::message::Draft;
use shared_volume::wall::{Appended, Batch, WallWriter};
use wall_api::Posted;

use super::view;
use crate::error::{Access, Failure};
use crate::invocation::Invocation;

/// Adds a message to the wall.
pub(crate) async fn post(invocation: &Invocation, draft: Draft) -> Result<Posted, Failure> {
    let append = move |writer: &mut WallWriter, deadline| append(writer, draft, deadline);
    let Appended { message, repeated } = invocation.execute("post", Access::Write, append).await?;
    Ok(Posted { message: view::message(message), repeated })
}

fn append(writer: &mut WallWriter, draft: Draft, deadline: Instant) -> Result<Appended, Failure> {
    let Batch { mut answers, compaction_failed } = writer.append(&[draft], deadline)?;
    if let Some(error) = compaction_failed {
        // The message is accepted all the same, and the next append compacts the log.
        tracing::warn!(%error, "compaction_failed");
    }
    // There is one answer for each draft.
    Ok(answers.swap_remove(0)?)
}
