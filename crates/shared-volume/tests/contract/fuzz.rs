//! Fuzzers of everything on the volume that others write: the log, the configuration, and names in requests.

mod config;
mod files;
mod lines;
mod log;
mod names;
mod schema;
