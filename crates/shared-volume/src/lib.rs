//! The contract on the shared volume: every byte, how it is written and how it is read.
//!
//! Functions and containers that share a file system agree only on the files on it. This crate is that agreement. It is
//! synchronous and knows nothing of HTTP, AWS, async code or environment variables: it gets a path and reads and writes
//! files.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use shared_volume::message::Draft;
//! use shared_volume::wall::{Tail, WallWriter};
//! use shared_volume::{Volume, time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let mount = directory.path();
//! let wall = Volume::new(mount).wall(None);
//!
//! // The function appends.
//! let mut writer = WallWriter::new(wall.clone());
//! let draft = Draft { author: None, text: "Hello".to_owned(), picture: None, event: None, received: time::now() };
//! let batch = writer.append(&[draft], Instant::now() + Duration::from_secs(5))?;
//! assert!(batch.answers[0].is_ok());
//!
//! // A task reads what was added since its last read.
//! let mut tail = Tail::new(wall);
//! let added = tail.read()?.ok_or("nothing was added")?;
//! assert_eq!(added.entries.len(), 1);
//! assert!(tail.read()?.is_none());
//! # Ok(())
//! # }
//! ```
//!
//! # The volume
//!
//! [`Volume`] is the mount point, and [`WallDir`] has the paths of one wall:
//!
//! | path | content |
//! |---|---|
//! | `content` | the log: one line for each message, newest last |
//! | `config.json` | the configuration in force; replaced, never edited in place |
//! | `history/0000000042.json` | published configurations, immutable; the newest 200 |
//! | `rejected/` | refused events of senders that do not wait for an answer; the newest 20 ([`rejected`]) |
//! | `retries/` | the events that were applied within the retry window |
//! | `trash/` | logs that compaction and clear replaced, for 7 days |
//! | `files/<name>/` | a file that is published by name: `current`, its history and its schema ([`files`]) |
//! | `writer.lock` | locked by writers only, never replaced; contains their shared state |
//! | `walls/<name>/` | the same for a named wall |
//!
//! Directories have the mode 0750 and files 0640, so that the tasks, which run as another user of the same group, can only
//! read. The root is never created: a missing root is a missing mount.
//!
//! Pictures are in a directory of their own, which is another mount: see [`uploads`].
//!
//! Anyone who can write the volume can place anything there. The module [`open`] is the only one that opens a file. It
//! follows no symbolic links, never blocks, accepts only regular files, and reads each up to a limit. Anything else is an
//! error that names the path and the type, such as `content: is a FIFO; expected a regular file`.
//!
//! # The log
//!
//! A line is one of the following ([`EntryKind`](wall::EntryKind)):
//!
//! - a [message record](message::Message), `{"id":"<ULID>",...}`,
//! - a [removal record](message::Removal), `{"removes":"<id>",...}`,
//! - the header, `{"wall":"<ULID>","start":0}`, only as the first line,
//! - a plain line of another program, shown as a message without an author. It may contain any bytes.
//!
//! Only a line that has the complete shape of a record and does not parse is damaged. It is skipped and counted.
//!
//! A *position* is a byte offset in the life of a wall. Compaction drops lines from the beginning of the log, and its header
//! then contains the position of the first line that remains. A [`Cursor`](wall::Cursor) is a wall, a position, and the
//! *edition*: a digest of everything before the position. Two cursors are equal only if the same bytes stand before them.
//!
//! # Appending
//!
//! [`WallWriter::append`](wall::WallWriter::append) is one lock cycle:
//!
//! 1. Lock `writer.lock`, retrying until a deadline. The lock is advisory: other programs append without it.
//! 2. Settle the *intent* of the last holder, which `writer.lock` contains. If its bytes are missing, they may still arrive
//!    from a client that was cut off, so the log is moved to a new file first.
//! 3. Read the configuration in force and the lines that were added to the log.
//! 4. Look up the event. A retry gets the answer of its first attempt.
//! 5. Check the rules of the configuration ([`Draft::check`](message::Draft::check)).
//! 6. Declare the intent, append, and sync the file. If another program has appended in between, correct the intent. On a
//!    local file system the intent is written but not synced, because no bytes arrive late there.
//! 7. Check that the path still names the file. Only then the message is accepted.
//!
//! If an append fails, its own bytes are replaced by blank lines. Nothing is cut off, because another program may append at
//! any moment.
//!
//! # Compaction, clear and restore
//!
//! When the log has more than twice `keep_messages` messages, or more than 24 MiB, the append that finds this writes the
//! newest messages to a new file and renames it over the log. [`clear`](wall::WallWriter::clear) does the same with an empty
//! log and a new wall. The new file is complete before the lock is checked and the intent declared, directly before the
//! rename. The next holder of the lock removes temporary files, so that a late rename fails.
//!
//! The old log gets a name in `trash/`. Lines that another program appends to it within the next minute are carried over.
//! [`restore`](wall::WallWriter::restore) brings its messages back.
//!
//! # Retries
//!
//! An applied event is remembered for the retry window ([`DEFAULT_RETRY_WINDOW`]), across posts, compactions and clears. While
//! the event is stored with its effect (in the log, in its header, in `config.json`), that place is its record. Before the
//! place disappears, the event moves to `retries/`. The digest of the command is stored with it:
//! the same event id with another payload is refused with `event_reused`
//! ([`Refusal::EventReused`](message::Refusal::EventReused)).
//!
//! # The configuration
//!
//! `config.json` contains a [`Config`](config::Config) in its envelope, [`Published`](config::Published). A person may
//! edit it, with or without the envelope. The configuration *in force* ([`in_force`](config::in_force)) is `config.json`; if
//! that is invalid, the newest of `history/`; if there is none, the defaults as generation 0.
//! [`WallWriter::publish`](wall::WallWriter::publish) writes the history file first and then replaces `config.json`. If the
//! second step fails, the history file is removed again.
//!
//! # Files
//!
//! [`WallWriter::publish_file`](wall::WallWriter::publish_file) publishes bytes under a name in the same way: the file of the
//! history has an envelope with the bytes, and `files/<name>/current` has the bytes alone, for programs that know nothing of
//! this contract. The newest file of the history is in force; [`FileState`](files::FileState) says how `current` differs.
//!
//! # Reading
//!
//! Readers take no lock. [`Tail`](wall::Tail) reads the entries that were added since its last read, and starts over when
//! the log was replaced or rewritten. [`newest`](wall::newest) reads the whole log once.
//!
//! # Errors
//!
//! A [`WriteError`] is a failure of the volume or of the lock, which may succeed later. A
//! [`Refusal`](message::Refusal) or a [`PublishError`](config::PublishError) is a command that breaks a rule: nothing was
//! written. All have a stable name, and refusals name the field that is wrong.

// From the top to the ground. A module uses only modules below it.
pub mod wall;

pub mod message;

pub mod config;

pub mod files;

pub mod rejected;

pub mod sizes;

pub mod uploads;

mod cause;
mod replace;
mod retries;
mod source;

mod intent;
mod local;
mod lock;
mod state;

mod cursor;
mod digest;
pub mod error;
mod fingerprint;
mod generations;
pub mod json;
pub mod limits;
pub mod open;
pub mod time;
pub mod volume;

#[cfg(test)]
mod contract_test;

pub use error::{ChangeError, WriteError};
pub use limits::DEFAULT_RETRY_WINDOW;
pub use volume::{Volume, WallDir, WallName};
