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
//! - `lock` and `replace`: the writers' lock and the atomic replacement of a file, which the two above stand on. `intent`:
//!   what the lock's holder has begun, so that the next one knows what may still come.
//! - [`error`]: what can go wrong with a write, by stable names.

pub mod volume;

pub mod config;
pub mod message;
pub mod wall;

pub mod error;
mod intent;
mod lock;
mod replace;
pub mod time;

pub use error::WriteError;
pub use volume::{Volume, WallDir, WallName};
