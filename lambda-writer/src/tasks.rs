//! The tasks that serve the wall: they are told what was written, and say whether they serve it.
//!
//! A task notices every change without this, only later. So nothing here makes a command fail.

mod look;
mod name;
mod patience;
mod readers;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use shared_volume::wall::Reached;
use wall_api::{Applied, NotApplied, TaskState};

use self::look::{Client, look};
use self::name::Name;
pub(crate) use self::patience::Patience;
pub use self::readers::Readers;

/// The longest time for which a command waits for the tasks if its sender does not.
pub(crate) const POKE_TIMEOUT: Duration = Duration::from_millis(50);

/// The longest time for which a command waits until the tasks serve its effect.
pub(crate) const APPLIED_TIMEOUT: Duration = Duration::from_secs(2);

/// The tasks that serve the wall.
#[derive(Debug)]
pub(crate) struct Tasks {
    names: Vec<Name>,
    client: Client,
}

impl Tasks {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { names: readers.into_names(), client: look::client() }
    }

    /// Returns true if there are no tasks to tell anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Makes all tasks look at the volume, at the same time. Returns which of them serve the effect of a command.
    pub(crate) async fn announce(&self, reached: Reached, patience: Patience) -> Applied {
        let (began, mut applied) = (Instant::now(), Applied::default());
        let deadline = began + patience.within;
        let addresses = self.addresses(began + patience.within / 2, &mut applied.others).await;
        let looks = addresses.iter().map(|address| look(&self.client, *address, reached, patience, deadline));
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

    /// Returns the addresses of all names. A name without one is added to `missing`, and makes no other wait longer.
    async fn addresses(&self, deadline: Instant, missing: &mut Vec<NotApplied>) -> BTreeSet<SocketAddr> {
        let look_ups = self.names.iter().map(async |name| (name, name.resolve(deadline.into()).await));
        let mut found = BTreeSet::new();
        for (name, addresses) in join_all(look_ups).await {
            match addresses {
                Ok(addresses) => found.extend(addresses),
                Err(reason) => missing.push(NotApplied::new(name.text.clone(), None, TaskState::Silent, &reason)),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_with_two_names_is_told_once_and_a_name_without_an_address_is_reported() {
        let tasks = Tasks::new("127.0.0.1:9,127.0.0.1:9,no-such-host.invalid:9".parse().unwrap());
        let mut missing = Vec::new();
        let found = tasks.addresses(Instant::now() + APPLIED_TIMEOUT, &mut missing).await;
        assert_eq!(found.len(), 1);
        assert_eq!(missing[0].address, "no-such-host.invalid:9");
    }
}
