//! Remembers the events that were applied within the retry window, so that a retry changes nothing.
//!
//! While an event is stored with its effect (in the log, in the header of the log, in `config.json`), that place is its
//! record. Before the place disappears, its events move to `retries/` in batches: immutable files, sorted by the digest of
//! the event. A writer keeps the first four bytes of each digest in memory. Looking up an event that was never applied
//! therefore touches no file, for any number of events.

mod applied;
pub(crate) mod payload;
mod segment;
mod store;

pub(crate) use applied::{Applied, EventKey, Kind, check_event};
pub(crate) use store::RetryStore;
