//! Tests of the function at its boundary: raw events go in, replies come out, and the files on the volume are compared.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

mod blog;
mod commands;
mod eventbridge;
mod files;
mod fuzz;
mod http_errors;
mod http_forms;
mod http_input;
mod http_json;
mod http_shapes;
mod lists;
mod pictures;
mod process;
mod queues;
mod retries;
mod samples;
mod settings;
mod unknown;
mod unreadable;
mod volume_trouble;
