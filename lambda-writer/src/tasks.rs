//! The tasks that serve the wall, and the followers of files: they are told what was written, and say whether they serve it.
//!
//! A task notices every change without this, only later. So nothing here makes a command fail.

mod look;
mod patience;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reader_names::{Addresses, Found, Nameless};
use shared_volume::wall::Reached;
use wall_api::{Applied, NotApplied, TaskState};

use self::look::{Client, Effect, look};
pub(crate) use self::patience::Patience;
pub use reader_names::Readers;

/// The longest time for which a command waits for the tasks if its sender does not.
pub(crate) const POKE_TIMEOUT: Duration = Duration::from_millis(50);

/// The longest time for which a command waits until the tasks serve its effect.
pub(crate) const APPLIED_TIMEOUT: Duration = Duration::from_secs(2);

/// The tasks that serve the wall, and the followers of files.
#[derive(Debug)]
pub(crate) struct Tasks {
    names: Addresses,
    /// The sidecars that follow files (`crates/follow`).
    followers: Addresses,
    client: Client,
}

impl Tasks {
    pub(crate) fn new(readers: Readers, followers: Readers) -> Self {
        let [names, followers] = [readers, followers].map(Addresses::new);
        Self { names, followers, client: look::client() }
    }

    /// Returns true if there are no tasks to tell anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.followers.is_empty()
    }

    /// Makes all tasks that a command concerns look at the volume, at the same time: the readers, and for a file the followers.
    /// Returns which of them serve the effect of the command.
    pub(crate) async fn announce(&self, reached: Reached, patience: Patience) -> Applied {
        let (began, mut applied) = (Instant::now(), Applied::default());
        let deadline = began + patience.within;
        let wall = reached.wall.then_some((&self.names, Effect::Wall(reached)));
        let file = reached.file.then_some((&self.followers, Effect::File));
        let until = began + patience.within / 2;
        let finds = wall.into_iter().chain(file).map(|(names, effect)| find(names, effect, until));
        let mut looks = Vec::new();
        for (found, effect) in join_all(finds).await {
            let silent = |Nameless { name, reason }: Nameless| NotApplied::new(name, None, TaskState::Silent, &reason);
            applied.others.extend(found.nameless.into_iter().map(silent));
            let look = |address| look(&self.client, address, effect, patience, deadline);
            looks.extend(found.addresses.into_iter().map(look));
        }
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

/// Looks up the tasks that have to serve an effect.
async fn find(names: &Addresses, effect: Effect, until: Instant) -> (Found, Effect) {
    (names.find(until.into()).await, effect)
}
