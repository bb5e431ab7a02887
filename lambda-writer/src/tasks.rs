//! The tasks that serve the wall: they are told what was written, and say whether they serve it.
//!
//! A task notices every change without this, only later. So nothing here makes a command fail.

mod look;
mod patience;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reader_names::{Addresses, Nameless};
use shared_volume::wall::Reached;
use wall_api::{Applied, NotApplied, TaskState};

use self::look::{Client, look};
pub(crate) use self::patience::Patience;
pub use reader_names::Readers;

/// The longest time for which a command waits for the tasks if its sender does not.
pub(crate) const POKE_TIMEOUT: Duration = Duration::from_millis(50);

/// The longest time for which a command waits until the tasks serve its effect.
pub(crate) const APPLIED_TIMEOUT: Duration = Duration::from_secs(2);

/// The tasks that serve the wall.
#[derive(Debug)]
pub(crate) struct Tasks {
    names: Addresses,
    client: Client,
}

impl Tasks {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { names: Addresses::new(readers), client: look::client() }
    }

    /// Returns true if there are no tasks to tell anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Makes all tasks look at the volume, at the same time. Returns which of them serve the effect of a command.
    pub(crate) async fn announce(&self, reached: Reached, patience: Patience) -> Applied {
        let (began, mut applied) = (Instant::now(), Applied::default());
        let deadline = began + patience.within;
        let found = self.names.find((began + patience.within / 2).into()).await;
        let silent = |Nameless { name, reason }: Nameless| NotApplied::new(name, None, TaskState::Silent, &reason);
        applied.others.extend(found.nameless.into_iter().map(silent));
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
