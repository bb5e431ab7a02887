//! The programs under test, as real processes on a real directory and on free ports.
//!
//! A test starts a [`Wall`] (everything that `messagewall up` starts) or a [`Reader`] alone, acts at its boundary and
//! looks at its boundary. Every process that it started ends with it. `README.md` in this folder has the details.

mod binary;
mod change;
mod cloud;
mod nginx;
mod reader;
mod routes;
mod tasks;
mod tool;
mod wall;

pub use binary::{binary, target_directory};
pub use change::{Change, Changed, FILE};
pub use cloud::Cloud;
pub use nginx::Nginx;
pub use reader::{Reader, message_texts};
pub use routes::{function_path, invocations_path};
pub use support::{
    Damage, Event, Process, Reply, Step, Stream, contract, eventbridge, eventually, fact, free_address, http_event,
    living, patience, transcript,
};
pub use tool::{printed, tool};
pub use wall::{Wall, WallBuilder};
