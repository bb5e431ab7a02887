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
//! - `liveness`, `journey`, `delays`, `course`: measurements of the volume and of the messages. `marks`: the moments of the last looks.
//! - `measurer`: measures [`Facts`] of the volume when a request asks for them. `mount`, `requests`: what the kernel says of it.

mod announced;
mod changes;
mod configuration;
mod course;
mod delays;
mod facts;
mod handle;
mod hint;
mod history;
mod journey;
mod liveness;
mod looks;
mod marks;
mod measurer;
mod messages;
mod mount;
mod on_demand;
mod open_files;
mod pass;
mod requests;
mod rest;
mod snapshot;
mod thread;
mod watcher;

pub(crate) use self::course::{Past, Span};
pub(crate) use self::delays::{Bars, Delays};
pub(crate) use self::facts::Facts;
pub(crate) use self::handle::{Follow, LOOKS_AGE, Listener};
pub(crate) use self::journey::{Journey, LastJourney};
pub(crate) use self::liveness::Liveness;
pub(crate) use self::marks::RecentLooks;
pub(crate) use self::mount::Mount;
pub(crate) use self::requests::RequestRate;
pub(crate) use self::snapshot::{
    ConfigChange, Generation, HIDDEN_FIELD, History, Item, ItemKind, Kept, KnownPictures, Message, MessagePage,
    RefusedEvent, Rejected, Snapshot, Trigger, VolumeHealth, WatcherKind,
};
pub(crate) use self::thread::start;
pub(crate) use self::watcher::IDLE_INTERVAL;
