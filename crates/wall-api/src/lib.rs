//! The wire: the commands that the function takes, the views and errors that it answers, and their limits.
//!
//! Function, reader, page, local cloud and command line share these types, so that no side has a copy of its own. The crate
//! contains serde types only: no files, no HTTP server. Of `shared-volume` it uses the documents that are sent as they are
//! stored: the configuration and its cause.

mod command;
mod error;
mod limits;
mod view;
mod volume_problem;

pub use self::command::{ChangeConfig, Clear, Command, Origin, Post, PublishConfig, Read, Remove, RollbackConfig};
pub use self::error::{ErrorBody, FunctionError};
pub use self::limits::{
    DEFAULT_READ, MAX_BODY_BYTES, MAX_EVENT_CHARS, MAX_READ, MAX_REPLY_BYTES, PAGE_MESSAGES, ReadLimit,
};
pub use self::view::{Cleared, Configured, MessageView, Newest, Posted, Removed};
pub use self::volume_problem::{Outcome, VolumeProblem};
