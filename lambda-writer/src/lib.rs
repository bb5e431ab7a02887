//! The Lambda function: an event becomes a command, the command changes the shared volume, the result becomes a reply.
//!
//! # Layout
//!
//! Imports go down only.
//!
//! - `start`: reads the settings and requests events from the Lambda Runtime API.
//! - [`settings`]: the settings.
//! - [`handler`]: the function, from an event to its reply.
//! - `events`: the sources of events. Each recognises its events, runs the command and answers as the source expects.
//! - [`reply`]: the replies.
//! - `commands`: one typed function for each command, for all sources.
//! - `invocation`: one invocation, and its access to the volume within its time.
//! - [`tasks`]: the readers, which are told what was written.
//! - [`sources`]: the followed documents in Parameter Store, S3 and AppConfig.
//! - [`error`]: failures, by stable names.

pub mod settings;
mod start;

pub mod handler;

mod events;
pub mod reply;

mod commands;
mod invocation;
pub mod sources;
pub mod tasks;

pub mod error;

#[cfg(test)]
mod contract_test;

pub use handler::Handler;
pub use settings::Arguments;
pub use start::start;
