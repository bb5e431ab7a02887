//! Adds a message.

use shared_volume::message::Draft;
use shared_volume::wall::{Appended, Cycle};
use wall_api::Posted;

use super::cycle::one;
use super::view;
use crate::error::Failure;
use crate::invocation::Invocation;

/// Adds a message to the wall.
pub(crate) async fn post(invocation: &Invocation<'_>, draft: Draft) -> Result<Posted, Failure> {
    one(invocation, "post", move |cycle| apply(cycle, &draft)).await
}

/// Collects a message. It is accepted when the cycle is flushed.
pub(super) fn apply(cycle: &mut Cycle<'_>, draft: &Draft) -> Result<Posted, Failure> {
    let Appended { message, repeated } = cycle.post(draft)?;
    Ok(Posted { message: view::message(message), repeated })
}
