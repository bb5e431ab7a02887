//! The log of messages: `content`.
//!
//! Lines, newest last. The first may be the header, which says which wall this is and the position of its first
//! message. A position is a byte offset in the life of a wall: it goes on through compactions, so that wall and position
//! together, a [`Cursor`], say exactly what somebody has seen.

mod append;
mod compact;
mod cursor;
mod entry;
mod file;
mod newest;
mod tail;

pub use append::{Appended, Batch, WallWriter};
pub use compact::Cleared;
pub use cursor::{Cursor, InvalidCursor};
pub use entry::{Entry, Said};
pub use newest::{Newest, newest};
pub use tail::{Added, Tail};

pub(crate) use file::HEADER_MARK;
