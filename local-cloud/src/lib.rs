//! One machine's stand-in for the Lambda service and the HTTP API, and the command that starts the whole wall.
//!
//! # Layout
//!
//! - [`cli`]: the command line; each subcommand has a room of its own.
//! - [`service`]: the Lambda service of one function. `lambda`, `state` and `dispatch` are its heart; `runtime_api`,
//!   `invoke_api`, `http_api` and `status` are its doors.
//! - [`up`]: the processes: the service in this one, the environments and the reader as children.
//! - [`invoke`], [`check`], [`restore`], [`healthcheck`]: small tools.

pub mod cli;

pub mod doors;
pub mod lambda;
pub mod up;

pub mod check;
pub mod healthcheck;
pub mod invoke;
pub mod restore;

mod address;
mod signals;
mod terminal;
