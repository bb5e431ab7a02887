//! The harness of the end-to-end tests: real `messagewall` processes on a real directory, on ports of their own.
//!
//! A test starts a [`Wall`] (everything that `messagewall up` starts) or a [`Reader`] alone, acts at its boundary and
//! looks at its boundary. Whatever it started ends with it. The README of this folder tells the rest.

mod binary;
mod change;
mod eventbridge;
mod patience;
mod port;
mod process;
mod reader;
mod reply;
mod stream;
mod wall;

pub use binary::{binary, target_directory};
pub use change::{Change, Changed};
pub use eventbridge::eventbridge;
pub use patience::{eventually, patience};
pub use port::free_address;
pub use process::{Process, living};
pub use reader::{Reader, message_texts};
pub use reply::Reply;
pub use stream::{Event, Stream};
pub use wall::{Wall, WallBuilder};
