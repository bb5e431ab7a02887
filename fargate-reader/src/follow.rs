//! The state of the wall, as read from the volume.
//!
//! One thread reads the volume and publishes an immutable [`Snapshot`] after each change. Everything else works on
//! snapshots. This floor knows neither how a snapshot is shown nor who asks for it.
//!
//! - [`start`] starts the thread; [`Follow`] is the handle to it.
//! - `thread`: waits for a hint, scans, publishes. `hint`: the reasons to scan. `watcher`: the watcher that sends hints.
//! - `messages`, `configuration`, `changes`: the parts of the wall that a scan reads.
//! - `history`: the kept configurations and the refused events, read when a request asks for them.
//! - `snapshot`: the data that is published.
//! - `liveness`, `journey`: measurements of the volume and of the messages.

mod announced;
mod changes;
mod configuration;
mod handle;
mod hint;
mod history;
mod journey;
mod liveness;
mod looks;
mod messages;
mod open_files;
mod pass;
mod snapshot;
mod thread;
mod watcher;

pub(crate) use self::handle::{Follow, Listener};
pub(crate) use self::journey::Journey;
pub(crate) use self::liveness::Liveness;
pub(crate) use self::snapshot::{
    ConfigChange, Generation, HIDDEN_FIELD, History, Item, ItemKind, Kept, KnownPictures, Message, MessagePage,
    RefusedEvent, Rejected, Snapshot, VolumeHealth, WatcherKind,
};
pub(crate) use self::thread::start;
#[cfg(test)]
pub(crate) use self::watcher::IDLE_INTERVAL;
