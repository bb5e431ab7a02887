//! The Lambda service of one function: execution environments, a queue of invocations, and asynchronous invocations.
//!
//! Each module uses only those above it:
//!
//! - `settings`: [`Settings`] of the function.
//! - `invocation`: an invocation and its outcome.
//! - `connections`: the open connections to the Runtime API.
//! - `environments`: the execution environments.
//! - `state`: environments, queue, invocations in flight and counters, and the changes that keep them consistent.
//! - `status`: a picture of the state.
//! - `service`: [`Lambda`], which owns the state.
//! - `dead_letters`: events that are not delivered again.
//! - `asynchronous`: invocations whose caller does not wait, and their retries.

mod connections;
mod invocation;
mod settings;

mod environments;
mod state;
mod status;

mod service;

mod dead_letters;

mod asynchronous;

pub(crate) use self::asynchronous::invoke_later;
pub(crate) use self::connections::{ConnectionId, Connections};
pub(crate) use self::invocation::{Call, Failure, Invocation, Outcome};
pub use self::service::Lambda;
pub use self::settings::Settings;
pub use self::status::Status;
