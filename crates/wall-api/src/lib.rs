//! The types that the programs of MessageWall exchange: commands, answers, errors and their limits.
//!
//! The function (`lambda-writer`) receives commands and returns answers. The reader, the local cloud and the command line
//! send commands and read answers. All of them use these types, so no program has a copy of its own. The crate contains
//! serde types only: no files, no HTTP server. From `shared-volume` it takes the documents that are sent as they are stored:
//! the configuration, its cause, and the generations of files.
//!
//! # Commands
//!
//! A command is a JSON object whose field `command` is its name. [`Command`] has one variant for each:
//!
//! | command | fields | answer |
//! |---|---|---|
//! | `post` | [`Post`] | [`Posted`] |
//! | `post` with `messages` | [`PostMany`] | [`PostedMany`] |
//! | `read` | [`Read`] | [`Newest`] |
//! | `clear` | [`Clear`] | [`Cleared`] |
//! | `restore` | [`Restore`] | [`Restored`] |
//! | `remove` | [`Remove`] | [`Removed`] |
//! | `change_config` | [`ChangeConfig`] | [`Configured`] |
//! | `publish_config` | [`PublishConfig`] | [`Configured`] |
//! | `rollback_config` | [`RollbackConfig`] | [`Configured`] |
//! | `publish_file` | [`PublishFile`] | [`FilePublished`] |
//! | `rollback_file` | [`RollbackFile`] | [`FilePublished`] |
//! | `file_history` | [`FileHistory`] | [`FileGenerations`] |
//!
//! ```
//! use wall_api::{Command, Post};
//!
//! let post = Post { text: "Hello".into(), event: Some("order-17".into()), ..Post::default() };
//! let json = serde_json::to_string(&Command::Post(post))?;
//! assert_eq!(json, r#"{"command":"post","text":"Hello","event":"order-17"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A command that changes something has an event id (`event`). A retry with the same event id and the same fields has no
//! second effect: its answer is that of the first one, with `repeated` set. [`Origin`] keeps the event ids of different
//! senders apart.
//!
//! # Pictures
//!
//! The inference function receives [`ClassifyPicture`] and returns [`Classified`]. Lambda passes both on to the writer, which
//! adds a label to the message.
//!
//! # Tasks
//!
//! After a write the function asks the readers to look at the volume; each answers [`Looked`]. A command with
//! `"wait": "applied"` gets an answer with [`Applied`]: which of them serve its effect.
//!
//! # Hosts
//!
//! The servers use [`hosts`] to refuse names that another site has pointed at them.
//!
//! # Errors
//!
//! A refusal is an [`ErrorBody`] in place of the answer: a stable name, a message for people, and the field that is wrong.
//! The same command will be refused again.
//!
//! ```
//! let json = r#"{"error":"message_empty","message":"text: the message is empty","field":"text","status":400}"#;
//! let refusal: wall_api::ErrorBody = serde_json::from_str(json)?;
//! assert_eq!(refusal.field.as_deref(), Some("text"));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A failure of the volume ends the invocation with a [`FunctionError`], because Lambda then repeats an asynchronous
//! invocation. Its name is that of a [`VolumeProblem`], which has the HTTP status and the [`Outcome`]: after
//! [`Outcome::Unknown`] the command may have had its effect all the same.
//!
//! # Limits
//!
//! [`ReadLimit`] is the number of messages to read, and the constants are the limits of requests and replies. A test compares
//! them with `contract.json`.

mod command;
mod error;
mod file;
pub mod hosts;
mod limits;
mod look;
mod origin;
mod picture;
mod view;
mod volume_problem;

pub use self::command::{
    ChangeConfig, Clear, Command, Post, PostItem, PostMany, PublishConfig, Read, Remove, Restore, RollbackConfig,
};
pub use self::error::{ErrorBody, FunctionError};
pub use self::file::{FileGenerations, FileHistory, FilePublished, PublishFile, RollbackFile};
pub use self::limits::{
    DEFAULT_READ, MAX_BATCH, MAX_BODY_BYTES, MAX_EVENT_CHARS, MAX_READ, MAX_REPLY_BYTES, PAGE_MESSAGES, ReadLimit,
};
pub use self::look::{Applied, Looked, NotApplied, TaskState};
pub use self::origin::Origin;
pub use self::picture::{Class, Classified, ClassifyPicture, Timing};
pub use self::view::{
    Cleared, Configured, Labelled, MessageView, Newest, PostResult, Posted, PostedMany, Removed, Restored,
};
pub use self::volume_problem::{Outcome, VolumeProblem};
