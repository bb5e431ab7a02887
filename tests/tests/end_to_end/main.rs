//! The whole system at its boundary. These tests need only Rust. See `tests/README.md`.

mod asynchronous;
mod bad_input;
mod config;
mod cost;
mod events;
mod followers;
mod history;
mod keys;
mod load;
mod pictures;
mod pokes;
mod text;
mod transcript;
mod up;
