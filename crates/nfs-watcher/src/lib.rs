#![doc = include_str!("../README.md")]

mod entry;
mod filesystem;
mod find;
mod fingerprint;
mod handle;
mod heart;
mod mount;
mod rounds;
mod scan;
mod watched;
mod watcher;

pub use filesystem::is_network_filesystem;
pub use handle::Handle;
pub use watcher::NfsWatcher;
