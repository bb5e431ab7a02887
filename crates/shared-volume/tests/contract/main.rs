//! Tests of the public interface of the crate, with files in a temporary directory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod append;
mod compaction;
mod config;
mod cycle;
mod diff;
mod files;
mod foreign;
mod fuzz;
mod intent;
mod label;
mod message;
mod newest;
mod rejected;
mod restore;
mod sizes;
mod source;
mod support;
mod tail;
