//! Tests of the service over HTTP, with real processes as execution environments.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod asynchronous;
mod browsers;
mod destinations;
mod environments;
mod event_bus;
mod functions;
mod harness;
mod http_api;
mod invoke_api;
mod runtime_api;
