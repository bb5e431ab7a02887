//! The wall as a whole, at its boundary, with nothing but Rust. See the README beside this file's folder.

mod asynchronous;
mod bad_input;
mod config;
mod cost;
mod events;
mod keys;
mod load;
mod text;
mod transcript;
mod up;
