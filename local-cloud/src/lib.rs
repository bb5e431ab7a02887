//! The local cloud: the parts of AWS that the wall needs, on one machine.
//!
//! # Layout
//!
//! Imports go down this list only:
//!
//! - [`cli`]: the command line, with a module for each subcommand.
//! - [`up`]: `up` and `lambda`: the service in this process, the environments of the functions and the reader as children.
//! - [`invoke`], [`post`], [`model`], [`check`], [`restore`], [`healthcheck`]: the other subcommands.
//! - [`doors`]: the HTTP servers of the service: HTTP API, Invoke API, Runtime API and `/status`.
//! - [`lambda`]: the Lambda service: environments, queue, retries. It knows no HTTP.
//! - `address`, `health`, `input`, `signals`, `terminal`, `volume`, `defaults`: what the modules above share.

pub mod cli;

pub mod up;

pub mod check;
pub mod healthcheck;
pub mod invoke;
pub mod model;
pub mod post;
pub mod restore;

pub mod doors;
pub mod lambda;

mod address;
mod defaults;
mod health;
mod input;
mod signals;
mod terminal;
mod volume;

#[cfg(test)]
mod contract_test;
