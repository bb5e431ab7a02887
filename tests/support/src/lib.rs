//! Helpers that the tests of several packages use: waiting, processes, ports, the event stream, sample events and files.
//!
//! The feature `async` adds HTTP requests, the event stream over HTTP, and waiting in async tests. Without it the crate
//! needs no network library, so that the program in the virtual machine of `tests/nfs` can be one static file. The feature
//! `fuzz` adds the fuzzers.

mod contract;
mod damage;
mod events;
mod port;
mod process;
mod sse;
mod transcript;
mod wait;

#[cfg(feature = "async")]
mod client;
#[cfg(feature = "fuzz")]
pub mod fuzz;
#[cfg(feature = "async")]
mod reply;
#[cfg(feature = "async")]
mod stream;

pub use contract::{contract, fact};
pub use damage::Damage;
pub use events::{eventbridge, eventbridge_from, http_event};
pub use port::free_address;
pub use process::{Process, living};
pub use sse::{Event, read_events};
pub use transcript::{Step, transcript};
pub use wait::{patience, wait_for, wait_until};

#[cfg(feature = "async")]
pub use client::{client, client_builder};
#[cfg(feature = "async")]
pub use reply::Reply;
#[cfg(feature = "async")]
pub use stream::Stream;
#[cfg(feature = "async")]
pub use wait::eventually;
