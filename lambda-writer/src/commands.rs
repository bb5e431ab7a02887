//! The commands: one typed function for each, for all sources of events.

mod batch;
mod clear;
mod configure;
mod follow;
mod post;
mod read;
mod remove;
mod view;
mod write;

use shared_volume::wall::Cycle;

pub(crate) use self::batch::{Answers, Step, batch};
pub(crate) use self::clear::clear;
pub(crate) use self::configure::ConfigChange;
pub(crate) use self::follow::{Occasion, follow};
pub(crate) use self::post::post;
pub(crate) use self::read::{json_bytes, read};
pub(crate) use self::remove::Removal;
pub(crate) use self::write::{Write, Written};
use crate::error::Failure;
use crate::invocation::Invocation;

/// Executes a command that changes the volume.
pub(crate) async fn write(invocation: &Invocation<'_>, write: Write) -> Result<Written, Failure> {
    one(invocation, write.name(), move |cycle| write.apply(cycle)).await
}

/// Executes one command in a lock cycle of its own.
async fn one<T: Send + 'static>(
    invocation: &Invocation<'_>,
    command: &'static str,
    apply: impl FnOnce(&mut Cycle<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let work = move |cycle: &mut Cycle<'_>, _| {
        let applied = apply(cycle)?;
        flush(cycle)?;
        Ok(applied)
    };
    invocation.execute_cycle(command, work).await
}

/// Makes the collected messages durable.
fn flush(cycle: &mut Cycle<'_>) -> Result<(), Failure> {
    if let Some(error) = cycle.flush()? {
        // The messages are accepted all the same, and the next append compacts the log.
        tracing::warn!(%error, "compaction_failed");
    }
    Ok(())
}
