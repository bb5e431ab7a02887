//! Lock cycles.

use shared_volume::wall::Cycle;

use crate::error::Failure;
use crate::invocation::Invocation;

/// Executes one command in a lock cycle of its own.
pub(super) async fn one<T: Send + 'static>(
    invocation: &Invocation<'_>,
    command: &'static str,
    apply: impl FnOnce(&mut Cycle<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    invocation.execute_cycle(command, move |cycle, _| apply(cycle)).await
}

/// Makes the collected messages durable.
pub(super) fn flush(cycle: &mut Cycle<'_>) -> Result<(), Failure> {
    if let Some(error) = cycle.flush()? {
        // The messages are accepted all the same, and the next append compacts the log.
        tracing::warn!(%error, "compaction_failed");
    }
    Ok(())
}
