//! The watcher at its boundary: real files change, and what the handler is told is compared.

mod directories;
mod drop_in;
mod files;
mod missing;
mod random_changes;
mod running;
mod stage;
mod trouble;
