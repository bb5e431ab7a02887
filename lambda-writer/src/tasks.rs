//! The tasks that serve the wall: they are told what was written, and say whether they serve it.
//!
//! A task notices every change without this, only later. So nothing here makes a command fail.

mod look;
mod patience;
mod readers;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use shared_volume::wall::Reached;
use tokio::time::timeout;
use wall_api::Applied;

use self::look::{Client, look};
pub(crate) use self::patience::Patience;
pub use self::readers::Readers;

/// The longest time for which a command waits for the tasks if its sender does not.
pub(crate) const POKE_TIMEOUT: Duration = Duration::from_millis(50);

/// The longest time for which a command waits until the tasks serve its effect.
pub(crate) const APPLIED_TIMEOUT: Duration = Duration::from_secs(2);

/// The tasks that serve the wall.
#[derive(Debug)]
pub(crate) struct Tasks {
    readers: Readers,
    client: Client,
}

impl Tasks {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { readers, client: look::client() }
    }

    /// Returns true if there are no tasks to tell anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Makes all tasks look at the volume, at the same time. Returns which of them serve the effect of a command.
    pub(crate) async fn announce(&self, reached: Reached, patience: Patience) -> Applied {
        let (began, mut applied) = (Instant::now(), Applied::default());
        let deadline = began + patience.within;
        let found = timeout(patience.within, self.readers.resolve()).await;
        let found = found.unwrap_or_else(|_| self.readers.unresolved("its name was not resolved in time"));
        applied.others = found.missing;
        let looks = found.addresses.iter().map(|address| look(&self.client, *address, reached, patience, deadline));
        for result in join_all(looks).await {
            applied.tasks += 1;
            match result {
                Ok(()) => applied.applied += 1,
                Err(other) => applied.others.push(other),
            }
        }
        applied.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        applied
    }
}
