//! Files that are published by name.

mod commands;
mod schema;
mod ways;
