//! Tests of the function at its boundary: events as AWS sends them, with a real model on a volume in a temporary directory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fetching;
mod function;
mod models;
mod pictures;
mod ways_in;
mod web;
