//! Tests of the reader at its boundary: real files in a directory of their own, real HTTP on a port of its own.
//!
//! `wall.rs` is the harness: a volume that the contract's own writer writes, and a reader that follows it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on")]

mod admin;
mod compressed;
mod configuring;
mod follow;
mod forms;
mod function;
mod fuzz;
mod history;
mod keys;
mod limits;
mod memory;
mod messages;
mod origins;
mod pages;
mod picture_files;
mod pictures;
mod posting;
mod process;
mod removing;
mod requests;
mod rewritten;
mod seen;
mod shutdown;
mod signing;
mod smuggling;
mod status;
mod stream;
mod uploads;
mod wall;
mod writer;
