//! The Lambda function: an event becomes a command, the command changes the shared volume, the answer becomes a reply.
//!
//! # Layout
//!
//! - [`settings`]: what the program is told when it starts.
//! - `start`: logs, the Tokio runtime, the loop that asks the Lambda Runtime API for events.
//! - [`handler`]: one event, from arrival to reply.
//! - `event`: which kinds of event there are; beneath it a room for each: how it becomes a command, and how it is answered.
//! - `command`: what can be done to a wall, whoever asks.
//! - [`reply`]: the JSON that clients see.
//! - [`error`]: what is answered when an event did not have its effect, by stable names.

pub mod settings;
mod start;

pub mod handler;

mod command;
mod event;

pub mod error;
pub mod reply;

pub use handler::Handler;
pub use settings::Arguments;
pub use start::{EXIT_BAD_SETTINGS, start};
