//! One machine's stand-in for the Lambda service and the HTTP API, and the command that starts the whole wall.

pub mod check;
pub mod cli;
pub mod healthcheck;
pub mod invoke;
pub mod service;
pub mod up;

mod address;
mod signals;
mod terminal;
