//! The log of a wall: the file `content`.
//!
//! The newest line is last. The first line may be a header, which names the wall and the position of the line after it. A
//! position is a byte offset in the life of a wall and keeps growing across compactions, so that a [`Cursor`] names exactly
//! what a browser has seen.

mod append;
mod carry;
mod compact;
mod cycle;
mod entry;
mod file;
mod header;
mod line;
mod reached;
mod restore;
mod session;
mod settle;
mod tail;
mod trash;
mod view;
mod writer;

pub use crate::cursor::{Cursor, InvalidCursor};
pub use crate::limits::MAX_LOG_BYTES;
pub use compact::Cleared;
pub use cycle::{Appended, Cycle, Labelled, Removed};
pub use entry::{Entry, EntryKind};
pub use reached::Reached;
pub use restore::{RestoreError, Restored, RestoredWall, Trashed};
pub use tail::{Added, Tail};
pub use view::{Newest, newest};
pub use writer::{Batch, WallWriter};
