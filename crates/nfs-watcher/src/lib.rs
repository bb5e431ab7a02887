#![doc = include_str!("../README.md")]

mod entry;
mod filesystem;
mod find;
mod fingerprint;
mod handle;
mod liveness;
mod mount;
mod poller;
mod scan;
mod watched;
mod watcher;

pub use filesystem::is_network_filesystem;
pub use handle::Handle;
pub use watcher::NfsWatcher;
