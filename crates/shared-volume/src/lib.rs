//! The contract on the shared volume: every byte, how it is written and how it is read.

// From the top to the ground. A module uses only modules that stand below it.
pub mod wall;

pub mod message;

pub mod config;

pub mod json;
pub mod rejected;

mod replace;
mod retries;

mod intent;
mod lock;
mod state;

mod cursor;
mod digest;
pub mod error;
mod fingerprint;
pub mod limits;
pub mod open;
pub mod time;
pub mod volume;

pub use error::{ChangeError, WriteError};
pub use limits::DEFAULT_RETRY_WINDOW;
pub use volume::{Volume, WallDir, WallName};
