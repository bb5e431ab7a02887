//! The log of messages: `content`.
//!
//! Lines, newest last. The first may be the header, which names the wall and the position of its first message. A position
//! is a byte offset in the life of a wall: it goes on through compactions, so that a [`Cursor`] names exactly what a
//! browser has seen.

mod append;
mod carry;
mod compact;
mod cursor;
mod entry;
mod file;
mod line;
mod restore;
mod session;
mod tail;
mod trash;
mod view;
mod writer;

pub use compact::Cleared;
pub use cursor::{Cursor, InvalidCursor};
pub use entry::{Entry, Said};
pub use restore::{RestoreError, Restored, Trashed};
pub use tail::{Added, MAX_LOG_BYTES, Tail};
pub use view::{Newest, newest};
pub use writer::{Appended, Batch, Removed, WallWriter};

pub(crate) use session::Session;
