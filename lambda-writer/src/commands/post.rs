//! Adds a message.

use shared_volume::message::Draft;
use shared_volume::wall::{Appended, Cycle};
use wall_api::{MessageView, Newest, Posted, ReadLimit};

use super::read::fitted;
use super::view;
use crate::error::Failure;
use crate::invocation::Invocation;

/// Adds a message to the wall. Returns the newest messages, too, as [`read`](super::read::read) does.
pub(crate) async fn post(
    invocation: &Invocation<'_>,
    draft: Draft,
    limit: ReadLimit,
    bytes: impl Fn(&MessageView<'static>) -> usize,
) -> Result<(Posted, Newest), Failure> {
    let apply = move |cycle: &mut Cycle<'_>, _| apply(cycle, &draft);
    let (posted, newest) = invocation.execute_cycle_and_read("post", limit.get(), apply).await?;
    Ok((posted, fitted(newest, bytes)))
}

/// Collects a message. It is accepted when the cycle is flushed.
pub(super) fn apply(cycle: &mut Cycle<'_>, draft: &Draft) -> Result<Posted, Failure> {
    let Appended { message, repeated } = cycle.post(draft)?;
    Ok(Posted { message: view::message(message), repeated })
}
