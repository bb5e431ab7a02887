//! The function at its boundary: raw events go in, replies come out, and what is on the volume is looked at.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod harness;

mod blog;
mod commands;
mod eventbridge;
mod http_errors;
mod http_forms;
mod http_input;
mod http_json;
mod process;
mod retries;
mod settings;
mod unknown;
mod unreadable;
mod volume_trouble;
