//! The Lambda function that classifies pictures. Its model is on the volume.
//!
//! # Layout
//!
//! Imports go down only.
//!
//! - `start`: reads the settings, loads the model, and requests events from the Lambda Runtime API. [`mod@bench`]: measures it.
//! - [`settings`]: the settings.
//! - [`handler`]: the function, from an event to its reply.
//! - `doors`: the HTTP API, direct invocations, and pictures of the wall.
//! - `classifier`: classifies pictures from every source.
//! - `fetch`: pictures from other hosts, without reaching hosts that are nobody's business.
//! - [`model`]: finds, checks, loads and runs a model.
//! - `files`: opens files. [`error`]: failures, by stable names.

pub mod bench;
mod start;

pub mod handler;
pub mod settings;

mod doors;

mod classifier;
mod fetch;
pub mod model;

pub mod error;
mod files;

pub use handler::Handler;
pub use settings::{Arguments, FetchAllow};
pub use start::start;
