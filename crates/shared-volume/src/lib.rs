//! The contract on the shared volume: every byte, how it is written and how it is read.
//!
//! Functions and containers that share an EFS access point agree on nothing but the files on it. This crate is that
//! agreement. It is synchronous and knows no HTTP, no AWS and no environment variables: a path goes in, files come out.
//!
//! # Layout
//!
//! - [`volume`]: where things are: [`Volume`], [`WallName`], [`WallDir`].
//! - [`wall`]: the log of messages (`content`): appending, clearing, compaction, reading what was added.
//! - [`config`]: the configuration (`config.json`, `history/`): its schema, publishing, history, rollback.
//! - [`message`]: one line of the log, and the rules a message must keep.
//! - `lock`, `state`, `intent`, `replace`: the writers' lock, the state that they share in its file, the record of what
//!   the holder is about to write, and the atomic replacement of a file.
//! - `retries`: the events that were applied, so that a retry changes nothing.
//! - [`rejected`]: events that were refused, for senders that do not wait for an answer.
//! - [`json`]: reading JSON from outside.
//! - [`open`]: the only place that opens a file.
//! - [`error`]: errors of a write, with stable names.

pub mod volume;

pub mod config;
pub mod message;
pub mod wall;

mod digest;
pub mod error;
mod intent;
pub mod json;
mod lock;
pub mod open;
pub mod rejected;
mod replace;
mod retries;
mod state;
pub mod time;

pub use error::{ChangeError, WriteError};
pub use retries::DEFAULT_RETRY_WINDOW;
pub use volume::{Volume, WallDir, WallName};
