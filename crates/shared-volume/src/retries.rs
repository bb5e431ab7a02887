//! The events that were applied within the retry window, so that a retry of one of them changes nothing.
//!
//! While an event stands where its effect is (in the log, in the log's header, in `config.json`), that place is the
//! record of it. Before the place goes, its events move to `retries/` in batches: immutable files, sorted by the digest
//! of the event. A writer keeps four bytes of each digest in memory, so that looking up an event that was never applied
//! touches no file, whatever the number of events is.

mod applied;
mod segment;
mod store;

pub(crate) use applied::{Applied, EventKey, Kind};
pub use store::DEFAULT_RETRY_WINDOW;
pub(crate) use store::RetryStore;
