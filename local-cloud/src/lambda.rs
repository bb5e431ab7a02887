//! The Lambda service: for each function execution environments, a queue of invocations, and asynchronous invocations.
//!
//! Each module uses only those above it:
//!
//! - `settings`: [`Settings`] of a function.
//! - `invocation`: an invocation and its outcome.
//! - `connections`: the open connections to the Runtime API.
//! - `environments`: the execution environments.
//! - `state`: environments, queue, invocations in flight and counters, and the changes that keep them consistent.
//! - `status`: a picture of the state.
//! - `service`: [`Lambda`], one function, which owns the state.
//! - `dead_letters`: events that are not delivered again.
//! - `destination`: the records of asynchronous invocations that have ended.
//! - `asynchronous`: invocations whose caller does not wait, and their retries.
//! - `cloud`: [`Cloud`], all functions.

mod connections;
mod invocation;
mod settings;

mod environments;
mod state;
mod status;

mod service;

mod dead_letters;
mod destination;

mod asynchronous;

mod cloud;

pub(crate) use self::asynchronous::invoke_later;
pub use self::cloud::{Cloud, CloudStatus};
pub(crate) use self::connections::{ConnectionId, Connections};
pub(crate) use self::invocation::{Call, Failure, Invocation, Outcome};
pub use self::service::Lambda;
pub(crate) use self::service::arn;
pub use self::settings::Settings;
pub use self::status::Status;
